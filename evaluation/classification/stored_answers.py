"""What fine-tuned heads have said already: kept part by part, so that scoring goes on after a kill."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from synthcode.evaluation.classification.measures.weighted_items import I64
from synthcode.evaluation.encoder import Answers, Classifier
from synthcode.identity import digest
from synthcode.storage.atomic import writing

PART = 512
"""Inputs whose answers are kept together: at most so many are asked about again."""


def answers_in_parts(
    classifier: Classifier,
    texts: Sequence[str],
    inputs: I64,
    folder: Path,
    advance: Callable[[int], None],
    *,
    fresh: bool = False,
) -> Answers:
    """Return what heads say of all inputs; those of earlier runs are read from a folder.

    Parameters
    ----------
    classifier
        Its identity and exits are part of what answers are known by.
    texts
        Programs.
    inputs
        Places of the programs of each input, (inputs, 1) or (inputs, 2).
    folder
        Keeps answers. One process at a time may use it.
    advance
        Called with a number of inputs when they are done.
    fresh
        Ask about all inputs again.
    """
    parts = []
    for start in range(0, len(inputs), PART):
        mine = inputs[start : start + PART]
        shown = [[texts[place] for place in places] for places in mine.tolist()]
        file = folder / f"answers-{digest(classifier.identity, list(classifier.exits), shown)}.npz"
        known = None if fresh else _read(file, classifier, len(mine))
        if known is None:
            known = classifier.classify(texts, mine, advance)
            _write(file, known)
        else:
            advance(len(mine))
        parts.append(known)
    none = np.empty((0, len(classifier.labels)), np.float32)
    logits = {exit_: np.concatenate([none, *(part.logits[exit_] for part in parts)]) for exit_ in classifier.exits}
    return Answers(logits, sum(part.tokens for part in parts), sum(part.at_limit for part in parts))


def _write(file: Path, answers: Answers) -> None:
    arrays: dict[str, Any] = {f"exit_{exit_}": values for exit_, values in answers.logits.items()}
    with writing(file) as stream:
        np.savez(stream, counts=np.array([answers.tokens, answers.at_limit]), **arrays)


def _read(file: Path, classifier: Classifier, inputs: int) -> Answers | None:
    """Return the answers in a file; None if it is not there, or damaged."""
    try:
        with file.open("rb") as stream, np.load(stream, allow_pickle=False) as arrays:
            logits = {exit_: arrays[f"exit_{exit_}"] for exit_ in classifier.exits}
            tokens, at_limit = arrays["counts"].tolist()
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None
    shape = (inputs, len(classifier.labels))
    is_whole = all(one.shape == shape and one.dtype == np.float32 for one in logits.values())
    return Answers(logits, tokens, at_limit) if is_whole else None
