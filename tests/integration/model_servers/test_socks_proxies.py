"""A SOCKS proxy in the environment is refused in the same two lines by every command that leaves this machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from synthcode.errors import InputError
from synthcode.evaluation.encoders.checkpoints.checkpoint_files import refuse_hub_code
from synthcode.evaluation.interop.hub_datasets import dataset_folder
from synthcode.evaluation.mose.folders import find_folder
from synthcode.pipelines.main import run_cli
from tests.support.services.proxy import clear_variables


@pytest.fixture(autouse=True)
def socks(monkeypatch: pytest.MonkeyPatch) -> None:
    clear_variables(monkeypatch)
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:1080")


def test_seeds_from_the_hub(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_cli(["seeds", str(tmp_path / "run"), "--from", "hub", "--path", "user/name"]) == 1
    problem, fix = capsys.readouterr().err.splitlines()
    assert "the proxy socks5://127.0.0.1:1080 (ALL_PROXY) is not an HTTP proxy" in problem
    assert "ALL_PROXY=http://HOST:PORT" in fix


def test_datasets_and_models_from_the_hub() -> None:
    with pytest.raises(InputError, match="SOCKS"):
        dataset_folder(Path("user/name"), "test")
    with pytest.raises(InputError, match="SOCKS"):
        find_folder("user/name")
    with pytest.raises(InputError, match="SOCKS"):
        refuse_hub_code("user/name", None)
