"""What ``synthcode train --task clones|classification`` refuses, each in two lines."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.datasets.clone_dataset import CODE, SPLITS, Pair, numbered_pairs, write_clone_dataset
from tests.support.models.tiny_encoders import write_encoder
from tests.support.training.training_runs import SMALL, train


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    parts = {split: numbered_pairs(numbers) for split, numbers in SPLITS.items()}
    return write_clone_dataset(tmp_path_factory.mktemp("data") / "dataset", parts, CODE)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> str:
    return f"st:{write_encoder(tmp_path_factory.mktemp('bases') / 'bert', pooling='mean')}"


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["--distillation", "1"], "loss.distillation means nothing for task clones: it compares vectors"),
        (["--temperature", "0.1"], "loss.temperature means nothing for task clones"),
        (["--objective", "adaptive_layer"], "loss.objective means nothing"),
        (["--dims", "8"], "loss.dims means nothing"),
        (["--hard-negatives", "bm25"], "'build --clones' chooses the pairs"),
        (["--chunk-size", "2"], "optimiser.chunk_size means nothing"),
        (["--projection"], "heads means nothing"),
        (["--holdout", "other"], "data.holdout means nothing"),
        (["--learning-rate", "1e30"], "training has diverged"),
    ],
)
def test_what_means_nothing_or_diverges_is_said_in_two_lines(
    dataset: Path, base: str, tmp_path: Path, arguments: list[str], problem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "model"
    assert train(dataset, "--task", "clones", "--base", base, *SMALL, *arguments, "--out", out) == 1
    printed = capsys.readouterr().err
    assert problem in printed
    assert "Traceback" not in printed
    assert not (out / "config.json").exists()


@pytest.mark.parametrize(
    ("parts", "problem"),
    [
        ({"test": numbered_pairs(SPLITS["test"])}, "has no split 'train' of 'clones'"),
        ({"train": [pair for pair in numbered_pairs(range(4)) if pair[2]]}, "all 4 have label 1"),
        ({"train": []}, "there is none"),
        (
            {"train": numbered_pairs(range(4)), "validation": numbered_pairs(range(3, 6))},
            "is both in split 'train' and in 'validation'",
        ),
    ],
)
def test_pairs_that_teach_nothing_are_refused(
    parts: dict[str, list[Pair]], problem: str, base: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = write_clone_dataset(tmp_path / "dataset", parts, CODE)
    assert train(broken, "--task", "clones", "--base", base, "--out", tmp_path / "model", *SMALL) == 1
    printed = capsys.readouterr().err.strip()
    assert problem in printed
    assert len(printed.splitlines()) == 2


def test_a_dataset_without_pairs_or_labels_is_refused(
    quickstart: Path, base: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ("--base", base, "--out", tmp_path / "model", *SMALL)
    assert train(quickstart, "--task", "clones", *arguments) == 1
    assert f"make them with 'synthcode build {quickstart} --clones'" in capsys.readouterr().err
    assert train(quickstart, "--task", "classification", *arguments) == 1
    printed = capsys.readouterr().err
    assert "pass their tests, and 0 that fail; classification tells one from the other" in printed
    assert "run 'synthcode verify'" in printed
    assert train(quickstart, "--from", "devign", *arguments) == 1
    assert "data.original means nothing for task retrieval" in capsys.readouterr().err
