"""The leaderboard's page and Space, of results whose names are hostile, looked at in a browser."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import yaml

from synthcode.pipelines.main import run_cli
from tests.support.datasets.stored_results import PAIR, rank_table, write_results
from tests.support.runs.hostile_run import EVIL
from tests.support.suite.browser import Watched, chromium, watched_page

HOSTILE = f'st:{EVIL}\u202e\' data-x="1"&amp;'
COSTS = "encoder,exit,tokens,parameters,flops_per_token,latency_s,texts_per_s,batch_texts\n"

# A browser opens the page.
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def space(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Space of a hostile encoder, one with two exits at two precisions, and BM25."""
    folder = tmp_path_factory.mktemp("page")
    results = folder / "results"
    dataset = {"dataset": EVIL, "dataset_digest": "1"}
    write_results(results / "evil", [rank_table({PAIR: [2] * 40}, HOSTILE)], HOSTILE, **dataset)
    deep = [rank_table({PAIR: [rank] * 40}, "exits:deep", exit_) for exit_, rank in ((3, 4), (12, 1))]
    binary = rank_table({PAIR: [3] * 40}, "exits:deep", 12)
    write_results(
        results / "deep",
        deep,
        "exits:deep",
        compressed={(128, "float32"): pa.concat_tables(deep), (128, "binary"): binary},
        costs=COSTS + "x,3,9,1000,1,1,100,8\nx,12,9,20000,1,1,50,8\n",
        **dataset,
    )
    near = [1] * 19 + [2] * 21
    write_results(results / "bm25", [rank_table({PAIR: near}, "bm25")], "bm25", **dataset)
    write_results(results / "near", [rank_table({PAIR: near[::-1]}, "hybrid:near")], "hybrid:near", **dataset)
    assert run_cli(["leaderboard", str(results), "--space", str(folder / "space"), "--resamples", "1000"]) == 0
    return folder / "space"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as running:
        yield running


@pytest.fixture
def watched(browser: Any, space: Path) -> Iterator[Watched]:
    with watched_page(browser) as page:
        page.open(space / "index.html")
        yield page


def shown(watched: Watched) -> list[str]:
    names: list[str] = watched.page.locator("tbody tr:not([hidden]) th").all_text_contents()
    return names


def column(watched: Watched, number: int) -> list[str]:
    cells: list[str] = watched.page.locator(f"tbody tr:not([hidden]) > :nth-child({number})").all_text_contents()
    return cells


def test_names_are_text_and_nothing_runs(watched: Watched) -> None:
    hostile = HOSTILE.replace("\u202e", "<U+202E>")
    assert hostile in shown(watched)
    assert watched.text("h1") == EVIL
    assert watched.page.locator("script").count() == 1
    assert watched.page.locator("img, tbody b > *, [data-x]").count() == 0
    refused = watched.page.evaluate(
        "() => { try { document.body.innerHTML = '<b>x</b>'; return 'done' } catch (error) { return error.name } }"
    )
    assert refused == "TypeError"
    assert "TrustedHTML" in watched.said[0]
    watched.said.clear()


def test_lines_are_as_the_data_says(watched: Watched, space: Path) -> None:
    (table,) = json.loads((space / "leaderboard.json").read_text())["tables"]
    rows = table["rows"]
    assert column(watched, 1) == [
        str(row["rank"]) if row["rank"] == row["last_rank"] else f"{row['rank']}-{row['last_rank']}" for row in rows
    ]
    assert column(watched, 6) == [f"{row['value']:.3f}" for row in rows]
    assert watched.page.locator("tbody td:nth-child(6) b").all_text_contents() == ["1.000"]
    assert watched.page.locator("svg").count() == len(rows) == 6


