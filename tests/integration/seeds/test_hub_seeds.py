"""The hub adapter against a Hub on loopback, with the real client."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.services.hub import Hub, hub_server

CLIENT = """
import json, sys
import pyarrow as pa, pyarrow.parquet as pq
from huggingface_hub import HfApi
from synthcode.errors import InputError
from synthcode.seeds.adapters.registry import input_digests, read_seeds
from synthcode.seeds.config import SeedsConfig

folder = sys.argv[1]
rows = pa.table({"task": ["Adds one.", "Is two."], "func": ["def f(x): ...", "def g(): ..."]})
pq.write_table(rows, folder + "/train.parquet")
api = HfApi()
api.create_repo("me/mine", repo_type="dataset")
api.upload_file(path_or_fileobj=folder + "/train.parquet", path_in_repo="data/train-00000-of-00001.parquet",
                repo_id="me/mine", repo_type="dataset")

def config(path="me/mine", **settings):
    return SeedsConfig("hub", path, columns={"text": "task", "code": "func"}, language="python", **settings)

def error(attempt, config):
    try:
        list(attempt(config))
    except InputError as problem:
        return [problem.problem, problem.fix]

print(json.dumps({
    "rows": [[seed.source, seed.source_id, seed.text, seed.split] for seed in read_seeds(config())],
    "limited": len(list(read_seeds(config(limit=1)))),
    "digest_is_commit": input_digests(config()) == {"me/mine": api.dataset_info("me/mine").sha},
    "no_split": error(read_seeds, config(split="test")),
    "no_dataset": error(read_seeds, config("me/nothing")),
    "no_dataset_digest": error(input_digests, config("me/nothing")),
}))
"""


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    with hub_server(tmp_path) as running:
        yield running


def test_a_dataset_is_streamed_from_the_hub(hub: Hub, tmp_path: Path) -> None:
    command = [sys.executable, "-c", CLIENT, str(tmp_path)]
    done = subprocess.run(command, env=hub.environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout.splitlines()[-1])
    assert answer["rows"] == [
        ["me/mine", "train:1", "Adds one.", "train"],
        ["me/mine", "train:2", "Is two.", "train"],
    ]
    assert answer["limited"] == 1
    assert answer["digest_is_commit"]
    assert answer["no_split"] == ["dataset 'me/mine' has no split 'test'", "use one of: train"]
    for name in ("no_dataset", "no_dataset_digest"):
        problem, fix = answer[name]
        assert problem.startswith("dataset 'me/nothing' cannot be read: ")
        assert fix.startswith("check its name, configuration and revision")
        assert "\n" not in problem + fix
        assert "hf_test" not in problem
