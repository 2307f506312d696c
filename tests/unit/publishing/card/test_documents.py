from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from synthcode.publishing.card.documents import write_documents
from synthcode.publishing.inventory import dataset_version
from tests.support.datasets.dataset_card import FACTS


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_a_file_of_licences_is_there_only_where_the_card_points_to_it(tmp_path: Path) -> None:
    always = {"README.md", "eval.yaml", "croissant.json"}
    write_documents(tmp_path, FACTS)
    assert names(tmp_path) == always
    written = write_documents(tmp_path, replace(FACTS, licenses={"Ours": 1}))
    assert {path.name for path in written} == names(tmp_path) == always | {"LICENSE.md"}
    write_documents(tmp_path, FACTS)
    assert names(tmp_path) == always


def test_the_version_changes_with_the_data_alone() -> None:
    other = replace(FACTS.configs[0].splits[0].shards[0], sha256="f" * 64)
    split = replace(FACTS.configs[0].splits[0], shards=(other,))
    configs = (replace(FACTS.configs[0], splits=(split, *FACTS.configs[0].splits[1:])), *FACTS.configs[1:])
    assert replace(FACTS, title="other").version == FACTS.version
    assert replace(FACTS, configs=configs).version != FACTS.version
    assert dataset_version(tuple(reversed(FACTS.configs)), "0.1.0") == FACTS.version
