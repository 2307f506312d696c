from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from datasets.info import DatasetInfosDict
from datasets.utils.metadata import MetadataConfigs
from huggingface_hub import DatasetCard, DatasetCardData

from synthcode.publishing.card.yaml.front_matter import front_matter, read_front_matter, stated_license
from synthcode.publishing.inventory import ConfigContents
from tests.support.datasets.dataset_card import FACTS


def metadata(**changes: object) -> DatasetCardData:
    return DatasetCard(f"---\n{front_matter(replace(FACTS, **changes))}\n---\n").data


def test_it_says_what_the_hub_asks_for() -> None:
    data = metadata().to_dict()
    del data["configs"], data["dataset_info"]
    assert data == {
        "pretty_name": "A title: with a colon",
        "license": "mit",
        "language": ["en", "code"],
        "annotations_creators": ["machine-generated"],
        "language_creators": ["found", "machine-generated"],
        "task_categories": ["text-retrieval", "feature-extraction"],
        "size_categories": ["n<1K"],
        "source_datasets": ["mxeval/mbxp"],
        "tags": ["code", "code-retrieval", "cross-language", "synthetic", "synthcode", "cpp", "python"],
    }


def test_datasets_reads_the_configurations_and_the_default() -> None:
    configs = MetadataConfigs.from_dataset_card_data(metadata())
    assert configs.get_default_config_name() == "triplets"
    assert list(configs) == ["triplets", "programs", "texts", "qrels"]
    assert configs["texts"]["data_files"][1] == {"split": "validation", "path": "data/texts/validation-*.parquet"}


def test_splits_without_rows_are_not_named() -> None:
    data = metadata()
    named = [[file["split"] for file in config["data_files"]] for config in data.configs]
    named += [[split["name"] for split in info["splits"]] for info in data.dataset_info]
    assert named == [["train", "validation"]] * 8


def test_datasets_would_write_features_and_splits_the_same_way() -> None:
    data = metadata()
    written = DatasetCardData()
    DatasetInfosDict.from_dataset_card_data(data).to_dataset_card_data(written)
    assert written.to_dict()["dataset_info"] == data.to_dict()["dataset_info"]
    qrels = next(info for info in data.dataset_info if info["config_name"] == "qrels")
    assert qrels["features"][-2] == {"name": "score", "dtype": "int8"}
    assert qrels["splits"][0] == {"name": "train", "num_bytes": 12_340, "num_examples": 1_234}
    assert (qrels["download_size"], qrels["dataset_size"]) == (123_800, 12_380)


def test_a_mix_of_licences_points_to_the_file_that_lists_them() -> None:
    data = metadata(licenses={"MIT": 1, "": 2}).to_dict()
    assert [data[key] for key in ("license", "license_name", "license_link")] == [
        "other",
        "mix-of-licences",
        "LICENSE.md",
    ]


def test_size_counts_the_pairs() -> None:
    split = replace(FACTS.configs[0].splits[0], rows=1_000)
    pairs = ConfigContents("triplets", {}, (split,))
    assert metadata(configs=(pairs, *FACTS.configs[1:])).size_categories == ["1K<n<10K"]


def test_nothing_in_a_title_ends_the_block() -> None:
    title = "x\n---\n{{ 1 }}: [a]\n# <b>"
    block = front_matter(replace(FACTS, title=title, source_datasets=["a\n---\nb"]))
    assert "---" not in block.splitlines()
    assert yaml.safe_load(block)["pretty_name"] == "x --- {{ 1 }}: [a] # <b>"


@pytest.mark.parametrize(
    ("matter", "expected"),
    [
        ("license: mit", "mit"),
        ("license: [mit, apache-2.0]", "mit, apache-2.0"),
        ("license: other\nlicense_name: mix-of-licences", "mix-of-licences"),
        ("license: other", "other"),
        ("license: 3", None),
        ("tags: []", None),
        ("license: {", None),
    ],
)
def test_a_card_states_its_licence(tmp_path: Path, matter: str, expected: str | None) -> None:
    card = tmp_path / "README.md"
    assert read_front_matter(card) == {}
    card.write_text(f"---\n{matter}\n---\n\n# Data\n", "utf-8")
    assert stated_license(read_front_matter(card)) == expected
