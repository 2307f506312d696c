"""The report of a run whose seeds, answers and encoders are hostile, looked at in a browser."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipelines.main import run_cli

EVIL = "</script><script>window.pwned=1</script><img src=x onerror='window.pwned=2'><!--"
"""What would run, fetch, or swallow the rest of the page."""
INVISIBLE = "\x00 \u202e \u2028 \ufeff"
REFUSAL = "I'm sorry, but I can't help with converting this code."
SEED_OF_EVIL = f"<b>0</b>{EVIL}"
CHROMIUM = shutil.which("chromium")
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking")
QUIET += ("--disable-component-update", "--disable-sync")


def synthcode(*arguments: str | Path) -> int:
    return run_cli([str(argument) for argument in arguments])


def source_id(number: int) -> str:
    return SEED_OF_EVIL if number == 0 else f"task/{number}"


def javascript(number: int) -> str:
    return f"function add{number}(x) {{\n  // {EVIL} {INVISIBLE[2:]}\n  return x + {number};\n}}"


def jsonl(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


def evaluation(folder: Path) -> None:
    """Write results of an encoder with two exits and of one that has no costs, as ``evaluate`` does."""
    header = "encoder,exit,task,variant,query_language,corpus_language,metric,value,lo,hi,n\n"
    cells = {
        "mose": [("mose:tiny", 4, "python", 0.6), ("mose:tiny", 4, "go", 0.8), ("mose:tiny", 9, "python", 0.9)],
        "bm25": [(f'"bm25 {EVIL}"', 0, "python", 0.5)],
    }
    for name, rows in cells.items():
        lines = [
            f"{encoder},{exit},code2code,stripped,{lang},java,MRR@10,{v},0,1,9\n" for encoder, exit, lang, v in rows
        ]
        (folder / name).mkdir(parents=True)
        (folder / name / "metrics.csv").write_text(header + "".join(lines))
    costs = "encoder,exit,tokens,parameters,flops_per_token,latency_s,texts_per_s,batch_texts\n"
    costs += "mose:tiny,4,512,1000,2e6,0.01,99,8\nmose:tiny,9,512,2000,5e6,0.02,50,8\n"
    (folder / "mose" / "costs.csv").write_text(costs)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    seeds = [
        {
            "source_id": source_id(n),
            "text": f"Add {n} to x. {EVIL if n == 0 else ''}",
            "code": f"def add{n}(x):\n    return {n} + x",
        }
        for n in range(8)
    ]
    go = [f"Sorry: {EVIL} {INVISIBLE}", REFUSAL]
    go += [f"func Add{n}(x int) int {{\n\treturn x + {n}\n}}" for n in range(2, 8)]
    recording = [
        {"source_id": source_id(n), "target_language": language, "text": text}
        for n in range(8)
        for language, text in (("javascript", f"```javascript\n{javascript(n)}\n```"), ("go", go[n]))
    ]
    run = folder / "run"
    table = jsonl(folder / "seeds.jsonl", seeds)
    recorded = jsonl(folder / "recording.jsonl", recording)
    assert synthcode("seeds", run, "--from", "table", "--path", table, "--language", "python") == 0
    translate = ("translate", run, "--backend", "replay", "--recording", recorded, "--targets", "javascript,go")
    assert synthcode(*translate, "--model", f"model {EVIL}") == 0
    for stage in ("check", "dedup", "build"):
        assert synthcode(stage, run) == 0
    evaluation(run / "evaluation")
    assert synthcode("report", run) == 0
    return run


class Watched:
    """A page, and everything it said or asked for."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.said: list[str] = []
        self.asked: list[str] = []
        page.on("console", lambda message: self.said.append(message.text))
        page.on("pageerror", lambda error: self.said.append(str(error)))
        page.on("request", lambda request: self.asked.append(request.url))

    def open(self, path: Path, fragment: str = "") -> None:
        self.page.goto(path.as_uri() + fragment)
        self.page.wait_for_selector("html[data-ready]")

    def has(self, selector: str, text: str) -> None:
        """Wait until an element has this text."""
        from playwright.sync_api import expect

        expect(self.page.locator(selector)).to_have_text(text)

    def text(self, selector: str) -> str:
        text: str = self.page.text_content(selector)
        return text


@pytest.fixture(scope="module")
def chromium(run: Path) -> Iterator[Any]:
    if CHROMIUM is None:
        pytest.skip("needs Debian's chromium: apt-get install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield browser
        browser.close()


@pytest.fixture
def watched(chromium: Any) -> Iterator[Watched]:
    context = chromium.new_context()
    watched = Watched(context.new_page())
    yield watched
    assert watched.said == []
    assert [url for url in watched.asked if not url.startswith("file:")] == []
    assert watched.page.evaluate("window.pwned") is None
    context.close()


def test_every_section_is_there_and_nothing_complains(run: Path, watched: Watched) -> None:
    watched.open(run / "report.html")
    titles = watched.page.locator("h2").all_text_contents()
    assert titles == [
        "What became of every row",
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
    assert watched.page.locator("script").count() == 1  # ours; the rows' own are gone once unpacked


def test_characters_that_hide_are_marked_and_still_there(run: Path, watched: Watched) -> None:
    watched.open(run / "report.html", "#language=go&verdict=syntax_error")
    assert watched.text("#matches") == "of 1"
    assert watched.text("#code") == f"Sorry: {EVIL} {INVISIBLE}"
    assert watched.page.locator("#code .strange").first.get_attribute("data-code") == "U+0000"


def test_an_answer_without_code_is_shown_whole(run: Path, watched: Watched) -> None:
    watched.open(run / "report.html", "#language=go&verdict=refusal")
    assert watched.text("#matches") == "of 1"
    assert watched.text("#code-title") == "The whole answer: no code was taken from it"
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
def test_no_screen_is_too_narrow(run: Path, chromium: Any, width: int, scheme: str) -> None:
    context = chromium.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    watched = Watched(context.new_page())
    watched.open(run / "report.html")
    assert watched.page.evaluate("document.documentElement.scrollWidth") == width
    paper, ink = watched.page.evaluate(
        "[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color]"
    )
    assert (sum(map(int, re.findall(r"\d+", paper))) > sum(map(int, re.findall(r"\d+", ink)))) == (scheme == "light")
    context.close()


def test_what_leafs_through_rows_is_not_printed(run: Path, watched: Watched) -> None:
    watched.open(run / "report.html")
    watched.page.emulate_media(media="print")
    assert watched.page.is_hidden("#filters")
    assert watched.page.is_visible("#row")
    assert watched.page.is_visible(".sankey")


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
    assert synthcode("report", bare) == 0
    assert "There are no rows yet." in (bare / "report.html").read_text()


def test_results_that_are_no_table_are_refused(run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bare = tmp_path / "bare"
    (bare / "evaluation" / "x").mkdir(parents=True)
    shutil.copy(run / "recipe.yaml", bare)
    metrics = bare / "evaluation" / "x" / "metrics.csv"
    metrics.write_text("encoder,exit,task,variant,metric,value\nbm25,0,code2code,stripped,MRR@10,lots\n")
    assert synthcode("report", bare) == 1
    error, fix = capsys.readouterr().err.splitlines()
    assert error == f"error: {metrics} line 2: value is 'lots', no number"
    assert fix == "run 'synthcode evaluate' again"
    assert not (bare / "report.html").exists()
