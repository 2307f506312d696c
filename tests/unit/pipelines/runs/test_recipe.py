from __future__ import annotations

from typing import Any

import pytest

from synthcode.errors import InputError
from synthcode.pipelines.runs.recipe import Recipe, parse_recipe, require_sections


@pytest.mark.parametrize(
    ("tree", "problem", "known"),
    [
        ({"sedes": {}}, "r.yaml: unknown key 'sedes' (did you mean 'seeds'?)", "seeds, translate, backend, check"),
        (
            {"translate": {"targets": ["go"], "sampling": {"temprature": 1}}},
            "r.yaml: unknown key 'translate.sampling.temprature' (did you mean 'temperature'?)",
            "temperature, ",
        ),
        ({"executor": {"worker": 1}}, "r.yaml: unknown key 'executor.worker' (did you mean 'workers'?)", "name, "),
        ({"concurrency": 8}, "r.yaml: unknown key 'concurrency' (did you mean 'execution.concurrency'?)", "seeds, "),
        (
            {"backend": {"temperature": 0}},
            "r.yaml: unknown key 'backend.temperature'"
            " (did you mean 'translate.sampling.temperature' or 'queries.sampling.temperature'?)",
            "name, ",
        ),
        ({"check": {7: 1}}, "r.yaml: unknown key 'check.7'", ""),
        ({None: 1}, "r.yaml: unknown key 'None'", "seeds, "),
        # An unknown key explains the other mistakes.
        (
            {"execution": {"timeout_s": "x"}, "translate": {"target": ["go"]}},
            "r.yaml: unknown key 'translate.target' (did you mean 'targets'?)",
            "targets, model, ",
        ),
    ],
)
def test_a_key_that_does_not_exist_is_named_with_those_that_do(tree: Any, problem: str, known: str) -> None:
    with pytest.raises(InputError) as refusal:
        parse_recipe(tree, "r.yaml")
    assert refusal.value.problem == problem
    assert refusal.value.fix.startswith(f"known here: {known}")


def test_a_mapping_of_the_users_own_takes_any_key() -> None:
    recipe = parse_recipe({"seeds": {"adapter": "table", "path": "x", "columns": {"text": "anything"}}}, "r.yaml")
    assert recipe.seeds is not None
    assert recipe.seeds.columns == {"text": "anything"}


def test_a_recipe_without_seeds_or_targets_cannot_be_run() -> None:
    with pytest.raises(InputError, match="the recipe has no section 'seeds'"):
        require_sections(Recipe(), "the recipe")


def test_a_key_that_has_to_be_there_is_named() -> None:
    with pytest.raises(InputError) as refusal:
        parse_recipe({"seeds": {"adapter": "table"}}, "r.yaml")
    assert refusal.value.problem == "r.yaml: seeds.path is missing"
    assert refusal.value.fix == "give seeds.path in the recipe or on the command line"
