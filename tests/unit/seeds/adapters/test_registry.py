"""The adapters by name, and the configuration that names them."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import pytest
from pydantic import TypeAdapter, ValidationError

from synthcode.errors import InputError
from synthcode.plugins import SEED_ADAPTERS
from synthcode.seeds.adapters.adapter import Adapter
from synthcode.seeds.adapters.registry import input_digests, read_seeds
from synthcode.seeds.config import SeedsConfig

NAMES = [
    *("mbxp", "humaneval", "codesearchnet", "table", "hub", "source-tree"),
    *("bigclonebench", "poj104", "devign"),
]


def test_every_name_has_an_adapter() -> None:
    assert SEED_ADAPTERS.names() == NAMES
    assert all(SEED_ADAPTERS.load(name, Adapter).read for name in SEED_ADAPTERS.names())


def test_an_unknown_adapter_is_an_error() -> None:
    config = SeedsConfig("humanevel", "unused")
    for attempt in (read_seeds, input_digests):
        with pytest.raises(InputError) as error:
            attempt(config)
        assert error.value.problem == "no adapter 'humanevel' (did you mean 'humaneval'?)"
        assert error.value.fix == f"use one of: {', '.join(NAMES)}"


@pytest.mark.parametrize("name", [name for name in SEED_ADAPTERS.names() if name != "hub"])
def test_a_path_that_is_not_there_is_an_error(name: str, tmp_path: Path) -> None:
    config = SeedsConfig(name, str(tmp_path / "nowhere"))
    with pytest.raises(InputError, match="nowhere does not exist"):
        list(read_seeds(config))
    with pytest.raises(InputError, match="nowhere does not exist"):
        input_digests(config)


def test_the_limit_counts_every_row(tmp_path: Path) -> None:
    row = json.dumps({"text": "x", "code": "y", "language": "python"})
    (tmp_path / "t.jsonl").write_text(f"{row}\nbroken\n{row}\n")
    seeds = list(read_seeds(SeedsConfig("table", str(tmp_path), limit=2)))
    assert [seed.problem is None for seed in seeds] == [True, False]


def test_rows_travel_between_processes(tmp_path: Path) -> None:
    (tmp_path / "t.jsonl").write_text('{"text": "x", "code": "y", "language": "python"}\nbroken\n')
    seeds = list(read_seeds(SeedsConfig("table", str(tmp_path))))
    assert pickle.loads(pickle.dumps(seeds)) == seeds  # noqa: S301 - our own rows


def test_a_recipe_can_hold_the_configuration() -> None:
    check = TypeAdapter(SeedsConfig).validate_python
    assert check({"adapter": "table", "path": "t", "columns": {"text": "task"}}).columns == {"text": "task"}
    for wrong in ({"limit": 0}, {"max_code_chars": 100_001}, {"text": "perhaps"}):
        with pytest.raises(ValidationError):
            check({"adapter": "table", "path": "t"} | wrong)
