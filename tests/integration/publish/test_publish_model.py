"""A trained model goes to a model repository: its files, its card, and nothing of its training."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.models.tiny_encoders import write_encoder
from tests.support.services.hub import Hub, hub_server
from tests.support.training.training_runs import train, write_training_dataset

STEPS = ("--steps", "2", "--batch-size", "4")


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    with hub_server(tmp_path_factory.mktemp("hub")) as started:
        yield started


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    dataset = write_training_dataset(folder / "dataset")
    base = f"st:{write_encoder(folder / 'bert', pooling='mean')}"
    assert train(dataset, "--base", base, "--exits", "1,3", "--out", folder / "model", *STEPS) == 0
    return folder / "model"


def files(hub: Hub, repo: str) -> set[str]:
    entries = json.loads(hub.get(f"api/models/{repo}/tree/main?recursive=true"))
    return {entry["path"] for entry in entries if entry["type"] == "file"}


@pytest.mark.slow
def test_a_model_is_published_once_and_loads_from_the_hub(hub: Hub, model: Path) -> None:
    done = hub.synthcode("publish", model, "--repo-id", "user/exits")
    assert (done.code, "/user/exits/tree/" in done.out) == (0, True), done.err
    found = files(hub, "user/exits")
    assert {"config.json", "model.safetensors", "exits.json", "modules.json", "README.md"} <= found
    assert not any(path.startswith(("training/", ".")) for path in found)
    assert b'SentenceTransformer("user/exits")' in hub.get("user/exits/resolve/main/README.md")
    again = hub.synthcode("publish", model, "--repo-id", "user/exits")
    assert (again.code, "unchanged, nothing to do" in again.err) == (0, True)
    assert hub.get("user/exits/resolve/main/model.safetensors") == (model / "model.safetensors").read_bytes()


@pytest.mark.slow
def test_a_dry_run_uploads_nothing(hub: Hub, model: Path) -> None:
    done = hub.synthcode("publish", model, "--repo-id", "user/other", "--dry-run")
    assert (done.code, done.out) == (0, "")
    assert "added" in done.err
    with pytest.raises(OSError, match="404"):
        files(hub, "user/other")


@pytest.mark.slow
def test_a_model_that_is_not_finished_is_refused(hub: Hub, model: Path, tmp_path: Path) -> None:
    half = tmp_path / "half"
    (half / "training").mkdir(parents=True)
    record = json.loads((model / "training" / "manifest.json").read_text("utf-8"))
    (half / "training" / "manifest.json").write_text(json.dumps({**record, "outcome": {}}), "utf-8")
    assert "is not a finished model" in hub.synthcode("publish", half, "--repo-id", "user/half").error[0]
    assert "give '--repo-id'" in hub.synthcode("publish", model, "--to", tmp_path / "copy").err
