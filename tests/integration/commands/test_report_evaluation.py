"""What the report shows of real results: those that ``evaluate`` leaves in a run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import pytest

from tests.support.models.mose_checkpoint import measure_short_texts, write_checkpoint
from tests.support.runs.hostile_run import synthcode
from tests.support.runs.small_run import write_run
from tests.support.suite.browser import Watched, chromium, watched_page

LINE = re.compile(r"(text2code|code2code) +(stripped|anonymous) +(\d*) +([\d.]+) \(")
"""A mean as ``evaluate`` prints it: task, variant, exit, value."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("evaluation")


@pytest.fixture(scope="module")
def encoders(folder: Path) -> tuple[str, ...]:
    return "bm25", f"mose:{write_checkpoint(folder / 'some' / 'where' / 'mose', (1, 2))}"


@pytest.fixture(scope="module")
def run(folder: Path) -> Path:
    return write_run(folder / "run")


@pytest.fixture(scope="module")
def said(run: Path, encoders: tuple[str, ...]) -> str:
    """What ``evaluate`` prints."""
    with redirect_stdout(StringIO()) as out, pytest.MonkeyPatch.context() as patched:
        measure_short_texts(patched)
        for encoder in encoders:
            assert synthcode("evaluate", run / "dataset", "--encoder", encoder, "--resamples", "100") == 0
        assert synthcode("report", run) == 0
    return out.getvalue()


@pytest.fixture
def watched() -> Iterator[Watched]:
    with chromium() as browser, watched_page(browser, viewport={"width": 375, "height": 800}) as page:
        yield page


@pytest.mark.slow
def test_means_are_those_that_evaluate_prints_and_folders_have_short_names(
    run: Path, said: str, watched: Watched
) -> None:
    watched.page.goto((run / "report.html").as_uri())
    page = watched.page
    cells = page.locator("#evaluation tbody tr:not(.group) td").all_text_contents()
    rows = [cells[start : start + 13] for start in range(0, len(cells), 13)]
    printed = LINE.findall(said)
    assert len(printed) == len(rows) == 2 * 2 * 3
    assert sorted((exit, value) for _, _, exit, value in printed) == sorted((row[0], row[1]) for row in rows)
    names = page.locator("#evaluation tbody:first-of-type th[rowspan]")
    assert set(names.all_text_contents()) == {"bm25", "mose:where/mose"}
    assert sorted(page.locator(".legend li").all_text_contents()) == ["bm25", "mose:where/mose"]
    assert page.locator(".legend .dashed").all_text_contents() == ["bm25"]
    assert page.locator(".pareto circle").count() == 2 * 2
    assert page.evaluate("document.documentElement.scrollWidth") == 375


@pytest.mark.slow
def test_vectors_are_neither_read_nor_published(run: Path, said: str, tmp_path: Path) -> None:
    stored = list(run.glob("evaluation/*/embeddings/**/*.parquet"))
    assert stored
    for file in stored:
        file.write_bytes(b"neither the report nor publish opens this")
    assert synthcode("report", run) == 0
    assert synthcode("publish", run, "--to", tmp_path / "there") == 0
    published = {path.relative_to(tmp_path / "there").parts[0] for path in (tmp_path / "there").rglob("*")}
    assert published == {"README.md", "SHA256SUMS", "data"}
