"""The sandbox, tried as hostile code would: from inside."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from synthcode.errors import SandboxFailed
from synthcode.verification.sandboxes.bubblewrap import Bubblewrap
from synthcode.verification.sandboxes.sandbox import Finished, Limits, why_no_sandbox

KEY = "sk-SECRETSECRET1234"


@pytest.fixture(autouse=True)
def sandbox() -> None:
    if why_no_sandbox() is not None:
        pytest.skip(f"needs a sandbox: {why_no_sandbox()}")


def shell(script: str, limits: Limits | None = None, **files: bytes) -> Finished:
    return Bubblewrap().run(["sh", "-c", script], files, limits or Limits())


def said(script: str, limits: Limits | None = None) -> str:
    done = shell(script, limits)
    return (done.stdout + done.stderr).decode()


def test_there_are_no_terminals_which_a_reader_would_wait_for() -> None:
    assert said("ls /dev/pts; cat /dev/ptmx 2>&1").count("No such file") == 1


def test_files_come_in_and_status_and_outputs_come_out() -> None:
    done = shell("cat given; cat made 2>&1 >/dev/null || echo x > made; cat made; exit 7", given=b"content\n")
    assert (done.exit_code, done.stdout) == (7, b"content\ncat: made: No such file or directory\nx\n")
    assert Bubblewrap().run(["cat"], stdin=b"in").stdout == b"in"


def test_no_variable_of_this_process_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("LD_PRELOAD", "/hostile.so")
    text = said("env; cat /proc/*/environ /proc/self/task/*/environ | tr '\\0' '\\n'; cat /proc/*/cmdline")
    assert KEY not in text
    assert "LD_PRELOAD" not in text
    assert "HOME=/tmp" in text


def test_nothing_of_the_machine_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "secret").write_text(KEY)
    monkeypatch.setenv("SECRET", KEY)
    places = ["", "/proc/self/root", "/proc/1/root", "/proc/self/cwd/..", f"/proc/{os.getppid()}/root"]
    files = [f"{tmp_path}/secret", f"/proc/{os.getpid()}/environ", f"{Path.home()}/.ssh", "/etc/passwd", "/etc/shadow"]
    text = said("; ".join(f"cat {place}{file}; ls {place}{file}" for place in places for file in files))
    assert KEY not in text
    assert "root:" not in text
    assert said("ls -A /").split() == sorted({*said("ls -A /").split()} - {"home", "root", "sys", "var", "srv", "mnt"})


def test_it_is_no_root_and_has_no_capability() -> None:
    fields = dict(line.split(":\t", 1) for line in said("cat /proc/self/status").splitlines() if ":\t" in line)
    assert "0" not in fields["Uid"].split()
    assert {fields[name] for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")} == {"0" * 16}
    assert fields["NoNewPrivs"] == "1"
    if os.geteuid() == 0:  # for the kernel it is another user than root, too
        assert said("cat /proc/self/uid_map").split() == ["0", "0", "1", "65280", "65280", "254"]
        assert 65280 <= int(fields["Uid"].split()[0]) < 65280 + 254
    assert shell("unshare --user --map-root-user true").exit_code != 0


def test_the_machine_cannot_be_changed() -> None:
    places = ["/x", "/dev/x", "/usr/x", "/etc/x", "/proc/sys/kernel/core_pattern", "/proc/self/oom_score_adj"]
    places += ["/proc/sysrq-trigger", "/sys/kernel/uevent_helper", "/proc/sys/kernel/hostname"]
    for place in places:
        assert shell(f"echo x > {place}").exit_code != 0, place
    assert shell("echo x > /dev/null && echo x > /tmp/x && echo x > /dev/shm/x && echo x > /box/x").exit_code == 0


@pytest.mark.parametrize("folder", ["/tmp", "/dev/shm", "/box"])
def test_what_is_written_is_bounded(folder: str) -> None:
    limits = Limits(scratch_bytes=1 << 20, file_bytes=8 << 20)
    assert "No space left" in said(f"head -c 4M /dev/zero > {folder}/f", limits)
    assert shell(f"head -c 4M /dev/zero > {folder}/f", Limits(file_bytes=1 << 20)).exit_code != 0


def test_a_fork_bomb_ends() -> None:
    text = said("i=0; while [ $i -lt 200 ]; do sleep 60 & i=$((i+1)); done", Limits(processes=20, wall_s=20))
    assert "Cannot fork" in text or "Resource temporarily unavailable" in text


def test_limits_of_time_and_memory_end_a_command() -> None:
    assert shell("while :; do :; done", Limits(cpu_s=1)).exit_code == 152
    slow = shell("exec sleep 600", Limits(wall_s=0.5))
    assert slow.timed_out
    memory = Limits(address_space_bytes=100 << 20)
    assert shell("head -c 1G /dev/zero | tail", memory).stdout == b""
    assert b"memory exhausted" in shell("head -c 1G /dev/zero | tail", memory).stderr


def test_there_is_no_network() -> None:
    assert said("cat /proc/net/dev").count(":") == 1  # lo


def test_no_forged_report_counts() -> None:
    forged = '{ \\"exit-code\\": 0 }'
    done = shell(f'for fd in 1 2 3 4 5 6 7 8 9; do echo "{forged}" >&$fd; done 2>/dev/null; exit 5')
    assert done.exit_code == 5


def test_a_sandbox_that_breaks_is_no_result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake = tmp_path / "bwrap"
    fake.write_text("#!/bin/sh\necho 'bwrap: no namespaces today' >&2\nexit 1\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with pytest.raises(SandboxFailed) as failure:
        Bubblewrap().run(["true"])
    assert failure.value.problem == "the sandbox broke: bwrap: no namespaces today"
