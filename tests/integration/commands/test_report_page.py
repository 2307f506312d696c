"""The report of a run whose seeds, answers and encoders are hostile, looked at in a browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.runs.hostile_run import EVIL, INVISIBLE, REFUSAL, SEED_OF_EVIL, hostile_run, javascript
from tests.support.suite.browser import Watched, chromium, watched_page

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return hostile_run(tmp_path_factory.mktemp("report"))


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as running:
        yield running


@pytest.fixture
def watched(browser: Any) -> Iterator[Watched]:
    with watched_page(browser) as page:
        yield page


def test_every_section_is_there_and_nothing_complains(run: Path, watched: Watched) -> None:
    watched.open(run / "report.html")
    titles = watched.page.locator("h2").all_text_contents()
    assert titles == [
        "What became of every row",
        "Verification levels of what was accepted",
        "Accepted, by source and target language",
        "Verdicts, by target language",
        "How long programs are",
        "Near-duplicates",
        "Evaluation",
        "Rows",
    ]
    assert watched.text("#acceptance td:has-text('%')").split() == ["75", "%", "6", "/", "8"]
    assert watched.text(".figures").split()[:4] == ["seeds8", "requests16", "accepted14", "87.5"]
    verdicts = watched.page.locator("#reasons td.sum").all_text_contents()
    funnel = watched.page.locator("#funnel tr.sum td").all_text_contents()
    assert sum(map(int, verdicts)) == int(funnel[0]) == 16
    assert watched.page.locator(".pareto").count() == 2
    assert watched.page.locator(".pareto").first.locator(".best").count() == 2
    assert watched.page.evaluate("document.images.length") == 0


def test_a_hostile_row_is_shown_as_text_and_runs_nothing(run: Path, watched: Watched) -> None:
    watched.open(run / "report.html", "#language=javascript")
    search = watched.page.locator("#filter-text")
    search.fill("<B>0</B>")  # of its source_id: the search does not mind case
    watched.has("#matches", "of 1")
    assert watched.text("#row-name") == SEED_OF_EVIL
    assert watched.text("#row-text") == f"Add 0 to x. {EVIL}"
    assert watched.text("#code") == javascript(0)
    marks = watched.page.locator("#code .strange").evaluate_all("marks => marks.map((mark) => mark.dataset.code)")
    assert marks == ["U+202E", "U+2028", "U+FEFF"]
    assert watched.page.locator("#row script, #row img, #row b").count() == 0
    assert watched.page.locator("script").count() == 1  # ours; the rows' own scripts are removed once unpacked


def test_characters_that_hide_are_marked_and_still_there(run: Path, watched: Watched) -> None:
    watched.open(run / "report.html", "#language=go&verdict=syntax_error")
    assert watched.text("#matches") == "of 1"
    assert watched.text("#code") == f"Sorry: {EVIL} {INVISIBLE}"
    assert watched.page.locator("#code .strange").first.get_attribute("data-code") == "U+0000"


def test_an_answer_without_code_is_shown_whole(run: Path, watched: Watched) -> None:
    watched.open(run / "report.html", "#language=go&verdict=refusal")
    assert watched.text("#matches") == "of 1"
    assert watched.text("#code-title") == "The whole answer: no code was extracted from it"
    assert watched.text("#code") == REFUSAL


def test_the_policy_forbids_what_the_page_does_not_do(run: Path, watched: Watched) -> None:
    watched.open(run / "report.html")
    refused = watched.page.evaluate(
        "() => { try { document.body.innerHTML = '<b>x</b>'; return 'done' } catch (error) { return error.name } }"
    )
    assert refused == "TypeError"
    with watched.page.expect_event("requestfailed") as failed:
        watched.page.evaluate("document.body.append(Object.assign(new Image(), {src: 'https://example.org/x.png'}))")
    assert failed.value.failure == "csp"
    assert "TrustedHTML" in watched.said[0]
    assert "img-src" in watched.said[1] or "default-src" in watched.said[1]
    watched.said.clear()
    watched.asked.clear()


def test_keys_and_filters_lead_from_row_to_row(run: Path, watched: Watched) -> None:
    watched.open(run / "report.html")
    page = watched.page
    assert watched.text("#matches") == "of 16"
    first = watched.text("#row-name"), watched.text("#row-languages")
    for key, place in (("j", "2"), ("ArrowRight", "3"), ("k", "2"), ("ArrowLeft", "1"), ("k", "1")):
        page.keyboard.press(key)
        assert page.input_value("#place") == place
    assert (watched.text("#row-name"), watched.text("#row-languages")) == first
    page.select_option("#filter-language", "go")
    page.select_option("#filter-verdict", "kept")
    assert watched.text("#matches") == "of 6"
    assert watched.text("#row-languages") == "Python → Go"
    page.keyboard.press("/")
    page.keyboard.type("add 5 to")
    watched.has("#matches", "of 1")
    assert watched.text("#row-name") == "task/5"
    page.keyboard.press("Enter")
    page.keyboard.press("x")
    assert watched.text("#matches") == "of 16"
    assert watched.text("#row-name") == "task/5"
    page.keyboard.press("/")
    page.keyboard.type("nothing holds this")
    watched.has("#said", "No row matches.")
    assert page.is_hidden("#row")


def test_a_link_leads_back_to_its_row(run: Path, watched: Watched) -> None:
    watched.open(run / "report.html", "#language=go&verdict=kept")
    watched.page.keyboard.press("j")
    shown = watched.text("#row-name"), watched.text("#row-languages")
    address = watched.page.evaluate("location.hash")
    assert re.fullmatch(r"#language=go&verdict=kept&row=[0-9a-f]{32}", address)
    watched.open(run / "report.html", "#verdict=kept")
    watched.page.evaluate(f"location.hash = '{address}'")
    watched.has("#matches", "of 6")
    assert (watched.text("#row-name"), watched.text("#row-languages")) == shown
    watched.page.evaluate("location.hash = '#row=unknown'")
    watched.has("#said", "The row of this link is not on this page, or does not match.")


def test_a_figure_leads_to_its_rows(run: Path, watched: Watched) -> None:
    watched.open(run / "report.html")
    watched.page.click("#reasons tr:has-text('kept') td a >> nth=0")
    watched.has("#matches", "of 6")
    assert watched.page.input_value("#filter-language") == "go"


@pytest.mark.parametrize("width", [375, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_screen_is_too_narrow(run: Path, browser: Any, width: int, scheme: str) -> None:
    with watched_page(browser, viewport={"width": width, "height": 800}, color_scheme=scheme) as watched:
        watched.open(run / "report.html")
        assert watched.page.evaluate("document.documentElement.scrollWidth") == width
        paper, ink = watched.page.evaluate(
            "[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color]"
        )
    assert (sum(map(int, re.findall(r"\d+", paper))) > sum(map(int, re.findall(r"\d+", ink)))) == (scheme == "light")


def test_what_leafs_through_rows_is_not_printed(run: Path, watched: Watched) -> None:
    watched.open(run / "report.html")
    watched.page.emulate_media(media="print")
    assert watched.page.is_hidden("#filters")
    assert watched.page.is_visible("#row")
    assert watched.page.is_visible(".sankey")


def test_examples_are_printed_though_they_are_folded(run: Path, watched: Watched) -> None:
    watched.open(run / "report.html")
    example = watched.page.locator("#reasons details figure").first
    assert not example.is_visible()
    watched.page.emulate_media(media="print")
    assert example.is_visible()
