"""A dataset is scored by its name on the Hub, from there once, and then from the cache."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.datasets.clone_dataset import Pair, write_clone_dataset
from tests.support.datasets.retrieval_tables import write_dataset
from tests.support.services.hub import Hub, hub_server

# A Hub, and a process of its own that talks to it.
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    with hub_server(tmp_path_factory.mktemp("hub")) as running:
        folder = write_dataset(tmp_path_factory.mktemp("dataset"))
        script = """
import json
from huggingface_hub import HfApi
api = HfApi()
api.create_repo("me/pairs", repo_type="dataset", private=True)
api.upload_folder(repo_id="me/pairs", repo_type="dataset", folder_path=arguments[0])
api.create_tag("me/pairs", repo_type="dataset", tag="v1")
print(json.dumps("up"))
"""
        assert running.python(script, folder) == "up"
        yield running


def test_a_dataset_on_the_hub_is_scored_like_a_folder(hub: Hub, tmp_path: Path) -> None:
    for name, changes in (("me/pairs", {}), ("me/pairs@v1", {}), ("me/pairs", {"HF_HUB_OFFLINE": "1"})):
        done = hub.synthcode("evaluate", name, "--encoder", "bm25", "--out", tmp_path / "results", "--force", **changes)
        assert done.code == 0, done.err
        facts = json.loads((tmp_path / "results" / "results.json").read_text())
        assert facts["dataset"] == name
    local = hub.synthcode(
        "evaluate", write_dataset(tmp_path / "local"), "--encoder", "bm25", "--out", tmp_path / "local"
    )
    assert local.code == 0
    assert json.loads((tmp_path / "local" / "results.json").read_text())["dataset_digest"] == facts["dataset_digest"]


def test_a_dataset_that_is_nowhere_is_told_in_two_lines(hub: Hub, tmp_path: Path) -> None:
    problem, fix = hub.synthcode("evaluate", "me/none", "--encoder", "bm25", "--out", tmp_path).error
    assert problem.startswith("error: me/none is neither a folder nor a dataset on the Hub: ")
    assert fix == "name RUN/dataset, or user/name; HF_TOKEN opens a private one"


def test_pairs_of_clones_on_the_hub_come_with_those_of_validation(hub: Hub, tmp_path: Path) -> None:
    parts: dict[str, list[Pair]] = {
        split: [(f"s-{n}-java", f"s-{n}-python", 1, "unverified"), (f"s-{n}-java", f"s-{n + 1}-python", 0, "random")]
        for split, n in (("train", 0), ("validation", 3), ("test", 6))
    }
    folder = write_clone_dataset(
        tmp_path / "clones", parts, {n: n for pairs in parts.values() for p in pairs for n in p[:2]}
    )
    script = """
import json
from huggingface_hub import HfApi
HfApi().create_repo("me/clones", repo_type="dataset")
HfApi().upload_folder(repo_id="me/clones", repo_type="dataset", folder_path=arguments[0])
print(json.dumps("up"))
"""
    assert hub.python(script, folder) == "up"
    done = hub.synthcode("evaluate", "me/clones", "--encoder", "bm25", "--task", "clones", "--out", tmp_path / "out")
    assert done.code == 0, done.err
    assert '"task": "clones"' in (tmp_path / "out" / "results.json").read_text()
