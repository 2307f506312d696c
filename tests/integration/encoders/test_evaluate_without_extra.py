"""``synthcode evaluate`` where ``[eval]`` is not installed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from synthcode.extras import install_line
from synthcode.pipelines.main import run_cli
from tests.support.datasets.retrieval_tables import write_dataset

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


@pytest.mark.parametrize(
    ("encoder", "missing", "extra"),
    [
        ("bm25", "bm25s", "bm25"),
        ("st:some/model", "torch", "eval"),
        ("mose:some/model", "torch", "eval"),
        ("exits:some/model@1", "torch", "eval"),
        ("openai:some", "openai", "eval"),
    ],
)
def test_every_encoder_names_the_extra(
    encoder: str,
    missing: str,
    extra: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    dataset = write_dataset(tmp_path / "dataset", 2)
    monkeypatch.setattr(
        "synthcode.pipelines.commands.scoring.evaluate.find_spec", lambda name: None if name == missing else name
    )
    assert run_cli(["evaluate", str(dataset), "--encoder", encoder, "--out", str(tmp_path / "out")]) == 1
    assert capsys.readouterr().err.splitlines() == [
        f"error: scoring {encoder} needs the package {missing!r}, which is not installed",
        install_line(extra),
    ]
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_bm25_needs_neither_torch_nor_plots(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    dataset, out = write_dataset(tmp_path / "dataset", 4), tmp_path / "out"
    arguments = ["evaluate", str(dataset), "--encoder", "bm25", "--out", str(out), "--resamples", "100"]
    without = WITHOUT.replace(repr(EXTRA), repr(tuple(name for name in EXTRA if name != "bm25s")))
    scored = subprocess.run([sys.executable, "-c", without, *arguments], capture_output=True, text=True, check=False)
    assert scored.returncode == 0, scored.stderr
    lines = [line for line in scored.stderr.splitlines() if line.startswith("evaluate: ")]
    assert lines == [f"evaluate: no plots, because matplotlib is not installed ({install_line('eval')})"]
    assert (out / "metrics.csv").is_file()
    assert not (out / "plots").exists()
    # Once it is installed, the plots are drawn.
    assert run_cli(arguments) == 0
    assert (out / "plots" / "heatmap.png").is_file()
    capsys.readouterr()
    assert run_cli(arguments) == 0
    assert "unchanged, nothing to do" in capsys.readouterr().err


@pytest.mark.slow
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
