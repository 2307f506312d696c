"""HumanEval and HumanEval-X as they are published, made small by hand."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from synthcode.bounded import limits
from synthcode.errors import InputError
from synthcode.evaluation.retrieval.benchmark import TEXT, Benchmark, Cell
from synthcode.execution.serial import SerialExecutor
from synthcode.pipelines.steps.evaluate.published_benchmark import load_published_benchmark

WORDS = ("Add one to a number.", "Halve a number.", "Square a number.")
NAMES = ("add_one", "halve", "square")
BODIES = ("x + 1", "x / 2", "x * x")
PYTHON = [
    {
        "prompt": f'def {name}(x):\n    """ {text}\n    >>> {name}(2)\n    """\n',
        "canonical_solution": f"    return {body}\n",
    }
    for name, text, body in zip(NAMES, WORDS, BODIES, strict=True)
]
RUST = [
    {
        "prompt": f"\n/*\n {text}\n*/\nuse std::cmp;\nfn main(){{}}\nfn {name}(x: i32) -> i32 {{\n",
        "declaration": f"use std::cmp;\nfn main(){{}}\nfn {name}(x: i32) -> i32 {{\n",
        "canonical_solution": f"    {body}\n}}\n",
    }
    for name, text, body in zip(NAMES, WORDS, BODIES, strict=True)
]
JAVA = [
    {
        "prompt": f"class Solution {{\n    /**\n    {text}\n     */\n    public int {name}(int x) {{\n",
        "canonical_solution": f"        return {body};\n    }}\n}}",
    }
    for name, text, body in zip(NAMES, WORDS, BODIES, strict=True)
]


def write(path: Path, language: str, rows: Sequence[Mapping[str, object]]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [json.dumps({"task_id": f"{language}/{number}", **row}) for number, row in enumerate(rows)]
    content = "".join(f"{line}\n" for line in lines).encode()
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return path


def programs(benchmark: Benchmark, language: str, variant: str = "stripped") -> dict[str, str]:
    texts = benchmark.texts[language]
    return dict(zip(texts.ids, texts.columns[variant], strict=True))  # type: ignore[index]


def test_programs_of_every_language_are_asked_for_in_the_words_of_python(tmp_path: Path) -> None:
    write(tmp_path / "python" / "data" / "humaneval.jsonl.gz", "Python", PYTHON)
    write(tmp_path / "java" / "data" / "humaneval_java.jsonl.gz", "Java", JAVA)
    write(
        tmp_path / "rust" / "data" / "humaneval_rust.jsonl", "Rust", [*RUST[:2], {**RUST[2], "canonical_solution": ""}]
    )
    benchmark, reasons = load_published_benchmark("humaneval", str(tmp_path), None, SerialExecutor())
    assert reasons == {"no_code": 1}
    assert programs(benchmark, TEXT) == {str(number): text for number, text in enumerate(WORDS)}
    assert {language: len(texts.ids) for language, texts in benchmark.texts.items()} == {
        **{TEXT: 3, "python": 3},
        **{"java": 3, "rust": 2},
    }
    assert programs(benchmark, "rust")["rust/0"].strip() == (
        "use std::cmp;\nfn main(){}\nfn add_one(x: i32) -> i32 {\n    x + 1\n}"
    )
    assert "fn f(x: i32) -> i32" in programs(benchmark, "rust", "anonymous")["rust/0"]
    assert programs(benchmark, "python")["python/1"] == "def halve(x):\n    return x / 2\n"
    assert set(benchmark.cells) == {
        *(Cell("text2code", TEXT, language) for language in ("python", "java", "rust")),
        *(Cell("code2code", *pair.split()) for pair in ("python java", "java python", "python rust", "rust python")),
        *(Cell("code2code", *pair.split()) for pair in ("java rust", "rust java")),
    }
    judged = benchmark.cells[Cell("code2code", "java", "rust")]
    assert [benchmark.texts["java"].ids[place] for place in judged.queries] == ["java/1", "java/0"]
    assert [benchmark.texts["rust"].ids[place] for place in judged.answers] == ["rust/1", "rust/0"]


def test_one_language_alone_is_asked_for_in_words(tmp_path: Path) -> None:
    path = write(tmp_path / "HumanEval.jsonl.gz", "HumanEval", PYTHON)
    benchmark, reasons = load_published_benchmark("humaneval", str(path), None, SerialExecutor())
    assert (list(benchmark.cells), reasons) == ([Cell("text2code", TEXT, "python")], {})


def test_of_several_functions_the_one_that_is_asked_for_is_made_anonymous(tmp_path: Path) -> None:
    prompt = 'def encode(s):\n    """ Encode. """\n    return s\n\n\ndef decode(s):\n    """ Undo encode. """\n'
    row = {"prompt": prompt, "canonical_solution": "    return s[::-1]\n", "entry_point": "decode"}
    benchmark, _ = load_published_benchmark(
        "humaneval", str(write(tmp_path / "one.jsonl", "HumanEval", [row])), None, SerialExecutor()
    )
    assert programs(benchmark, TEXT)["0"].endswith("Undo encode.")
    assert "def encode(s):\n    return s\n\n\ndef f(s):" in programs(benchmark, "python", "anonymous")["python/0"]


def test_rows_that_cannot_be_used_are_counted(tmp_path: Path) -> None:
    bad = [
        {"prompt": 'def a():\n    """a"""\n', "canonical_solution": '    return "\ud800"\n'},
        {"prompt": 'def a():\n    """\ud800"""\n', "canonical_solution": "    return 1\n"},
        {"prompt": 'def a():\n    """a"""\n', "canonical_solution": None},
        {"prompt": 'def a():\n    """a"""\n', "canonical_solution": '    return "\0"\n'},
    ]
    path = write(tmp_path / "some.jsonl", "HumanEval", [PYTHON[0], *bad])
    benchmark, reasons = load_published_benchmark("humaneval", str(path), None, SerialExecutor())
    assert reasons == {"lone_surrogate": 2, "no_code": 1, "nul_byte": 1}
    assert list(programs(benchmark, "python")) == ["python/0"]
    with pytest.raises(InputError, match="no program that can be scored"):
        load_published_benchmark(
            "humaneval", str(write(tmp_path / "none.jsonl", "HumanEval", bad)), None, SerialExecutor()
        )


def test_more_than_fits_into_memory_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "HumanEval.jsonl.gz", "HumanEval", PYTHON)
    monkeypatch.setattr(limits, "BENCHMARK", 2_900)  # three seeds take 3,000 and their texts
    with pytest.raises(InputError) as refusal:
        load_published_benchmark("humaneval", str(path), None, SerialExecutor())
    assert refusal.value.problem == f"{path} holds more than 2,900 bytes of texts and programs"
    benchmark, _ = load_published_benchmark("humaneval", str(path), 2, SerialExecutor())
    assert len(programs(benchmark, "python")) == 2
