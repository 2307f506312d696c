"""``synthcode train --task clones|classification``: whole commands on a small encoder."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from synthcode.errors import Interrupted
from synthcode.evaluation.training.models.opening import open_model
from synthcode.evaluation.training.runs.progress import Callbacks
from synthcode.evaluation.training.runs.recipe import load_training_recipe
from synthcode.evaluation.training.runs.session import train_model
from synthcode.identity import file_digest
from synthcode.pipelines.main import run_cli
from tests.support.clone_dataset import Pair, write_clone_dataset
from tests.support.published_files import write_bigclonebench, write_devign
from tests.support.tiny_encoders import write_encoder
from tests.support.training_runs import SMALL, train

SPLITS = {"train": range(16), "validation": range(20, 28), "test": range(30, 38)}
CODE = {
    f"s-{number}-{language}": f"{language} {number} body" for number in range(40) for language in ("java", "python")
}
WEIGHTS = ("model.safetensors", "exit_classifiers.safetensors")


def pairs(numbers: range) -> list[Pair]:
    clones: list[Pair] = [(f"s-{number}-java", f"s-{number}-python", 1, "verified") for number in numbers]
    others: list[Pair] = [(f"s-{number}-java", f"s-{number + 1}-python", 0, "random") for number in numbers[:-1]]
    return clones + others


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    parts = {split: pairs(numbers) for split, numbers in SPLITS.items()}
    return write_clone_dataset(tmp_path_factory.mktemp("data") / "dataset", parts, CODE)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> str:
    return f"st:{write_encoder(tmp_path_factory.mktemp('bases') / 'bert', pooling='mean')}"


@pytest.fixture(scope="module")
def model(dataset: Path, base: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "clones"
    assert train(dataset, "--task", "clones", "--base", base, "--exits", "1,3", "--out", folder, *SMALL) == 0
    return folder


def test_a_head_is_trained_at_every_exit(model: Path) -> None:
    opened = open_model(model)
    assert opened.classifier is not None
    assert (opened.exits, tuple(opened.classifier.heads)) == ((1, 3), ("1", "3"))
    assert (opened.classifier.form.task, opened.classifier.form.labels) == ("clones", ("other", "clone"))
    rows = list(csv.DictReader((model / "training" / "curves.csv").read_text().splitlines()))
    assert {(row["metric"], row["exit"]) for row in rows} == {
        (metric, exit_) for metric in ("loss", "AP", "F1") for exit_ in ("0", "1", "3")
    } - {("AP", "0"), ("F1", "0")}
    card = " ".join((model / "README.md").read_text().split())
    assert "whether two programs are clones" in card
    assert "31 pairs of programs, each with a label, and 15 for validation" in card
    assert "temperature" not in card


def test_one_exit_is_cut_with_its_head(model: Path, tmp_path: Path) -> None:
    assert run_cli(["cut", str(model), "--exit", "1", "--out", str(tmp_path / "shallow")]) == 0
    cut = open_model(tmp_path / "shallow")
    assert cut.classifier is not None
    assert (cut.exits, tuple(cut.classifier.heads)) == ((1,), ("1",))


def test_a_stopped_run_ends_with_the_same_bits(model: Path, dataset: Path, base: str, tmp_path: Path) -> None:
    keys = {"steps": 8, "batch_size": 6, "learning_rate": 0.01}
    overrides = {"task": "clones", "base": base, "exits": [1, 3], "run.save_every": 2, "run.validate_every": 4}
    settings = load_training_recipe(None, overrides | {f"optimiser.{key}": value for key, value in keys.items()})
    done: list[int] = []
    stopping = Callbacks(lambda line: None, lambda count, remark: done.append(count), lambda: sum(done) >= 4)
    with pytest.raises(Interrupted):
        train_model(dataset, tmp_path / "model", settings, stopping)
    assert not (tmp_path / "model" / "config.json").exists()
    train_model(dataset, tmp_path / "model", settings, Callbacks(print, lambda count, remark: None, lambda: False))
    for name in WEIGHTS:
        assert file_digest(tmp_path / "model" / name) == file_digest(model / name)


def test_a_dry_run_names_pairs_and_writes_nothing(
    dataset: Path, base: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ("--task", "clones", "--base", base, "--out", tmp_path / "model", *SMALL)
    assert train(dataset, *arguments, "--dry-run") == 0
    printed = capsys.readouterr().out
    assert "data: 32 programs; inputs by label: clone 16, other 15; 15 for validation" in printed
    assert "8 steps of 6 pairs" in printed
    assert not (tmp_path / "model").exists()


def test_a_new_mose_encoder_learns_clones(dataset: Path, tmp_path: Path) -> None:
    out = tmp_path / "mose"
    arguments = ("--layers", "2", "--hidden", "16", "--exits", "1,2", "--pretrain", "2", "--pretrain-task", "none")
    assert train(dataset, "--task", "clones", *arguments, "--out", out, *SMALL) == 0
    opened = open_model(out)
    assert opened.classifier is not None
    assert opened.classifier.form.reads == "last_token"


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
        ({"test": pairs(SPLITS["test"])}, "has no split 'train' of 'clones'"),
        ({"train": [pair for pair in pairs(range(4)) if pair[2]]}, "all 4 have label 1"),
        ({"train": []}, "there is none"),
        ({"train": pairs(range(4)), "validation": pairs(range(3, 6))}, "is both in split 'train' and in 'validation'"),
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
    assert "make them with 'synthcode build RUN --clones'" in capsys.readouterr().err
    assert train(quickstart, "--task", "classification", *arguments) == 1
    assert "its programs have no labels\nname a published benchmark with --from" in capsys.readouterr().err
    assert train(quickstart, "--from", "devign", *arguments) == 1
    assert "data.original means nothing for task retrieval" in capsys.readouterr().err


def test_without_validation_the_last_weights_are_kept(
    base: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dataset = write_clone_dataset(tmp_path / "dataset", {"train": pairs(SPLITS["train"])}, CODE)
    out = tmp_path / "model"
    assert train(dataset, "--task", "clones", "--base", base, "--exits", "1", "--out", out, *SMALL) == 0
    assert "has no validation split, or an empty one" in capsys.readouterr().err
    assert "nothing was scored" in (out / "README.md").read_text()


@pytest.mark.parametrize(("name", "task"), [("bigclonebench", "clones"), ("devign", "classification")])
def test_published_benchmarks_are_trained_on(name: str, task: str, base: str, tmp_path: Path) -> None:
    write = {"bigclonebench": write_bigclonebench, "devign": write_devign}[name]
    folder, out = write(tmp_path / name), tmp_path / "model"
    arguments = ("--task", task, "--from", name, "--base", base, "--exits", "2", "--out", out, *SMALL)
    assert train(folder, *arguments) == 0
    opened = open_model(out)
    assert opened.classifier is not None
    assert opened.classifier.form.task == task
    assert f"--from {name} --path PATH --task {task}" in (out / "README.md").read_text()