def test_a_header_sorts_and_sorts_back_with_blanks_last(watched: Watched) -> None:
    header = watched.page.get_by_role("button", name="parameters")
    place = 1 + watched.page.locator("thead th, thead td").all_text_contents().index("parameters")
    header.click()
    assert column(watched, place) == ["1,000", "20,000", "20,000", "", "", ""]
    assert watched.page.locator("th[aria-sort]").get_attribute("aria-sort") == "ascending"
    header.click()
    assert column(watched, place) == ["20,000", "20,000", "1,000", "", "", ""]
    watched.page.get_by_role("button", name="encoder").click()
    names = shown(watched)
    assert names[:2] == ["bm25", "exits:deep"]
    assert watched.page.locator("th[aria-sort]").all_text_contents() == ["encoder"]


def test_filters_stand_in_the_address(watched: Watched, space: Path) -> None:
    page = watched.page
    page.select_option("#filter-depth", "deepest")
    page.select_option("#filter-kind", "exits")
    assert column(watched, 3) == ["12", "12"]
    page.select_option("#filter-precision", "binary")
    assert column(watched, 5) == ["binary"]
    watched.has("#said", "1 of 6 lines. Ranks are those among all entries.")
    address = page.url
    page.click("#clear")
    assert len(shown(watched)) == 6
    page.fill("#filter-text", "HYB")
    assert shown(watched) == ["hybrid:near"]
    page.evaluate("address => location.assign(address)", address)
    watched.has("#said", "1 of 6 lines. Ranks are those among all entries.")
    assert column(watched, 5) == ["binary"]
    page.fill("#filter-text", "<img")
    assert shown(watched) == []


def test_a_rank_shows_which_entries_cannot_be_told_apart(watched: Watched) -> None:
    page = watched.page
    row = page.locator("tbody tr", has_text="hybrid:near")
    page.get_by_role("button", name="encoder").click()  # the places are those among ranks, however lines are sorted
    row.locator(".rank").click()
    assert sorted(page.locator("tr.same th").all_text_contents()) == ["bm25", "hybrid:near"]
    assert page.locator("tr.different").count() == 4
    assert row.locator(".rank").get_attribute("aria-pressed") == "true"
    row.locator(".rank").click()
    assert page.locator("tr.same, tr.different, [aria-pressed=true]").count() == 0


def test_the_page_works_on_a_telephone_and_without_scripts(browser: Any, space: Path) -> None:
    with watched_page(browser, viewport={"width": 375, "height": 800}, java_script_enabled=False) as page:
        page.page.goto((space / "index.html").as_uri())
        assert page.page.locator("tbody tr").count() == 6
        assert not page.page.locator("#filters").is_visible()
    with watched_page(browser, viewport={"width": 375, "height": 800}) as page:
        page.open(space / "index.html")
        assert page.page.evaluate("document.documentElement.scrollWidth") == 375


def test_a_space_has_what_the_hub_reads(space: Path, watched: Watched) -> None:
    _, front, body = (space / "README.md").read_text("utf-8").split("---\n", 2)
    read = yaml.safe_load(front)
    assert (read["sdk"], read["app_file"]) == ("static", "index.html")
    assert len(read["title"]) <= 100
    assert "<script" not in body
    assert "<img" not in body
    links = [link.get_attribute("href") for link in watched.page.locator("header p a").all()]
    assert sorted(links) == sorted(path.name for path in space.glob("leaderboard.*"))
    assert sorted(path.name for path in space.iterdir()) == sorted(["README.md", "index.html", *links])


def test_a_folder_with_other_files_is_not_a_space(space: Path, tmp_path: Path) -> None:
    results = str(space.parent / "results")
    again = ["leaderboard", results, "--resamples", "100", "--space"]
    (space / ".git").mkdir()
    assert run_cli([*again, str(space)]) == 0
    (tmp_path / "README.md").write_text("mine")
    assert run_cli([*again, str(tmp_path)]) == 1
    assert (tmp_path / "README.md").read_text() == "mine"
    (tmp_path / "README.md").rename(tmp_path / "leaderboard.csv")  # a kill leaves the data that was written first
    assert run_cli([*again, str(tmp_path)]) == 0
