"""``synthcode train --task clones|classification``: whole commands on a small encoder."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
import torch

import synthcode
from synthcode.errors import Interrupted
from synthcode.evaluation.encoder import Role
from synthcode.evaluation.encoders.registry import EncoderOptions, open_encoder
from synthcode.evaluation.training.models.huggingface import open_huggingface
from synthcode.evaluation.training.models.opening import open_model
from synthcode.evaluation.training.runs.progress import Callbacks
from synthcode.evaluation.training.runs.recipe import load_training_recipe
from synthcode.evaluation.training.runs.session import train_model
from synthcode.identity import file_digest
from synthcode.pipelines.main import run_cli
from tests.support.datasets.clone_dataset import CODE, SPLITS, numbered_pairs, write_clone_dataset
from tests.support.datasets.published_files import write_bigclonebench, write_devign, write_lines
from tests.support.models.mose_checkpoint import SPECIAL
from tests.support.models.tiny_encoders import write_encoder
from tests.support.training.training_runs import SMALL, train, write_training_dataset

WEIGHTS = ("model.safetensors", "exit_classifiers.safetensors")


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    parts = {split: numbered_pairs(numbers) for split, numbers in SPLITS.items()}
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
    assert opened.classifier.form.compares
    rows = list(csv.DictReader((model / "training" / "curves.csv").read_text().splitlines()))
    assert {(row["metric"], row["exit"]) for row in rows} == {
        (metric, exit_) for metric in ("loss", "AP", "F1") for exit_ in ("0", "1", "3")
    } - {("AP", "0"), ("F1", "0")}
    card = " ".join((model / "README.md").read_text().split())
    assert "whether two programs are clones" in card
    assert "31 pairs of programs, each with a label, and 15 for validation" in card
    assert "temperature" not in card


@pytest.mark.slow
def test_every_head_learns_what_tells_labels_apart(base: str, tmp_path: Path) -> None:
    rows = [
        (f"{'if' if number % 2 else 'for'} x{number * 7}", "branch" if number % 2 else "loop") for number in range(60)
    ]
    for name, part in (("train", rows[:40]), ("valid", rows[40:50]), ("test", rows[50:])):
        write_lines(tmp_path / "data" / f"{name}.jsonl", [{"code": code, "label": label} for code, label in part])
    arguments = [
        "--task",
        "classification",
        "--from",
        "table",
        "--base",
        base,
        "--exits",
        "1,3",
        "--learning-rate",
        "0.003",
    ]
    steps = ["--steps", "60", "--batch-size", "8", "--validate-every", "30"]
    assert train(tmp_path / "data", *arguments, *steps, "--out", tmp_path / "model") == 0
    curves = list(csv.DictReader((tmp_path / "model" / "training" / "curves.csv").read_text().splitlines()))
    best = {row["exit"]: float(row["value"]) for row in curves if (row["metric"], row["step"]) == ("accuracy", "60")}
    assert best == {"1": 1.0, "3": 1.0}


@pytest.mark.slow
@pytest.mark.parametrize("pair_heads", ["compare", "token"])
def test_one_block_tells_clones_apart_only_if_its_head_compares(pair_heads: str, base: str, tmp_path: Path) -> None:
    """Clones are two texts of the same digits; which digits those are says nothing."""
    texts = [f"{number % 10} {number // 10} {number % 10}" for number in range(40)]
    for name, numbers in (("train", range(30)), ("valid", range(30, 40)), ("test", range(30, 40))):
        rows = [(number, number, 1) for number in numbers]
        rows += [(number, min(numbers) + (number + 3) % len(numbers), 0) for number in numbers]
        lines = [{"code_a": f"f {texts[a]}", "code_b": f"{texts[b]} g", "label": label} for a, b, label in rows]
        write_lines(tmp_path / "data" / f"{name}.jsonl", lines)
    options = ["--task", "clones", "--from", "table", "--base", base, "--exits", "1", "--pair-heads", pair_heads]
    options += ["--learning-rate", "0.003", "--steps", "40", "--batch-size", "20", "--validate-every", "40"]
    assert train(tmp_path / "data", *options, "--out", tmp_path / "model") == 0
    curves = list(csv.DictReader((tmp_path / "model" / "training" / "curves.csv").read_text().splitlines()))
    (found,) = (float(row["value"]) for row in curves if (row["metric"], row["step"]) == ("AP", "40"))
    assert (found > 0.95) is (pair_heads == "compare")


def test_one_exit_is_cut_with_its_head(model: Path, tmp_path: Path) -> None:
    assert run_cli(["cut", str(model), "--exit", "1", "--out", str(tmp_path / "shallow")]) == 0
    cut = open_model(tmp_path / "shallow")
    assert cut.classifier is not None
    assert (cut.exits, tuple(cut.classifier.heads)) == ((1,), ("1",))


@pytest.mark.slow
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


@pytest.mark.slow
def test_a_new_mose_encoder_learns_clones(dataset: Path, tmp_path: Path) -> None:
    out = tmp_path / "mose"
    arguments = ("--layers", "2", "--hidden", "16", "--exits", "1,2", "--pretrain", "2", "--pretrain-task", "none")
    assert train(dataset, "--task", "clones", *arguments, "--out", out, *SMALL) == 0
    opened = open_model(out)
    assert opened.classifier is not None
    assert opened.classifier.form.reads == "last_token"
    found = open_encoder(f"mose:{out}", EncoderOptions()).encode(["f()"], Role("document", "code", "java"))
    assert found.vectors.keys() == {1, 2}  # its heads are not taken for weights of the encoder
    command = ["evaluate", str(dataset), "--task", "clones", "--encoder", f"classifier:{out}@2", "--resamples", "100"]
    assert run_cli([*command, "--out", str(tmp_path / "scores")]) == 0
    assert json.loads((tmp_path / "scores" / "results.json").read_text())["exits"] == [2]


@pytest.mark.slow
def test_without_validation_the_last_weights_are_kept(
    base: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dataset = write_clone_dataset(tmp_path / "dataset", {"train": numbered_pairs(SPLITS["train"])}, CODE)
    out = tmp_path / "model"
    assert train(dataset, "--task", "clones", "--base", base, "--exits", "1", "--out", out, *SMALL) == 0
    assert "has no validation split, or an empty one" in capsys.readouterr().err
    assert "nothing was scored" in (out / "README.md").read_text()


@pytest.mark.slow
def test_heads_are_scored_at_every_exit_and_named_as_fine_tuned(
    model: Path, dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "scores"
    arguments = [str(dataset), "--task", "clones", "--encoder", f"classifier:{model}", "--variant", "stripped"]
    command = ["evaluate", *arguments, "--resamples", "100", "--out", str(out)]
    assert run_cli(command) == 0
    printed = capsys.readouterr()
    assert "clones, stripped, fine-tuned heads" in printed.out
    assert "do not compare with scores of frozen vectors" in printed.err
    facts = json.loads((out / "results.json").read_text())
    assert {(row["task"], row["frozen"]) for row in facts["scores"]} == {("clones_fine_tuned", False)}
    rows = list(csv.DictReader((out / "metrics.csv").read_text().splitlines()))
    assert {row["task"] for row in rows} == {"clones_fine_tuned"}
    scored = {
        row["exit"]: float(row["value"]) for row in rows if (row["metric"], row["query_language"]) == ("AP", "all")
    }
    assert scored == {exit_: pytest.approx(ap, abs=1e-5) for exit_, ap in by_hand(model).items()}
    tables = (out / "tables.md").read_text()
    assert "Fine-tuned: a head at each exit was trained for this task" in tables
    assert "cosine" not in tables
    assert "fine-tuned heads" in (out / "plots" / "pareto.svg").read_text()
    assert run_cli(command) == 0
    assert "unchanged, nothing to do" in capsys.readouterr().err
    assert run_cli(["compare", str(out)]) == 0
    known = synthcode.evaluate_clones(dataset, f"classifier:{model}", variants=["stripped"], resamples=100)
    assert known.task == "clones_fine_tuned"
    frozen = ["evaluate", str(dataset), "--task", "clones", "--encoder", "bm25", "--variant", "stripped"]
    assert run_cli([*frozen, "--resamples", "100", "--out", str(tmp_path / "bm25")]) == 0
    assert run_cli(["compare", str(out), str(tmp_path / "bm25")]) == 1
    assert "the results are of different tasks" in capsys.readouterr().err


def test_vectors_of_a_fine_tuned_model_are_scored_with_a_warning(
    model: Path, dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for spec, out in ((f"exits:{model}@1", tmp_path / "one"), (f"st:{model}", tmp_path / "other")):
        arguments = [str(dataset), "--task", "clones", "--encoder", spec, "--resamples", "100", "--no-costs"]
        assert run_cli(["evaluate", *arguments, "--out", str(out)]) == 0
        assert "warning: the encoder was fine-tuned for clones" in capsys.readouterr().err
        assert "the encoder was fine-tuned for clones" in (out / "tables.md").read_text()


def test_a_model_reads_pairs_as_its_base_does(model: Path, base: str) -> None:
    trained, untrained = open_model(model).vocabulary, open_huggingface(base[3:], (1,)).vocabulary
    assert trained.separator == untrained.separator == (SPECIAL["<sep>"],)
    assert (trained.start, trained.end, trained.class_token) == (untrained.start, untrained.end, untrained.class_token)


def by_hand(model: Path) -> dict[str, float]:
    """Return AP of test by exit: each pair tokenized, encoded and ranked by other code."""
    from sklearn.metrics import average_precision_score

    opened = open_model(model)
    found: dict[str, list[float]] = {}
    for first, second, *_ in numbered_pairs(SPLITS["test"]):
        a, b = sorted((first, second))
        one, other = (opened.tokenizer(CODE[name])["input_ids"] for name in (a, b))
        ids = [*one, SPECIAL["<sep>"], *other]
        features = {"input_ids": torch.tensor([ids]), "attention_mask": torch.ones(1, len(ids), dtype=torch.long)}
        features["programs"] = torch.tensor([[*[1] * len(one), 0, *[2] * len(other)]])
        with torch.no_grad():
            for exit_, logits in opened.logits(features).items():
                found.setdefault(str(exit_), []).append(float(logits[0, 1] - logits[0, 0]))
    labels = [label for _, _, label, _ in numbered_pairs(SPLITS["test"])]
    return {exit_: average_precision_score(labels, scores) for exit_, scores in found.items()}


@pytest.mark.parametrize(
    ("spec", "options", "problem"),
    [
        ("classifier:{model}@2", ["--task", "clones"], "has no head at exit 2\nchoose among 1, 3"),
        ("classifier:{base}", ["--task", "clones"], "has no heads of classification\n"),
        ("classifier:{model}", [], "gives no vectors\nscore it by the task that it was trained for: --task clones"),
        ("classifier:{model}", ["--task", "clones", "--prompt", "query=x"], "takes no --prompt"),
    ],
)
def test_heads_that_cannot_be_scored_are_refused(
    model: Path,
    dataset: Path,
    base: str,
    spec: str,
    options: list[str],
    problem: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    scored = write_training_dataset(tmp_path / "dataset") if not options else dataset
    split = [] if options else ["--split", "validation"]
    encoder = spec.format(model=model, base=base[3:])
    command = ["evaluate", str(scored), "--encoder", encoder, "--out", str(tmp_path / "out"), *split, *options]
    assert run_cli(command) == 1
    printed = capsys.readouterr().err
    assert problem in printed
    assert "Traceback" not in printed


@pytest.mark.slow
@pytest.mark.parametrize(("name", "task"), [("bigclonebench", "clones"), ("devign", "classification")])
def test_published_benchmarks_are_trained_on(
    name: str, task: str, base: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write = {"bigclonebench": write_bigclonebench, "devign": write_devign}[name]
    folder, out = write(tmp_path / name), tmp_path / "model"
    arguments = ("--task", task, "--from", name, "--base", base, "--exits", "2", "--out", out, *SMALL)
    assert train(folder, *arguments) == 0
    opened = open_model(out)
    assert opened.classifier is not None
    assert opened.classifier.form.task == task
    assert f"--from {name} --path PATH --task {task}" in (out / "README.md").read_text()
    scores = tmp_path / "scores"
    arguments = ["--from", name, "--path", str(folder), "--encoder", f"classifier:{out}", "--out", str(scores)]
    assert run_cli(["evaluate", *arguments, "--resamples", "100"]) == 0
    assert f"{task}, raw, fine-tuned heads" in capsys.readouterr().out
    metrics = {row["metric"] for row in json.loads((scores / "results.json").read_text())["scores"]}
    assert ({"F1", "AP"} if task == "clones" else {"accuracy_head", "F1_head", "AP_head"}) <= metrics
    other = {"bigclonebench": "devign", "devign": "bigclonebench"}[name]
    path = {"bigclonebench": write_bigclonebench, "devign": write_devign}[other](tmp_path / other)
    assert run_cli(["evaluate", "--from", other, "--path", str(path), "--encoder", f"classifier:{out}"]) == 1
    assert f"was trained for {task}, and cannot be scored by" in capsys.readouterr().err
