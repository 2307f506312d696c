from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import mlcroissant
import pytest

from synthcode.publishing.card.columns import COLUMNS, CONFIGS
from synthcode.publishing.card.croissant import croissant
from synthcode.publishing.card.facts import CardFacts
from synthcode.sanitize import one_line
from synthcode.schemas.tables import TEXTS
from synthcode.storage.published import ALL_CONFIGS as SCHEMAS
from tests.support.datasets.dataset_card import FACTS, HOSTILE, named


def validated(facts: CardFacts, folder: Path) -> dict[str, Any]:
    path = folder / "croissant.json"
    path.write_text(croissant(facts), "utf-8")
    dataset = mlcroissant.Dataset(str(path))
    assert dataset.metadata.ctx.issues.errors == set()
    # No date is known when a dataset is built.
    assert all("datePublished" in warning for warning in dataset.metadata.ctx.issues.warnings)
    tree: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return tree


def test_it_lists_every_shard_with_its_digest(tmp_path: Path) -> None:
    tree = validated(FACTS, tmp_path)
    files = [node for node in tree["distribution"] if node["@type"] == "cr:FileObject"]
    assert len(files) == 12
    assert files[0]["contentUrl"] == "data/triplets/train-00000-of-00001.parquet"
    assert files[0]["contentSize"] == "300 B"
    assert files[0]["sha256"] == f"{3:064x}"


def test_a_record_set_has_the_columns_of_its_configuration(tmp_path: Path) -> None:
    sets = {node["name"]: node for node in validated(FACTS, tmp_path)["recordSet"]}
    assert list(sets) == ["splits", "triplets", "programs", "texts", "qrels"]
    assert [field["name"] for field in sets["texts"]["field"]] == ["split", *TEXTS.names]
    assert sets["qrels"]["field"][-2]["dataType"] == "sc:Integer"


@pytest.mark.parametrize("licenses", [{"MIT": 1}, {"MIT": 1, "Ours": 2, "": 3}])
def test_it_lists_every_licence(tmp_path: Path, licenses: dict[str, int]) -> None:
    found = validated(replace(FACTS, licenses=licenses), tmp_path)["license"]
    assert found == ["https://spdx.org/licenses/MIT.html", "Ours", "none named"][: len(licenses)]


def test_names_from_outside_stay_names(tmp_path: Path) -> None:
    tree = validated(named(HOSTILE), tmp_path)
    assert tree["name"] == one_line(HOSTILE, None)
    assert tree["creator"] == [{"@type": "sc:Person", "name": one_line(HOSTILE, None)}]
    assert "<" not in croissant(named(HOSTILE))


def test_every_column_is_described() -> None:
    assert list(CONFIGS) == list(SCHEMAS)
    assert {name: list(columns) for name, columns in COLUMNS.items()} == {
        name: schema.names for name, schema in SCHEMAS.items()
    }
