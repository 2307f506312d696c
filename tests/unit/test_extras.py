"""The advice how to install an extra names a place that pip can install from."""

from __future__ import annotations

import json
from importlib.metadata import PathDistribution
from pathlib import Path
from typing import Any

import pytest

from synthcode import extras
from synthcode.extras import encoder_extra, install_line

IN_WORDS = "in a checkout of synthcode: pip install '.[eval]'"


def recorded(record: Any, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have synthcode installed from a place that pip recorded."""
    metadata = folder / "synthcode-0.1.0.dist-info"
    metadata.mkdir()
    if record is not None:
        (metadata / "direct_url.json").write_text(record if isinstance(record, str) else json.dumps(record), "utf-8")
    monkeypatch.setattr(extras, "distribution", lambda name: PathDistribution(metadata))


@pytest.mark.parametrize(("editable", "line"), [(False, "pip install '{}[eval]'"), (True, "pip install -e '{}[eval]'")])
def test_a_checkout_is_named(editable: bool, line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checkout = tmp_path / "my checkout"
    checkout.mkdir()
    (checkout / "pyproject.toml").touch()
    recorded({"url": checkout.as_uri(), "dir_info": {"editable": editable}}, tmp_path, monkeypatch)
    assert install_line("eval") == line.format(checkout)
    monkeypatch.chdir(checkout)
    assert install_line("eval") == line.format(".")


def test_a_repository_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    record = {"url": "https://git.example/synthcode.git", "vcs_info": {"vcs": "git", "commit_id": "1" * 40}}
    recorded(record, tmp_path, monkeypatch)
    assert install_line("mteb") == "pip install 'synthcode[mteb] @ git+https://git.example/synthcode.git'"


@pytest.mark.parametrize(
    "record",
    [
        None,
        "{",
        [],
        {"url": "file:///no/such/checkout", "dir_info": {}},
        {"url": "file:///tmp/synthcode.whl", "archive_info": {}},
    ],
)
def test_without_a_place_a_checkout_is_named_in_words(
    record: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded(record, tmp_path, monkeypatch)
    assert install_line("eval") == IN_WORDS


@pytest.mark.parametrize(
    ("encoder", "extra"), [("bm25", "bm25"), ("static:NAME", "static"), ("st:bm25", "eval"), ("openai:M", "eval")]
)
def test_words_and_static_vectors_need_no_torch(encoder: str, extra: str) -> None:
    assert encoder_extra(encoder) == extra
