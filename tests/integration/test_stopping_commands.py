"""SIGINT and SIGTERM at chosen moments of every command: exit code 130 or 143, nothing half written, resumable."""

from __future__ import annotations

import hashlib
import shutil
import signal
from pathlib import Path

import pytest

from synthcode.pipelines.main import run_cli
from tests.support.stopped_commands import run_to

"""For what takes about 2 s at most on an idle machine after the signal."""
STOPPED = ["stopped; everything that was finished is stored", "run the same command again to go on"]
CODES = {signal.SIGINT: 130, signal.SIGTERM: 143}

COMMANDS = {
    "dedup": ("dedup", "{run}", "--force"),
    "build": ("build", "{run}", "--force"),
    "check": ("check", "{run}", "--force"),
    "publish": ("publish", "{run}", "--to", "{root}/published"),
    "export": ("export", "{run}", "--format", "mteb", "--out", "{root}/mteb"),
    "evaluate": ("evaluate", "{run}/dataset", "--encoder", "bm25", "--resamples", "100", "--out", "{root}/scores"),
    "report": ("report", "{run}", "--out", "{root}/report.html"),
    "show": ("show", "{run}"),
    "status": ("status", "{run}"),
    "compare": ("compare", "{run}/evaluation/bm25", "{run}/evaluation/other"),
}


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a finished run, two results of ``evaluate``, and what each command writes undisturbed."""
    root = tmp_path_factory.mktemp("finished") / "root"
    run = root / "run"
    assert run_cli(["run", "quickstart", "--out", str(run), "--workers", "2"]) == 0
    for name in ("bm25", "other"):
        scored = ["evaluate", str(run / "dataset"), "--encoder", "bm25", "--resamples", "100", "--label", name]
        assert run_cli([*scored, "--out", str(run / "evaluation" / name)]) == 0
    return root


def filled(name: str, root: Path) -> list[str]:
    return [part.format(run=root / "run", root=root) for part in COMMANDS[name]]


def content(root: Path) -> dict[str, str]:
    """Digest of every file that does not depend on how often a command ran."""
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(root.rglob("*"))
        if path.suffix in (".parquet", ".md", ".jsonl", ".tsv", ".csv", ".html") and path.name != "costs.csv"
    }


def leftovers(root: Path) -> list[Path]:
    return [*root.rglob(".writing-*"), *root.rglob(".replaced-*")]


def check_stops(finished: Path, tmp_path: Path, name: str, number: signal.Signals, share: float) -> None:
    """Stop a command at a share of its moments; then let it finish."""
    root = tmp_path / "root"
    shutil.copytree(finished, root)
    whole = run_to(0, root, filled(name, root))
    assert (whole.exit_code, whole.was_reached) == (0, False), whole.stderr
    expected = content(root)
    shutil.rmtree(root)
    shutil.copytree(finished, root)
    moment = 1 + int(share * (whole.moments - 1))
    stopped = run_to(moment, root, filled(name, root), number)
    assert stopped.was_reached
    assert stopped.exit_code == CODES[number], stopped.stderr
    assert stopped.stderr.splitlines()[-2:] == STOPPED
    assert "Traceback" not in stopped.stderr
    assert leftovers(root) == []
    assert run_to(0, root, filled(name, root)).exit_code == 0
    assert content(root) == expected


@pytest.mark.durability
@pytest.mark.parametrize("share", [0.0, 0.6])
@pytest.mark.parametrize("number", CODES)
@pytest.mark.parametrize("name", COMMANDS)
def test_a_signal_ends_a_command_wherever_it_is(
    finished: Path, tmp_path: Path, name: str, number: signal.Signals, share: float
) -> None:
    check_stops(finished, tmp_path, name, number, share)
