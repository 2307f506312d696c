"""How far a phase of training is: what a checkpoint remembers next to the weights, and what the user sees."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from synthcode.bounded.trees import read_json
from synthcode.errors import InputError
from synthcode.evaluation.training.processes import any_of, is_first, is_launched, summed
from synthcode.storage.atomic import write_text

COUNTS_NAME = "counts.json"


@dataclass(frozen=True)
class Callbacks:
    """Who hears of a training run, and who may stop it."""

    report: Callable[[str], None]
    """Takes a line for people."""
    advance: Callable[[int, str], None]
    """Takes so many more steps as done, and a remark on them."""
    should_stop: Callable[[], bool]
    """Whether the user, or the system, requested a stop: the step is finished, and a checkpoint saved."""

    def of_all_processes(self) -> Callbacks:
        """Return callbacks with which the first of several processes reports, and all stop if one is stopped."""
        if not is_launched():
            return self
        if is_first():
            return replace(self, should_stop=lambda: any_of(self.should_stop()))
        return Callbacks(lambda line: None, lambda steps, remark: None, lambda: any_of(self.should_stop()))


@dataclass
class TrainingCounts:
    """What training has seen, earlier commands of the same run included."""

    texts: int = 0
    tokens: int = 0
    at_limit: int = 0
    """Texts as long as the window: their ends may be left out."""
    seconds: float = 0.0

    def add(self, batch: Mapping[str, Any], max_tokens: int) -> None:
        """Count a batch, of all processes: its tensors named ``...attention_mask`` are (texts, tokens)."""
        found = [0, 0, 0]
        for name, mask in batch.items():
            if name.endswith("attention_mask"):
                lengths = mask.sum(dim=1)
                counts = (len(lengths), int(lengths.sum()), int((lengths >= max_tokens).sum()))
                found = [total + count for total, count in zip(found, counts, strict=True)]
        texts, tokens, at_limit = map(int, summed(found))
        self.texts, self.tokens, self.at_limit = self.texts + texts, self.tokens + tokens, self.at_limit + at_limit

    def write(self, folder: Path) -> None:
        """Write them into a checkpoint."""
        write_text(folder / COUNTS_NAME, json.dumps(asdict(self)))


def read_counts(folder: Path) -> TrainingCounts:
    """Return the counts of a checkpoint; zeros if it has none."""
    try:
        return TrainingCounts(**read_json(folder / COUNTS_NAME))
    except (OSError, ValueError, TypeError, InputError):
        return TrainingCounts()


class Clock:
    """Counts seconds, and how many tokens they went through; what validation and saving take does not count."""

    def __init__(self, counts: TrainingCounts) -> None:
        self._counts, self._last = counts, time.perf_counter()
        self._tokens, self._seconds = counts.tokens, counts.seconds

    def start_step(self) -> None:
        """Begin a step."""
        self._last = time.perf_counter()

    def end_step(self) -> None:
        """Count the step."""
        self._counts.seconds += time.perf_counter() - self._last

    @property
    def tokens_per_s(self) -> float:
        """Since the command began."""
        return (self._counts.tokens - self._tokens) / max(self._counts.seconds - self._seconds, 1e-9)
