"""The Python API on the quickstart: its page, the examples, notebooks, threads, scripts, Ctrl-C."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import synthcode
from synthcode.api.calls import Progress
from synthcode.pipelines.main import run_cli
from tests.support.models.encoders import HashingEncoder
from tests.support.suite.manual_blocks import blocks_of

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def home(quickstart: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the quickstart where the examples make it."""
    home = tmp_path_factory.mktemp("api")
    shutil.copytree(quickstart, home / "runs/quickstart")
    return home


@pytest.fixture(scope="module")
def run(home: Path) -> synthcode.SavedRun:
    return synthcode.open_run(str(home / "runs/quickstart"))


def run_example(script: Path, home: Path) -> str:
    done = subprocess.run([sys.executable, script], cwd=home, capture_output=True, text=True, check=False, timeout=500)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.mark.manual
def test_the_examples_run(tmp_path: Path) -> None:
    """Scripts without a main guard; the others read what the first has made."""
    assert "the dataset is in runs/quickstart/dataset" in run_example(ROOT / "examples/run_a_recipe.py", tmp_path)
    others = [script for script in sorted((ROOT / "examples").glob("*.py")) if script.stem != "run_a_recipe"]
    assert len(others) >= 3
    for script in others:
        assert run_example(script, tmp_path).count("\n") >= 4


@pytest.mark.slow
def test_a_script_without_a_main_guard_runs_a_recipe(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text("import synthcode\nprint(synthcode.run('quickstart', 'run', limit=4).status()['seeds'])\n")
    assert run_example(script, tmp_path) == "4\n"


@pytest.mark.slow
def test_the_page_runs(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(home)
    blocks = blocks_of(ROOT / "docs/how-to/python_api.md")
    code = [block.text for block in blocks if block.language == "python" and block.no_run is None]
    assert len(code) == 5
    exec(compile("\n".join(code), "python_api.md", "exec"), {"__name__": "page"})  # noqa: S102


@pytest.mark.slow
def test_a_run_in_a_thread_beside_an_event_loop_reports_its_progress(home: Path) -> None:
    seen: list[Progress] = []
    out = home / "runs/quickstart"

    async def cell() -> synthcode.SavedRun:
        return synthcode.run("quickstart", out, on_progress=seen.append)

    assert asyncio.run(cell()).path == out
    assert "build: unchanged, nothing to do" in " ".join(one.note for one in seen)
    found: list[synthcode.SavedRun] = []
    thread = threading.Thread(target=lambda: found.append(synthcode.run("quickstart", out)))
    thread.start()
    thread.join()
    assert [one.path for one in found] == [out]


def test_a_run_reports_and_stops_where_the_callback_raises(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    class Enough(Exception):
        pass

    def on_progress(progress: Progress) -> None:
        if progress.label == "translate":
            raise Enough

    with pytest.raises(Enough):
        synthcode.run("quickstart", str(tmp_path / "run"), limit=4, on_progress=on_progress)
    run = synthcode.run("quickstart", tmp_path / "run", limit=4)
    assert run.status()["seeds"] == 4
    assert capfd.readouterr() == ("", "")


def test_ctrl_c_stops_a_run_which_then_continues(tmp_path: Path) -> None:
    before = signal.default_int_handler
    signal.signal(signal.SIGINT, before)  # a suite that was started in the background ignores Ctrl-C

    def on_progress(progress: Progress) -> None:
        if progress.label == "translate":
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        synthcode.run("quickstart", tmp_path / "run", limit=4, on_progress=on_progress)
    assert signal.getsignal(signal.SIGINT) is before
    assert synthcode.run("quickstart", tmp_path / "run", limit=4).status()["stages"]["build"] == "done"


@pytest.mark.slow
def test_tables_are_those_that_the_run_counts(run: synthcode.SavedRun) -> None:
    counts = run.status()
    assert run.table("seeds").num_rows == counts["seeds"]
    assert run.table("translations", columns=["code"]).column_names == ["code"]
    assert run.table("translations").num_rows == counts["accepted"]
    triplets = run.dataframe("triplets")
    assert triplets["split"].value_counts().to_dict() == {k: v for k, v in counts["splits"].items() if v}
    assert len(run.dataframe("triplets", split="test")) == counts["splits"]["test"]
    for name in run.tables:
        assert run.table(name).num_columns
    for reason, count in counts["rejected"].items():
        assert run.rows(reason).num_rows == count
    assert run.rows("kept").num_rows == counts["kept"]
    assert set(run.rows(language="Rust")["target_language"].to_pylist()) <= {"rust"}
    assert run.recipe.translate is not None


def test_what_is_wrong_has_a_problem_and_a_fix(run: synthcode.SavedRun, tmp_path: Path) -> None:
    wrong = [
        (lambda: synthcode.open_run(tmp_path), "is not a run directory"),
        (lambda: run.table("sedes"), r"no table 'sedes' \(did you mean 'seeds'\?\)"),
        (lambda: run.table("seeds", split="test"), "table 'seeds' has no splits"),
        (lambda: run.table("seeds", columns=["cod"]), r"no column 'cod' \(did you mean 'code'\?\)"),
        (lambda: run.table("triplets", split="tset"), "has no split 'tset'"),
        (lambda: run.rows("syntax_eror"), r"no row 'syntax_eror' \(did you mean 'syntax_error'\?\)"),
        (lambda: synthcode.run("quickstrat", tmp_path), "no recipe 'quickstrat'"),
        (lambda: synthcode.evaluate(run.path, "bm24"), "no encoder 'bm24'"),
        (lambda: synthcode.evaluate(run.path, 3), "is not an encoder: int"),  # type: ignore[arg-type]
        (lambda: synthcode.compare(), "compare was given 0 results"),
        (lambda: synthcode.open_encoder("bm25", dtyp="x"), "dtyp"),
    ]
    for attempt, problem in wrong:
        with pytest.raises(synthcode.SynthcodeError, match=problem) as refused:
            attempt()
        assert len(str(refused.value).splitlines()) == 2


@pytest.mark.slow
def test_scores_are_the_command_line_s(run: synthcode.SavedRun, tmp_path: Path) -> None:
    folder = str(tmp_path / "cli")
    assert run_cli(["evaluate", str(run.dataset), "--encoder", "bm25", "--out", folder, "--resamples", "100"]) == 0
    found = synthcode.evaluate(run.path, "bm25")
    differences = synthcode.compare(found, folder, resamples=100)
    assert len(differences) == 4  # tasks and variants
    assert {one.difference.value for one in differences} == {0}
    assert found.ranks.equals(synthcode.evaluate(run.path, "bm25", out=tmp_path / "api", resamples=100).ranks)
    assert (tmp_path / "api/metrics.csv").read_bytes() == (tmp_path / "cli/metrics.csv").read_bytes()


@pytest.mark.slow
def test_vectors_in_a_store_are_used_again_and_exits_are_compared(run: synthcode.SavedRun, tmp_path: Path) -> None:
    encoder = HashingEncoder(exits=(4, 9))
    first = synthcode.evaluate(run.path, encoder, store=tmp_path, tasks=["text2code"])
    count = len(encoder.encoded)
    again = synthcode.evaluate(str(run.path), encoder, store=str(tmp_path), tasks=["text2code"])
    assert len(encoder.encoded) == count + 3  # the probe
    assert again.ranks.equals(first.ranks)
    assert {one.first.exit for one in synthcode.compare(first, resamples=100)} == {4}
    assert {mean["exit"] for mean in first.means(resamples=100)} == {4, 9}
    assert os.listdir(tmp_path) != []
