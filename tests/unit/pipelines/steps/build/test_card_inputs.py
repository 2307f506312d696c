from __future__ import annotations

from pathlib import Path

import yaml

from synthcode.pipelines.runs.recipe import parse_recipe
from synthcode.pipelines.steps.build.card_inputs import portable_recipe


def test_a_recipe_on_a_card_names_no_folder_of_the_machine(tmp_path: Path) -> None:
    benchmark = tmp_path / "bench.jsonl"
    benchmark.touch()
    recipe = parse_recipe(
        {
            "seeds": {"adapter": "table", "path": str(tmp_path / "seeds.jsonl")},
            "translate": {"targets": ["go"], "model": "m", "prompt": str(tmp_path / "prompts" / "mine")},
            "backend": {"recording": str(tmp_path / "recording.jsonl")},
            "contamination": {"against": [f"mine=table:{benchmark}@python"]},
            "memory": "1GB",
        },
        "a test",
    )
    shown = portable_recipe(recipe)
    assert str(tmp_path) not in shown
    tree = yaml.safe_load(shown)
    assert not {"backend", "execution", "executor", "workers", "memory"} & set(tree)
    assert tree["seeds"]["path"] == "seeds.jsonl"
    assert tree["translate"]["prompt"] == "./mine"
    assert tree["contamination"]["against"] == ["mine=table:bench.jsonl@python"]
    assert parse_recipe(tree, "the card").translate is not None


def test_a_dataset_on_the_hub_keeps_its_name() -> None:
    recipe = parse_recipe({"seeds": {"adapter": "hub", "path": "user/name"}}, "a test")
    assert yaml.safe_load(portable_recipe(recipe))["seeds"]["path"] == "user/name"
