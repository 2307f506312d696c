"""CodeSearchNet, as GitHub published it and as the Hub has it."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from synthcode.errors import InputError
from synthcode.seeds.adapters.codesearchnet import inputs, read
from synthcode.seeds.config import SeedsConfig
from synthcode.seeds.raw import RawSeed

URL = "https://github.com/me/mine/blob/0123abc/a/b.py#L3-L5"
CODE = 'def add(self, a):\n        """Adds a.\n\n        :param a: one\n        """\n        return self.b + a'
GITHUB = {
    "repo": "me/mine",
    "path": "a/b.py",
    "func_name": "Sum.add",
    "original_string": CODE,
    "language": "python",
    "code": CODE,
    "code_tokens": ["def", "add"],
    "docstring": "Adds a.\n\nWith care.\n\n:param a: one",
    "docstring_tokens": ["Adds", "a", "."],
    "sha": "0123abc",
    "url": URL,
    "partition": "valid",
}
HUB = {
    "repository_name": "me/mine",
    "func_path_in_repository": "a/b.py",
    "func_name": "Sum.add",
    "whole_func_string": CODE,
    "language": "python",
    "func_code_string": CODE,
    "func_code_tokens": ["def", "add"],
    "func_documentation_string": GITHUB["docstring"],
    "func_documentation_tokens": ["Adds", "a", "."],
    "split_name": "valid",
    "func_code_url": URL,
}
SEED = RawSeed(
    source="codesearchnet",
    source_id=URL,
    language="python",
    text="Adds a.",
    code=CODE,
    entry_point="add",
    repository="me/mine",
    path="a/b.py",
    url=URL,
    split="validation",
)


def jsonl(path: Path, *rows: dict[str, Any]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    content = "".join(json.dumps(row) + "\n" for row in rows).encode()
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return path


def seeds(path: Path, **settings: Any) -> list[RawSeed]:
    return list(read(SeedsConfig("codesearchnet", str(path), **settings)))


def test_githubs_layout_is_read(tmp_path: Path) -> None:
    name = "python/final/jsonl/valid/python_valid_0.jsonl.gz"
    jsonl(tmp_path / name, GITHUB)
    (tmp_path / "python_licenses.pkl").write_bytes(b"never opened")
    assert seeds(tmp_path) == [SEED]
    assert list(inputs(SeedsConfig("codesearchnet", str(tmp_path)))) == [name]


def test_the_hubs_columns_are_read(tmp_path: Path) -> None:
    jsonl(tmp_path / "a.jsonl", HUB)
    assert seeds(tmp_path) == [SEED]


def test_the_hubs_parquet_is_read(tmp_path: Path) -> None:
    pq.write_table(pa.Table.from_pylist([HUB]), tmp_path / "train-00000-of-00001.parquet")
    (seed,) = seeds(tmp_path)
    assert isinstance(seed.code, bytes)
    assert seed.code.decode() == CODE
    assert (seed.source_id, seed.text) == (URL, "Adds a.")


def test_a_function_without_an_address_is_called_after_its_place(tmp_path: Path) -> None:
    jsonl(tmp_path / "a.jsonl", GITHUB | {"url": "", "func_name": "", "partition": ""})
    (seed,) = seeds(tmp_path)
    assert (seed.source_id, seed.entry_point, seed.split) == ("a.jsonl:1", None, None)


def test_documentation_without_words_is_left_to_the_code(tmp_path: Path) -> None:
    jsonl(tmp_path / "a.jsonl", GITHUB | {"docstring": "@param a one"}, GITHUB | {"docstring": None})
    assert [seed.text for seed in seeds(tmp_path)] == [None, None]


def test_languages_and_splits_can_be_chosen(tmp_path: Path) -> None:
    rows = [GITHUB, GITHUB | {"language": "java", "url": "b"}, GITHUB | {"partition": "train", "url": "c"}]
    jsonl(tmp_path / "a.jsonl", *rows)
    assert [seed.source_id for seed in seeds(tmp_path, language="python")] == [URL, "c"]
    assert [seed.source_id for seed in seeds(tmp_path, split="validation")] == [URL, "b"]


def test_broken_lines_are_counted(tmp_path: Path) -> None:
    path = jsonl(tmp_path / "a.jsonl", GITHUB)
    path.write_bytes(path.read_bytes() + b"{\n")
    _, broken = seeds(tmp_path, language="python", split="valid")
    assert broken.problem is not None
    assert broken.source == "codesearchnet"


def test_another_table_is_refused(tmp_path: Path) -> None:
    jsonl(tmp_path / "a.jsonl", {"text": "x", "code": "y"})
    with pytest.raises(InputError) as error:
        seeds(tmp_path)
    assert error.value.problem == ("a.jsonl is not CodeSearchNet's: no columns code and docstring; it has: text, code")
    assert error.value.fix == "read it with --from table, and say with --column which columns are text and code"
