"""HumanEval and its translations, in their layouts."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from synthcode.errors import InputError
from synthcode.seeds.adapters.humaneval import inputs, read
from synthcode.seeds.cleaning import clean
from synthcode.seeds.config import SeedsConfig
from synthcode.seeds.raw import RawSeed

DOC = "Splits x.\n\n    Return its whole part.\n    >>> whole(1.5)\n    1\n    "
ORIGINAL = {
    "task_id": "HumanEval/2",
    "prompt": f'\n\ndef whole(x: float) -> int:\n    """ {DOC}"""\n',
    "entry_point": "whole",
    "canonical_solution": "    return int(x)\n",
    "test": "\n\nMETADATA = {}\n\n\ndef check(candidate):\n    assert candidate(1.5) == 1\n\n",
}
X = {
    "python": {
        "task_id": "Python/2",
        "prompt": ORIGINAL["prompt"],
        "declaration": "def whole(x: float) -> int:\n",
        "canonical_solution": ORIGINAL["canonical_solution"],
        "test": "def check(whole):\n    assert whole(1.5) == 1\n\ncheck(whole)",
        "example_test": "",
    },
    "java": {
        "task_id": "Java/2",
        "prompt": "import java.util.*;\nclass Solution {\n  /**\n    Splits x.\n\n    Return its whole part.\n    */\n"
        "    public int whole(double x) {\n",
        "declaration": "import java.util.*;\nclass Solution {\n    public int whole(double x) {\n",
        "canonical_solution": "        return (int) x;\n    }\n}",
        "test": "public class Main { }",
        "example_test": "",
    },
    "js": {
        "task_id": "JavaScript/2",
        "prompt": "/* Splits x.\n\n  Return its whole part.\n  */\nconst whole = (x) => {\n",
        "declaration": "\nconst whole = (x) => {\n",
        "canonical_solution": "  return Math.trunc(x);\n}\n\n",
        "test": "console.assert(whole(1.5) === 1)\n",
        "example_test": "",
    },
    "cpp": {
        "task_id": "CPP/2",
        "prompt": "/*\nSplits x.\n\nReturn its whole part.\n*/\n#include<math.h>\nint whole(double x){\n",
        "declaration": "#include<math.h>\nint whole(double x){\n",
        "canonical_solution": "    return int(x);\n}\n",
        "test": "#undef NDEBUG\nint main(){ }\n",
        "example_test": "",
    },
    "go": {
        "task_id": "Go/2",
        "import": "import (\n)\n",
        "prompt": "import (\n)\n\n// Splits x.\n//\n// Return its whole part.\nfunc Whole(x float64) int {\n",
        "declaration": "\nfunc Whole(x float64) int {\n",
        "canonical_solution": "    return int(x)\n}\n\n",
        "test": "func TestWhole(t *testing.T) { }\n",
        "test_setup": 'package main\n\nimport (\n\t"testing"\n)\n',
        "example_test": "",
    },
    "rust": {
        "task_id": "Rust/2",
        "prompt": "\n/*\n Splits x.\n\n Return its whole part.\n*/\n",
        "declaration": "fn whole(x: f64) -> i64 {\n",
        "canonical_solution": "    return x as i64;\n}\n",
        "test": "#[cfg(test)]\nmod tests { }\n",
        "example_test": "",
    },
}
ALL_TESTS = {"python", "java", "javascript", "cpp", "go", "rust"}


def jsonl(path: Path, *rows: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    content = "".join(json.dumps(row) + "\n" for row in rows).encode()
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)


def seeds(path: Path, **settings: Any) -> list[RawSeed]:
    return list(read(SeedsConfig("humaneval", str(path), **settings)))


@pytest.fixture
def humaneval_x(tmp_path: Path) -> Path:
    """The folders of THUDM/CodeGeeX: one a language."""
    for name, row in X.items():
        jsonl(tmp_path / "humaneval-x" / name / "data" / f"humaneval_{name}.jsonl.gz", row)
    return tmp_path / "humaneval-x"


def test_the_original_is_read_with_its_whole_text(tmp_path: Path) -> None:
    jsonl(tmp_path / "HumanEval.jsonl.gz", ORIGINAL)
    assert seeds(tmp_path / "HumanEval.jsonl.gz") == [
        RawSeed(
            source="humaneval",
            source_id="HumanEval/2",
            language="python",
            text="Splits x. Return its whole part.",
            code=ORIGINAL["prompt"] + ORIGINAL["canonical_solution"],
            entry_point="whole",
            tests={"python": f"{ORIGINAL['test'].rstrip()}\n\n\ncheck(whole)\n"},
            license="MIT",
        )
    ]


def test_examples_beside_the_original_are_left_alone(tmp_path: Path) -> None:
    jsonl(tmp_path / "data" / "HumanEval.jsonl.gz", ORIGINAL)
    jsonl(tmp_path / "data" / "example_samples.jsonl", {"task_id": "test/0", "completion": "x"})
    assert [seed.source_id for seed in seeds(tmp_path)] == ["HumanEval/2"]
    assert list(inputs(SeedsConfig("humaneval", str(tmp_path)))) == ["data/HumanEval.jsonl.gz"]


def test_the_hubs_parquet_of_the_original_is_read(tmp_path: Path) -> None:
    pq.write_table(pa.Table.from_pylist([ORIGINAL]), tmp_path / "test-00000-of-00001.parquet")
    jsonl(tmp_path / "same" / "HumanEval.jsonl", ORIGINAL)
    assert seeds(tmp_path / "test-00000-of-00001.parquet") == seeds(tmp_path / "same")


@pytest.mark.parametrize(
    ("asked", "source_id"),
    [
        (None, "Python/2"),
        ("java", "Java/2"),
        ("js", "JavaScript/2"),
        ("c++", "CPP/2"),
        ("go", "Go/2"),
        ("rust", "Rust/2"),
    ],
)
def test_every_language_of_humaneval_x_becomes_a_seed(humaneval_x: Path, asked: str | None, source_id: str) -> None:
    (seed,) = seeds(humaneval_x, language=asked)
    assert (seed.source, seed.source_id, seed.license) == ("humaneval-x", source_id, "Apache-2.0")
    assert seed.text == "Splits x. Return its whole part."
    assert set(seed.tests) == ALL_TESTS
    split = clean([seed], SeedsConfig("humaneval", "unused"))
    (kept,) = split.kept.to_pylist()
    assert "Splits" not in kept["code"]
    assert "whole" in kept["code"].lower()


def test_a_test_that_calls_itself_is_not_called_again(humaneval_x: Path) -> None:
    assert seeds(humaneval_x)[0].tests["python"] == X["python"]["test"]


def test_a_single_language_needs_no_name(humaneval_x: Path) -> None:
    assert [seed.source_id for seed in seeds(humaneval_x / "go")] == ["Go/2"]


def test_a_language_that_is_not_there_is_an_error(humaneval_x: Path) -> None:
    with pytest.raises(InputError) as error:
        seeds(humaneval_x, language="kotlin")
    assert error.value.fix == "choose one of: cpp, go, java, javascript, python, rust"


def test_descriptions_and_languages_of_other_translations_are_used(tmp_path: Path) -> None:
    row = X["java"] | {"task_id": "HumanEval_java/2", "description": "Splits.\n>>> f(1)", "entry_point": "whole"}
    jsonl(tmp_path / "HumanEval_java_v1.jsonl", row, row | {"task_id": "HumanEval_perl/2"})
    java, perl = seeds(tmp_path)
    assert (java.language, java.source, java.text, java.entry_point) == (
        "java",
        "humaneval",
        "Splits.",
        "whole",
    )
    assert perl.language == "perl"


def test_rows_that_cannot_be_read_are_counted(tmp_path: Path) -> None:
    (tmp_path / "HumanEval.jsonl").write_text(f'{json.dumps(ORIGINAL)}\n{{\n{{"task_id": "HumanEval/3"}}\n', "utf-8")
    _, broken, empty = seeds(tmp_path)
    assert broken.problem is not None
    assert (empty.source_id, empty.code, empty.text) == ("HumanEval/3", None, None)


@pytest.mark.parametrize("column", ["text", "docstring", "description"])
def test_examples_are_left_out_of_a_text_that_a_row_gives(tmp_path: Path, column: str) -> None:
    row = X["python"] | {column: f"    {DOC}"}
    (tmp_path / "humaneval_python.jsonl").write_text(json.dumps(row))
    (seed,) = read(SeedsConfig("humaneval", str(tmp_path)))
    assert seed.text == "Splits x. Return its whole part."


LAST_DOCUMENTATION = [
    (
        "Python/38",
        'def double(x):\n    """ Doubles x. """\n    return 2 * x\n\n\n'
        'def halve(x):\n    """ Halves x.\n    >>> halve(4)\n    2\n    """\n',
        "    return x / 2\n",
    ),
    (
        "Python/115",
        'def halve(x):\n    import math\n    """\n    Halves x.\n    """\n',
        "    return math.floor(x / 2)\n",
    ),
    (
        "CPP/38",
        "#include<math.h>\nint twice(int x){\n    // Doubles x.\n    return 2*x;\n}\n"
        "int halve(int x){\n    /*\n    Halves x.\n    >>> halve(4)\n    2\n    */\n",
        "    return x/2; // rounded\n}\n",
    ),
    (
        "Go/38",
        "// Doubles x.\nfunc twice(x int) int {\n    return 2 * x\n}\n"
        "// Halves x.\n// >>> halve(4)\n// 2\nfunc halve(x int) int {\n",
        "    // shifted\n    return x >> 1\n}\n",
    ),
]


@pytest.mark.parametrize(
    ("task", "prompt", "solution"), LAST_DOCUMENTATION, ids=[task for task, *_ in LAST_DOCUMENTATION]
)
def test_the_text_is_what_the_prompt_says_last(tmp_path: Path, task: str, prompt: str, solution: str) -> None:
    """Helpers have documentation, too, and that of the function to write may be inside its body."""
    jsonl(tmp_path / "humaneval.jsonl", {"task_id": task, "prompt": prompt, "canonical_solution": solution})
    (seed,) = seeds(tmp_path)
    assert (seed.text, seed.entry_point) == ("Halves x.", "halve")


def test_a_docstring_in_the_form_of_a_comment_ends_at_its_examples(tmp_path: Path) -> None:
    """HumanEval-X's Go rows have one."""
    docstring = "// Splits x.\n//\n// Return its whole part.\n// >>> Whole(1.5)\n// 1\n"
    jsonl(tmp_path / "humaneval_go.jsonl", X["go"] | {"docstring": docstring})
    (seed,) = seeds(tmp_path)
    assert seed.text == "Splits x. Return its whole part."


def test_prompts_without_solutions_are_rejected_for_that(tmp_path: Path) -> None:
    """MultiPL-E's rows are such."""
    row = {"name": "HumanEval_2_whole", "language": "java", "prompt": X["java"]["prompt"], "tests": "}"}
    jsonl(tmp_path / "humaneval-java.jsonl", row)
    (seed,) = seeds(tmp_path)
    assert seed.problem is not None
    assert seed.problem.detail == "the row has a prompt, but no solution (canonical_solution): a seed needs both"
