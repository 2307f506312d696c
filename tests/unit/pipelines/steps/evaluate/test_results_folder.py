from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from synthcode.evaluation.retrieval.benchmark import Benchmark, from_tables
from synthcode.pipelines.steps.evaluate.results_folder import named_after, settings_of, usual_folder
from synthcode.vocabulary import QUERY_STYLES, style_task
from tests.support.datasets.retrieval_tables import tables

USUAL: dict[str, Any] = {
    **{"encoder": "st:x", "tasks": (), "variants": (), "languages": None, "limit": None, "split": "test"},
    **{"exits": "all", "max_tokens": None, "prompts": (), "choices": (), "revision": None, "dtype": "auto"},
    **{"base_url": None, "original": None, "corpora": (), "distractors": (), "dims": (), "precisions": ()},
    **{"graded": False, "query_styles": ()},
    **{"first": None, "top": None, "fusion": None, "weight": None},
}


@pytest.fixture(scope="module")
def benchmark() -> Benchmark:
    return from_tables("pairs", "digest", "test", tables(4))


@pytest.mark.parametrize(
    ("given", "suffix"),
    [
        ({}, ""),
        ({"variants": ("stripped", "anonymous")}, ""),
        ({"variants": ("raw", "raw")}, "_variant-raw"),
        ({"split": "validation", "limit": 40}, "_limit-40_split-validation"),
        ({"exits": "4,9"}, "_exits-4,9"),
        ({"max_tokens": 16, "dtype": "float16"}, "_max-tokens-16_dtype-float16"),
        ({"encoder": "bm25", "dtype": "float16"}, ""),
        ({"base_url": "http://user:secret@host:1/v1"}, ""),
        ({"revision": "main"}, "_revision-main"),
    ],
)
def test_only_what_is_not_usual_is_in_the_name(given: dict[str, Any], suffix: str, benchmark: Benchmark) -> None:
    settings = settings_of({**USUAL, **given}, benchmark, benchmark)
    assert named_after(Path("a/st-x"), settings) == Path(f"a/st-x{suffix}")
    assert "secret" not in str(settings)


def test_what_does_not_fit_a_name_is_a_digest_that_tells_it_apart(benchmark: Benchmark) -> None:
    names = {
        named_after(Path("x"), settings_of({**USUAL, "prompts": prompts}, benchmark, benchmark)).name
        for prompts in (("query=a b",), ("query=a-b",), ("query=" + 90 * "x",), ("query=a b", "document=c"))
    }
    assert len(names) == 4
    assert all(len(name) == len("x_prompt-") + 8 for name in names)


def test_tasks_and_languages_count_where_they_leave_something_out(benchmark: Benchmark) -> None:
    two = benchmark.restricted(["code2code"], ["python", "go"])
    settings = settings_of(USUAL, benchmark, two)
    assert settings == {"task": "code2code", "languages": "go,python"}


def test_only_a_manifest_makes_a_run(tmp_path: Path) -> None:
    (tmp_path / "dataset").mkdir()
    (tmp_path / "recipe.yaml").touch()
    assert usual_folder(tmp_path / "dataset", None, "bm25").parts[0] == "results"
    (tmp_path / "manifest.json").touch()
    for dataset in (tmp_path, tmp_path / "dataset"):
        assert usual_folder(dataset, None, "st:/some/where/model") == tmp_path / "evaluation" / "st-where-model"
    assert usual_folder(None, "mbxp", "bm25") == Path("results/mbxp/bm25")


@pytest.mark.parametrize(
    ("tasks", "expected"),
    [
        (["text2code", "text2code_keyword", "text2code_paraphrase", "text2code_question"], "text2code"),
        (["text2code_question"], "text2code_question"),
        ([], None),
    ],
)
def test_styles_of_queries_are_not_named_twice(tasks: list[str], expected: str | None, benchmark: Benchmark) -> None:
    styles = {
        cell._replace(task=style_task(style)): judged
        for cell, judged in benchmark.cells.items()
        for style in QUERY_STYLES
        if cell.task == "text2code"
    }
    whole = replace(benchmark, cells={**benchmark.cells, **styles})
    settings = settings_of({**USUAL, "query_styles": QUERY_STYLES}, whole, whole.restricted(tasks, []))
    assert settings.pop("query-style") == "keyword,question,paraphrase"
    assert settings == ({} if expected is None else {"task": expected})
