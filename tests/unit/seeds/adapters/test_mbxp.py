"""MBXP, from its own files and from small ones in its layout."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from synthcode.errors import InputError
from synthcode.seeds.adapters.mbxp import inputs, read
from synthcode.seeds.cleaning import clean
from synthcode.seeds.config import SeedsConfig
from synthcode.seeds.raw import RawSeed
from tests.support.loopback.recorded_programs import MBXP

PYTHON = {
    "task_id": "MBPP/4",
    "language": "python",
    "prompt": 'def one(x):\n  """\n  Write a function to add one.\n  >>> one(1)\n  2\n  """\n',
    "canonical_solution": "  return x + 1\n",
    "entry_point": "one",
    "description": "Write a function to add one.",
    "test": "\n\nMETADATA = {}\n\n\ndef check(candidate):\n    assert candidate(1) == 2\n\n",
}
JAVA = {
    "task_id": "MBJP/4",
    "language": "java",
    "prompt": "class One {\n    /**\n     * * Write a function to add one.\n     */\n    static int one(int x) {\n",
    "canonical_solution": "        return x + 1;\n    }\n}",
    "entry_point": "one",
    "description": "Write a function to add one.",
    "test": "class Main { public static void main(String[] args) { } }\n",
}


def release(folder: Path, name: str, *rows: dict[str, Any]) -> None:
    content = "".join(json.dumps(row) + "\n" for row in rows).encode()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(gzip.compress(content) if name.endswith(".gz") else content)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    release(tmp_path, "mbpp_release_v1.jsonl", PYTHON, PYTHON | {"task_id": "MBPP/5", "canonical_solution": None})
    release(tmp_path, "mbjp_release_v1.2.jsonl.gz", JAVA)
    release(tmp_path, "mbjp_release_v1.jsonl", JAVA | {"test": "old"})
    release(tmp_path, "mbjp_samples.jsonl", {"task_id": "MBJP/4", "completion": "x", "language": "java"})
    return tmp_path


def seeds(path: Path, **settings: Any) -> list[RawSeed]:
    return list(read(SeedsConfig("mbxp", str(path), **settings)))


def test_a_problem_is_joined_with_its_tests_in_every_language(folder: Path) -> None:
    first, second = seeds(folder)
    assert first == RawSeed(
        source="mbxp",
        source_id="MBPP/4",
        language="python",
        text="Write a function to add one.",
        code=PYTHON["prompt"] + PYTHON["canonical_solution"],
        entry_point="one",
        tests={
            "python": "\n\nMETADATA = {}\n\n\ndef check(candidate):\n    assert candidate(1) == 2\n\n\ncheck(one)\n",
            "java": JAVA["test"],
        },
        license="CC-BY-4.0",
    )
    assert (second.source_id, second.code) == ("MBPP/5", None)


def test_another_language_can_be_asked_for(folder: Path) -> None:
    (seed,) = seeds(folder, language="Java", source="mine")
    assert (seed.source, seed.source_id, seed.language) == ("mine", "MBJP/4", "java")
    assert set(seed.tests) == {"python", "java"}


def test_the_newest_release_of_a_language_is_read_alone(folder: Path) -> None:
    assert list(inputs(SeedsConfig("mbxp", str(folder)))) == ["mbjp_release_v1.2.jsonl.gz", "mbpp_release_v1.jsonl"]
    release(folder, "mbjp_release_v1.10.jsonl", JAVA)
    assert "mbjp_release_v1.10.jsonl" in inputs(SeedsConfig("mbxp", str(folder)))


def test_a_checkout_of_mxeval_will_do(tmp_path: Path) -> None:
    release(tmp_path / "data" / "mbxp", "mbpp_release_v1.jsonl", PYTHON)
    assert len(seeds(tmp_path)) == 1


def test_csharp_is_closed_where_its_test_would_close_it(tmp_path: Path) -> None:
    row = PYTHON | {
        "task_id": "MBCSP/4",
        "language": "csharp",
        "prompt": "namespace Solution\n{\n    public class Program\n    {\n        static int One(int x)\n        {\n",
        "canonical_solution": "            return x + 1;\n        }\n",
        "test": "        public static void Main(string[] args)\n        {\n        }\n    }\n}\n",
    }
    release(tmp_path, "mbcsp_release_v1.2.jsonl", row)
    (seed,) = seeds(tmp_path, language="C#")
    assert str(seed.code).endswith("return x + 1;\n        }\n    }\n}\n")
    assert seed.tests == {"csharp": row["test"]}  # what runs it takes the braces that are left over


def test_a_solution_may_have_the_name_of_the_tests_own_function(tmp_path: Path) -> None:
    row = PYTHON | {"entry_point": "check", "prompt": "def check(n):\n", "canonical_solution": "    return n == 1\n"}
    row["test"] = "def check(candidate):\n    assert candidate(1)\n    assert not candidate(2)\n"
    release(tmp_path, "mbpp_release_v1.jsonl", row)
    (seed,) = seeds(tmp_path)
    space: dict[str, object] = {}
    exec(f"{seed.code}\n{seed.tests['python']}", space)  # noqa: S102 - written above
    with pytest.raises(AssertionError):
        exec(f"def check(n):\n    return n == 2\n{seed.tests['python']}", {})  # noqa: S102 - written above


def test_rows_that_cannot_be_read_are_counted(folder: Path) -> None:
    with (folder / "mbpp_release_v1.jsonl").open("ab") as stream:
        stream.write(b"{broken\n" + json.dumps({"task_id": 7, "prompt": ["x"]}).encode())
    *_, broken, junk = seeds(folder)
    assert broken.problem is not None
    assert (junk.source_id, junk.code, junk.text) == ("mbpp_release_v1.jsonl:4", None, None)


def test_a_language_without_a_release_is_an_error(folder: Path) -> None:
    with pytest.raises(InputError) as error:
        seeds(folder, language="ruby")
    assert error.value.problem == f"{folder} has no MBXP release for ruby"
    assert error.value.fix == "choose one of: java, python"


def test_a_folder_without_releases_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no MBXP release such as"):
        seeds(tmp_path)


@pytest.mark.parametrize(
    ("language", "kept", "rejected"),
    [
        # jq -r '.canonical_solution // ""' tells how many problems of a release have a solution.
        ("python", 200, {}),
        ("java", 193, {"no_code": 6}),
        ("csharp", 158, {"no_code": 41}),
        ("go", 0, {"no_code": 193}),
    ],
)
def test_the_real_files(language: str, kept: int, rejected: dict[str, int]) -> None:
    config = SeedsConfig("mbxp", str(MBXP), language=language)
    split = clean(list(read(config)), config)
    assert split.kept.num_rows == kept
    assert Counter(split.rejected["reason"].to_pylist()) == rejected
    for seed in split.kept.select(["text", "code"]).to_pylist():
        assert seed["text"] not in " ".join(seed["code"].split())
        assert ">>>" not in seed["text"]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_real_python_with_its_test_is_a_program() -> None:
    config = SeedsConfig("mbxp", str(MBXP))
    for seed in clean(list(read(config)), config).kept.to_pylist():
        compile(f"{seed['code']}\n{dict(seed['tests'])['python']}", seed["source_id"], "exec")
