"""``report`` as a command: what it writes, and of what."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from synthcode.storage.manifest import EMPTY
from tests.support.runs.hostile_run import evaluation, hostile_run, synthcode


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return hostile_run(tmp_path_factory.mktemp("report"))


@pytest.mark.slow
def test_a_page_with_a_few_of_many_rows_says_so(run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "few" / "page.html"
    assert synthcode("report", run, "--rows", "7", "--out", page) == 0
    size = page.stat().st_size
    assert capsys.readouterr().out == f"{page}: 7 of 16 rows, {size / 1e6:.1f} MB\n"
    assert "7 of 16 rows are on this page: of every target language and verdict 2 at most" in page.read_text()
    assert list(page.parent.iterdir()) == [page]


def test_the_same_run_gives_the_same_page(run: Path, tmp_path: Path) -> None:
    assert synthcode("report", run, "--out", tmp_path / "page.html") == 0
    assert (tmp_path / "page.html").read_bytes() == (run / "report.html").read_bytes()


def test_a_run_of_which_nothing_is_done_has_a_report_too(run: Path, tmp_path: Path) -> None:
    bare = tmp_path / "bare"
    shutil.copytree(run / "seeds", bare / "seeds")
    shutil.copy(run / "recipe.yaml", bare)
    (bare / "manifest.json").write_text(EMPTY)
    assert synthcode("report", bare) == 0
    assert "There are no rows yet." in (bare / "report.html").read_text()


def test_results_that_are_no_table_are_refused(run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bare = tmp_path / "bare"
    bare.mkdir()
    shutil.copy(run / "recipe.yaml", bare)
    (bare / "manifest.json").write_text(EMPTY)
    evaluation(bare / "evaluation")
    costs = bare / "evaluation" / "mose" / "costs.csv"
    costs.write_text("encoder,exit,flops_per_token,latency_s\nmose:tiny,4,lots,1\n")
    assert synthcode("report", bare) == 1
    error, fix = capsys.readouterr().err.splitlines()
    assert error == f"error: {costs} line 2: flops_per_token is 'lots', no number"
    assert fix == "run 'synthcode evaluate' again"
    assert not (bare / "report.html").exists()


@pytest.mark.slow
@pytest.mark.parametrize("command", ["status", "show", "report"])
def test_to_look_at_a_run_loads_nothing_that_only_makes_one(run: Path, tmp_path: Path, command: str) -> None:
    rest = ["--out", str(tmp_path / "page.html")] if command == "report" else []
    makers = {"aiohttp", "bm25s", "datasets", "matplotlib", "numba", "sklearn", "torch", "transformers"}
    script = (
        f"import sys; from synthcode.pipelines.main import run_cli; done = run_cli({[command, str(run), *rest]!r});"
        f"print(done, sorted({makers!r} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "0 []"
