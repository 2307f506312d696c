"""``synthcode evaluate`` where ``[eval]`` is not installed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from synthcode.pipelines.main import run_cli
from tests.support.retrieval_tables import write_dataset

EXTRA = (
    "bm25s",
    "matplotlib",
    "openai",
    "safetensors",
    "sentence_transformers",
    "threadpoolctl",
    "torch",
    "transformers",
)
WITHOUT = f"""
import sys
sys.modules.update(dict.fromkeys({EXTRA}))
from synthcode.pipelines.main import run_cli
sys.exit(run_cli(sys.argv[1:]))
"""


@pytest.mark.parametrize("encoder", ["bm25", "st:some/model", "mose:some/model", "exits:some/model@1", "openai:some"])
def test_every_encoder_names_the_extra(
    encoder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    dataset = write_dataset(tmp_path / "dataset", 2)
    missing = "bm25s" if encoder == "bm25" else "torch"
    for package in ("matplotlib", missing):
        monkeypatch.setattr(
            "synthcode.pipelines.commands.evaluate.find_spec", lambda name, gone=package: None if name == gone else name
        )
        assert run_cli(["evaluate", str(dataset), "--encoder", encoder, "--out", str(tmp_path / "out")]) == 1
        assert capsys.readouterr().err.splitlines() == [
            f"error: scoring {encoder} needs the package {package!r}, which is not installed",
            "pip install 'synthcode[eval]'",
        ]
        assert not (tmp_path / "out").exists()


def test_results_are_compared_without_it(tmp_path: Path) -> None:
    dataset = write_dataset(tmp_path / "dataset", 4)
    for name in ("one", "two"):
        out = str(tmp_path / name)
        assert run_cli(["evaluate", str(dataset), "--encoder", "bm25", "--out", out, "--resamples", "100"]) == 0
    command = [sys.executable, "-c", WITHOUT, "compare", str(tmp_path / "one"), str(tmp_path / "two")]
    compared = subprocess.run(command, capture_output=True, text=True, check=False)
    assert compared.returncode == 0
    # Of three problems it warns, and says nothing else.
    assert [line.partition(":")[0] for line in compared.stderr.splitlines()] == ["warning", "warning"]
    assert len(compared.stdout.splitlines()) == 2 + 4
