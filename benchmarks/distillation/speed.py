"""Tokens a second: ours with the deepest exit, ours with all, and SentenceTransformerTrainer, in turns.

Seconds are those of the processor, of all threads: other programs on the machine hardly change them.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from datasets import Dataset
from sentence_transformers import SentenceTransformer, SentenceTransformerTrainer, SentenceTransformerTrainingArguments
from sentence_transformers.base.sampler import DefaultBatchSampler
from sentence_transformers.sentence_transformer.losses import MultipleNegativesRankingLoss
from torch.utils.data import SequentialSampler
from transformers import PrinterCallback, Trainer, TrainerCallback

from distillation.models import settings_of
from synthcode.decimals import decimals
from synthcode.evaluation.training.models.opening import open_training_model
from synthcode.evaluation.training.pairs.opening import TrainingData, open_pairs
from synthcode.evaluation.training.trainer import MultiExitTrainer
from synthcode.markdown import markdown_table

STEPS = 10
QUICK_STEPS = 2
THEIRS, DEEPEST, ALL = "SentenceTransformerTrainer", "deepest exit", "all exits"


class Stopwatch(TrainerCallback):
    def on_train_begin(self, args, state, control, **_):
        self.started = time.process_time()

    def on_train_end(self, args, state, control, **_):
        self.seconds = time.process_time() - self.started


def main(chosen: argparse.Namespace) -> int:
    chosen.steps = QUICK_STEPS if chosen.quick else min(chosen.steps, STEPS)
    settings = settings_of(chosen, chosen.random_seeds[0], exits=chosen.exits)
    data = open_pairs(chosen.dataset, settings)
    texts = [(pair.anchor.text, pair.positive.text) for pair in (data.pairs[place] for place in range(len(data.pairs)))]
    tokens = _count(chosen, texts)
    trainers: dict[str, Callable[[Path], Trainer]] = {
        THEIRS: lambda folder: _theirs(chosen, data, texts, folder),
        DEEPEST: lambda folder: _ours(chosen, data, chosen.exits[-1:], folder),
        ALL: lambda folder: _ours(chosen, data, chosen.exits, folder),
    }
    seconds: dict[str, list[float]] = {name: [] for name in trainers}
    for number in range(-1, chosen.rounds):  # the first round only warms up
        first = number % len(trainers)
        for name in [*trainers][first:] + [*trainers][:first]:
            found = _timed(trainers[name])
            if number >= 0:
                seconds[name].append(found)
    _print(chosen, data, tokens, seconds)
    return 0


def _timed(make: Callable[[Path], Trainer]) -> float:
    with tempfile.TemporaryDirectory() as folder:
        trainer, watch = make(Path(folder)), Stopwatch()
        trainer.args.save_strategy = "no"
        trainer.remove_callback(PrinterCallback)
        trainer.add_callback(watch)
        trainer.train()
    return watch.seconds


def _ours(chosen: argparse.Namespace, data: TrainingData, exits, folder: Path) -> Trainer:
    settings = settings_of(chosen, chosen.random_seeds[0], exits=exits)
    model = open_training_model(settings, [], settings.random_seed)
    return MultiExitTrainer(model, data.pairs, data.settings, folder, [])


def _theirs(chosen: argparse.Namespace, data: TrainingData, texts, folder: Path) -> Trainer:
    optimiser = data.settings.optimiser
    model = SentenceTransformer(chosen.base.removeprefix("st:"))
    model.max_seq_length = chosen.max_tokens
    arguments = SentenceTransformerTrainingArguments(
        output_dir=str(folder),
        max_steps=optimiser.steps,
        per_device_train_batch_size=optimiser.batch_size,
        learning_rate=optimiser.learning_rate,
        logging_strategy="no",
        report_to="none",
        disable_tqdm=True,
        batch_sampler=_in_order,
    )
    columns = {
        name: list(column) for name, column in zip(("anchor", "positive"), zip(*texts, strict=True), strict=True)
    }
    loss = MultipleNegativesRankingLoss(model)
    return SentenceTransformerTrainer(model=model, args=arguments, train_dataset=Dataset.from_dict(columns), loss=loss)


def _in_order(dataset, batch_size, drop_last, **_):
    """The same batches as ours."""
    return DefaultBatchSampler(SequentialSampler(dataset), batch_size=batch_size, drop_last=drop_last)


def _count(chosen: argparse.Namespace, texts) -> int:
    tokenizer = SentenceTransformer(chosen.base.removeprefix("st:")).tokenizer
    flat = [text for pair in texts for text in pair]
    rows = tokenizer(flat, truncation=True, max_length=chosen.max_tokens)["input_ids"]
    return sum(map(len, rows))


def _print(chosen: argparse.Namespace, data: TrainingData, tokens: int, seconds: dict[str, list[float]]) -> None:
    optimiser = data.settings.optimiser
    print(
        f"{optimiser.steps} steps of {optimiser.batch_size} pairs, {tokens:,} tokens without padding, in"
        f" {chosen.rounds} rounds; processor seconds: medians, and ratios within a round with their quartiles.\n"
    )
    rows = []
    for name, found in seconds.items():
        rate = tokens / statistics.median(found)
        rows.append([name, f"{rate:,.0f}", _ratio(found, seconds[THEIRS]), _ratio(found, seconds[DEEPEST])])
    print(markdown_table(["trainer", "tokens/s", f"time / {THEIRS}", f"time / {DEEPEST}"], rows))


def _ratio(found: list[float], reference: list[float]) -> str:
    ratios = [one / other for one, other in zip(found, reference, strict=True)]
    low, median, high = statistics.quantiles(ratios, n=4, method="inclusive")
    return f"{decimals(median)} ({decimals(low)} to {decimals(high)})"
