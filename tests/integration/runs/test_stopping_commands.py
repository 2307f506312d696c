"""SIGINT and SIGTERM at chosen moments of every command: exit code 130 or 143, nothing half written, resumable."""

from __future__ import annotations

import hashlib
import shutil
import signal
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from synthcode.pipelines.main import run_cli
from tests.support.runs.stopped_commands import run_to

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
def finished(quickstart: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a finished run, and two results of ``evaluate``."""
    root = tmp_path_factory.mktemp("finished") / "root"
    run = shutil.copytree(quickstart, root / "run")
    for name in ("bm25", "other"):
        scored = ["evaluate", str(run / "dataset"), "--encoder", "bm25", "--resamples", "100", "--label", name]
        assert run_cli([*scored, "--out", str(run / "evaluation" / name)]) == 0
    return root


@pytest.fixture(scope="module")
def undisturbed(finished: Path) -> Callable[[str], tuple[int, dict[str, str]]]:
    """At how many moments a command can be stopped, and what it leaves; each command runs once."""

    @cache
    def run_whole(name: str) -> tuple[int, dict[str, str]]:
        root = copy_of(finished)
        whole = run_to(0, root, filled(name, root))
        assert (whole.exit_code, whole.was_reached) == (0, False), whole.stderr
        return whole.moments, content(root)

    return run_whole


def copy_of(finished: Path) -> Path:
    """Return a new copy of a folder, always at the same place: some files name it."""
    root = finished.parent / "copy" / "root"
    shutil.rmtree(root, ignore_errors=True)
    return Path(shutil.copytree(finished, root))


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


@pytest.mark.durability
@pytest.mark.parametrize(
    ("name", "number", "share"),
    [
        (name, number, share)
        for place, name in enumerate(COMMANDS)
        for number, share in zip(CODES, (0.0, 0.6) if place % 2 else (0.6, 0.0), strict=True)
    ],
)
def test_a_signal_ends_a_command_wherever_it_is(
    finished: Path,
    undisturbed: Callable[[str], tuple[int, dict[str, str]]],
    name: str,
    number: signal.Signals,
    share: float,
) -> None:
    moments, expected = undisturbed(name)
    root = copy_of(finished)
    stopped = run_to(1 + int(share * (moments - 1)), root, filled(name, root), number)
    assert stopped.was_reached
    assert stopped.exit_code == CODES[number], stopped.stderr
    assert stopped.stderr.splitlines()[-2:] == STOPPED
    assert "Traceback" not in stopped.stderr
    assert leftovers(root) == []
    assert run_cli(filled(name, root)) == 0
    assert content(root) == expected
