"""Cross-encoders that sentence-transformers loads without remote code."""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from synthcode.errors import InputError
from synthcode.evaluation.encoders.checkpoints.checkpoint_files import safe_folder
from synthcode.evaluation.encoders.checkpoints.model_families import require_family
from synthcode.evaluation.encoders.checkpoints.model_loading import failures_named, load_family_model
from synthcode.evaluation.encoders.exits.residual_stream import weights_digest
from synthcode.evaluation.encoders.inputs.length_batches import batches_by_length
from synthcode.evaluation.encoders.inputs.tokenizer_files import tokenizer_digests
from synthcode.evaluation.reranking.pair_scorer import OnScored, Pair, Scored
from synthcode.identity import digest

BATCH_CHARACTERS, BATCH_PAIRS = 48_000, 64
"""Most of a batch: characters of its pairs, each counted as long as the longest, and pairs."""


class CrossEncoderScorer:
    """A cross-encoder: its own prompt and template, and one score for a pair.

    A sigmoid after the last layer is left out. It changes no order, but makes large scores equal.

    Parameters
    ----------
    name
        A folder, or a repository on the Hub.
    dtype, device
        As :func:`synthcode.evaluation.device.resolve` takes them.
    max_tokens
        Longest input, query and document together; absent, the model's own.
    revision
        Of a repository: branch, tag or commit.

    Raises
    ------
    InputError
        If the model is not there, is not a cross-encoder with one score, or needs remote code or pickled weights.
    """

    def __init__(self, name: str, *, dtype: str, device: str, max_tokens: int | None, revision: str | None) -> None:
        self.name = f"rerank:{name}"
        self._folder = safe_folder(name, revision)
        require_family(self._folder, name, "CrossEncoder")
        self._model = _load(self._folder, name, device, dtype)
        if max_tokens is not None:
            self._model.max_seq_length = max_tokens
        self._activation = _activation(self._model)

    @cached_property
    def identity(self) -> str:
        """A digest of weights, tokenizer, prompt, longest input and activation."""
        model = self._model
        settings = [model.max_seq_length, dict(model.prompts), model.default_prompt_name, repr(self._activation)]
        return digest("rerank", weights_digest(model), tokenizer_digests(self._folder), settings)

    def score(self, pairs: Sequence[Pair], on_scored: OnScored) -> None:
        """Score batches of pairs of similar length.

        Raises
        ------
        InputError
            If the model fails.
        """
        lengths = [len(pair.query) + len(pair.document) for pair in pairs]
        for places in batches_by_length(lengths, BATCH_CHARACTERS, BATCH_PAIRS):
            started = time.perf_counter()
            scores = self._predicted([pairs[place] for place in places])
            on_scored(Scored(places.tolist(), scores, time.perf_counter() - started))

    def _predicted(self, pairs: Sequence[Pair]) -> np.ndarray[Any, np.dtype[np.float64]]:
        with failures_named(self.name, f"{len(pairs)} pairs", "CrossEncoder.predict scores such pairs"):
            scores = self._model.predict(
                [tuple(pair) for pair in pairs],
                batch_size=len(pairs),
                activation_fn=self._activation,
                show_progress_bar=False,
            )
        return np.asarray(scores, dtype=np.float64).reshape(len(pairs))


def _load(folder: Path, name: str, device: str, dtype: str) -> Any:
    model = load_family_model("CrossEncoder", folder, name, device=device, dtype=dtype)
    if model.num_labels != 1:
        raise InputError(
            f"{name!r} gives {model.num_labels} scores for a pair, of which none ranks",
            "use a cross-encoder with one label, such as those that are trained on MS MARCO",
        )
    return model


def _activation(model: Any) -> Any:
    """Return the activation to use: the model's own, or none instead of a sigmoid."""
    import torch

    return torch.nn.Identity() if isinstance(model.activation_fn, torch.nn.Sigmoid) else model.activation_fn
