from __future__ import annotations

import json
from pathlib import Path

import pytest

from synthcode.errors import InputError
from synthcode.seeds.adapters.benchmarks import (
    Benchmark,
    benchmark_digests,
    benchmark_rows,
    parse_benchmarks,
    read_benchmark,
    split_benchmark,
)
from tests.support.loopback.recorded_programs import MBXP

ADD = 'def add(a, b):\n    """Add."""\n    return a + b\n'


def table(path: Path, *rows: dict[str, str]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ("a/b.jsonl", ("", "a/b.jsonl", "")),
        ("name=a/b.jsonl", ("name=", "a/b.jsonl", "")),
        ("hub:openai/openai_humaneval@python", ("hub:", "openai/openai_humaneval", "@python")),
        ("name=source-tree:/x/y@z", ("name=source-tree:", "/x/y@z", "")),
        ("/x/name=y.jsonl", ("", "/x/name=y.jsonl", "")),
    ],
)
def test_a_benchmark_is_name_adapter_path_and_language(spec: str, expected: tuple[str, str, str]) -> None:
    assert split_benchmark(spec) == expected


def only(spec: str) -> Benchmark:
    (benchmark,) = parse_benchmarks([spec])
    return benchmark


def test_the_adapter_is_told_from_the_names_of_the_files(tmp_path: Path) -> None:
    for name, adapter in (
        ("HumanEval.jsonl", "humaneval"),
        ("human-eval-x.jsonl", "humaneval"),
        ("mine.jsonl", "table"),
    ):
        found = only(str(table(tmp_path / name, {"code": ADD})))
        assert (found.name, found.config.adapter) == (name, adapter)
        assert list(benchmark_digests(found)) == [f"{name}/{name}"]


def test_rows_are_read_without_texts_and_without_documentation(tmp_path: Path) -> None:
    path = table(tmp_path / "a.jsonl", {"id": "1", "code": ADD}, {"id": "2", "code": "def ("}, {"id": "3", "code": ""})
    benchmark = only(f"mine={path}@python")
    kept, rejected = benchmark_rows(list(read_benchmark(benchmark)), benchmark)
    row = {"benchmark": "mine", "row_id": "1", "language": "python", "code": "def add(a, b):\n    return a + b"}
    assert kept.to_pylist() == [row]
    assert rejected["reason"].to_pylist() == ["syntax_error", "no_code"]


def test_all_languages_of_a_benchmark_are_read() -> None:
    languages = {row.language for row in read_benchmark(only(str(MBXP)))}
    assert languages >= {"python", "java", "javascript", "typescript", "kotlin", "ruby", "php", "csharp", "cpp"}


@pytest.mark.parametrize(
    ("specs", "problem"),
    [
        (["nowhere.jsonl"], "nowhere.jsonl does not exist"),
        (["", ""], "a benchmark without a path"),
        (["humanevil:a.jsonl"], "no adapter 'humanevil' in 'humanevil:a.jsonl' (did you mean 'humaneval'?)"),
        (["hub:a/b", "hub:a/b"], "two benchmarks are called 'a/b'"),
    ],
)
def test_what_is_no_benchmark_is_refused(specs: list[str], problem: str) -> None:
    with pytest.raises(InputError) as refusal:
        parse_benchmarks(specs)
    assert refusal.value.problem == problem


def test_a_table_that_does_not_say_its_language_is_refused_with_how_to_say_it(tmp_path: Path) -> None:
    benchmark = only(str(table(tmp_path / "a.jsonl", {"code": ADD})))
    with pytest.raises(InputError) as refusal:
        list(read_benchmark(benchmark))
    assert refusal.value.problem.startswith("benchmark a.jsonl: ")
    assert "@LANGUAGE" in refusal.value.fix
