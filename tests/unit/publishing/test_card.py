from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from synthcode.publishing.card import CardFacts, front_matter, write_card

COUNTS = {
    "requested": 4,
    "completed": 3,
    "failed": 1,
    "accepted": 2,
    "rejected": {"refusal": 1},
    "exact_duplicates": 0,
    "near_duplicates": 1,
    "contaminated": 0,
    "kept": 1,
}
FACTS = CardFacts(
    title="A title: with a colon",
    about="Written by **people**.",
    rows={
        "triplets": {"train": 1, "validation": 0, "test": 0},
        "programs": {"train": 2, "validation": 0, "test": 0},
        "texts": {"train": 1, "validation": 0, "test": 0},
        "qrels": {"train": 3, "validation": 0, "test": 0},
    },
    funnel={"seeds": 4, "seed_duplicates": 0, **COUNTS, "by_language": {"cpp": COUNTS}},
    source_languages={"python": 4},
    licenses={"MIT": 4},
    models=["some/model"],
    prompts=["translate (abc)"],
    sampling=['{"temperature":0.2}'],
    dedup={"ngram": 5, "threshold": 0.7, "num_perm": 256},
    benchmarks={},
    drop_contaminated="train",
    compiled=[],
    recipe="seeds:\n  adapter: mbxp",
    version="0.1.0",
)


def test_the_front_matter_names_every_configuration_and_split() -> None:
    tree = yaml.safe_load(front_matter(FACTS))
    assert tree["pretty_name"] == "A title: with a colon"
    assert [config["config_name"] for config in tree["configs"]] == ["triplets", "programs", "texts", "qrels"]
    assert [config.get("default", False) for config in tree["configs"]] == [True, False, False, False]
    assert tree["configs"][0]["data_files"][2] == {"split": "test", "path": "data/triplets/test-*.parquet"}
    assert tree["size_categories"] == ["n<1K"]


@pytest.mark.parametrize(
    ("licenses", "expected"),
    [({"MIT": 4}, "mit"), ({"MIT": 3, "": 1}, "other"), ({"MIT": 1, "CC-BY-4.0": 1}, "other"), ({"": 4}, "unknown")],
)
def test_a_mix_of_licences_is_not_called_by_one_of_them(licenses: dict[str, int], expected: str) -> None:
    assert yaml.safe_load(front_matter(replace(FACTS, licenses=licenses)))["license"] == expected


def test_the_card_tells_the_funnel_and_how_it_was_made(tmp_path: Path) -> None:
    text = write_card(tmp_path, FACTS).read_text("utf-8")
    assert text.startswith(f"---\n{front_matter(FACTS)}\n---\n")
    for line in (
        "| | cpp | all |",
        "|---|---:|---:|",
        "| rejected: refusal | 1 | 1 |",
        "| near duplicates | 1 | 1 |",
        "| kept | 1 | 1 |",
        "- MIT: 4 seeds",
        "Written by **people**.",
        "| `qrels` | a judgement: which document answers which query | 3 | 0 | 0 |",
    ):
        assert line in text.splitlines()
    assert "into C++" in text
    assert [path.name for path in tmp_path.iterdir()] == ["README.md"]
