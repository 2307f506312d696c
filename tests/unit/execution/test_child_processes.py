from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from synthcode.errors import SynthcodeError
from synthcode.execution import child_processes
from synthcode.execution.child_processes import (
    ResourceLimits,
    find_program,
    require_program,
    run,
    running,
    trusted_path,
)

SHELL = "/bin/sh"


def is_alive(pid: int) -> bool:
    try:
        return "zombie" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False


def wait_until_gone(pid: int) -> None:
    deadline = time.monotonic() + 500
    while is_alive(pid):
        assert time.monotonic() < deadline


def script(folder: Path, name: str, body: str = "exit 0") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{body}\n")
    (folder / name).chmod(0o755)
    return folder / name


def test_a_child_gets_no_environment_and_another_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("OPENAI_API_KEY", "LD_PRELOAD", "BASH_ENV", "NODE_OPTIONS", "JAVA_TOOL_OPTIONS", "RUBYOPT"):
        monkeypatch.setenv(name, "/hostile")
    monkeypatch.chdir(tmp_path)
    done = run(["/usr/bin/env"], wall_s=500, environment={"A": "b"})
    assert done.stdout == b"A=b\n"
    folder = run([SHELL, "-c", "pwd; ls -A"], wall_s=500).stdout.decode().split()
    assert folder != []
    assert folder[0] != str(tmp_path)
    assert folder[1:] == []


def test_status_and_both_outputs_come_back() -> None:
    done = run([SHELL, "-c", "cat; echo err >&2; exit 3"], wall_s=500, stdin=b"in")
    assert (done.exit_code, done.stdout, done.stderr, done.timed_out) == (3, b"in", b"err\n", False)


def test_more_output_than_the_bound_is_dropped() -> None:
    done = run([SHELL, "-c", "head -c 3000000 /dev/zero; head -c 3000000 /dev/zero >&2"], wall_s=500, output_bytes=1000)
    assert (len(done.stdout), len(done.stderr), done.exit_code) == (1000, 1000, 0)


def test_at_the_deadline_the_whole_group_is_killed() -> None:
    for wall_s in (0.5, 4.0, 32.0):  # a busy machine may not have started the shell's own child before the first
        done = run([SHELL, "-c", "sleep 600 & echo $!; exec sleep 600"], wall_s=wall_s)
        assert done.timed_out
        if done.stdout:
            break
    wait_until_gone(int(done.stdout))


def test_what_closes_its_output_is_killed_all_the_same() -> None:
    assert run([SHELL, "-c", "exec >&- 2>&-; exec sleep 600"], wall_s=0.3).timed_out


def test_limits_hold() -> None:
    limits = ResourceLimits(cpu_s=1, file_bytes=1024, open_files=20)
    limits_set = run([SHELL, "-c", "ulimit -t; ulimit -f; ulimit -n; ulimit -c"], wall_s=500, limits=limits).stdout
    assert limits_set.split() == [b"1", b"2", b"20", b"0"]
    assert run([SHELL, "-c", "while :; do :; done"], wall_s=500, limits=ResourceLimits(cpu_s=1)).exit_code == -24


def test_a_child_dies_with_its_parent() -> None:
    parent = (
        "import os\nfrom synthcode.execution.child_processes import running\n"
        f"with running([{SHELL!r}, '-c', 'exec sleep 600']) as child:\n"
        "    print(child.pid, flush=True)\n    os.kill(os.getpid(), 9)\n"
    )
    done = subprocess.run([sys.executable, "-c", parent], capture_output=True, text=True, check=False, timeout=500)
    assert done.returncode == -9
    wait_until_gone(int(done.stdout))


def test_a_child_whose_parent_died_before_it_could_ask_for_a_signal_ends() -> None:
    words = child_processes._guarded([SHELL, "-c", "echo it runs"], ResourceLimits(), signal.SIGKILL)
    by_us = subprocess.run(words, capture_output=True, text=True, check=False, timeout=500)
    assert (by_us.returncode, by_us.stdout) == (0, "it runs\n")
    by_another = subprocess.run(
        [SHELL, "-c", '"$@"; exit $?', "sh", *words], capture_output=True, text=True, check=False, timeout=500
    )
    assert (by_another.returncode, by_another.stdout) == (1, "")


def test_a_child_ends_with_its_block() -> None:
    with pytest.raises(ZeroDivisionError), running([SHELL, "-c", "exec sleep 600"]) as child:
        raise ZeroDivisionError
    assert child.returncode == -9
    assert child.stdout is not None
    child.stdout.close()


def test_programs_are_never_found_in_the_working_directory(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    hostile, tools = tmp_path / "repository", tmp_path / "tools"
    script(hostile, "compiler")
    script(hostile / "bin", "compiler")
    good = script(tools, "compiler")
    (tmp_path / "link").symlink_to(hostile)
    monkeypatch.chdir(hostile)
    entries = ["", ".", "bin", "./bin", "..", "~/bin", "/proc/self/cwd", "/proc/self/cwd/bin"]
    entries += [str(hostile), str(tmp_path / "link")]
    for entry in entries:
        monkeypatch.setenv("PATH", entry)
        assert find_program("compiler") is None, entry
        monkeypatch.setenv("PATH", os.pathsep.join([entry, str(tools)]))
        assert find_program("compiler") == good
    assert trusted_path() == str(tools)
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(SynthcodeError) as refusal:
        require_program("compiler", "build-essential")
    assert (refusal.value.problem, refusal.value.fix) == ("compiler is not on the PATH", "install build-essential")


def test_only_absolute_paths_are_run() -> None:
    with pytest.raises(ValueError, match="is not an absolute path"):
        run(["sh"], wall_s=1)
