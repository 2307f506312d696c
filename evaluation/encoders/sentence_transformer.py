"""``st:NAME_OR_PATH``: any dense model that sentence-transformers loads without remote code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from synthcode.errors import InputError
from synthcode.evaluation.encoder import ONLY_EXIT, Encoded, Role, Side, Trait, Vectors
from synthcode.evaluation.encoders.checkpoints.checkpoint_files import safe_folder
from synthcode.evaluation.encoders.checkpoints.model_families import refuse_other_families
from synthcode.evaluation.encoders.checkpoints.model_loading import failures_named, load_family_model, module_settings
from synthcode.evaluation.encoders.exits.residual_stream import weights_digest
from synthcode.evaluation.encoders.inputs.input_modules import (
    Tokens,
    count_tokens,
    input_module,
    limit_inputs,
    longest_input,
    reads_side,
)
from synthcode.evaluation.encoders.inputs.length_batches import batches_by_length
from synthcode.evaluation.encoders.inputs.tokenizer_files import tokenizer_digests
from synthcode.identity import digest

BATCH_TOKENS = 16_384
BATCH_TEXTS = 128

PROMPT_NAMES: Mapping[Side, tuple[str, ...]] = {"query": ("query",), "document": ("document", "passage", "corpus")}
"""Names of a model's prompts in the order in which ``encode_query`` and ``encode_document`` look for them."""


class SentenceTransformerEncoder:
    """A sentence-transformers model: its own routes, pooling, prompts and similarity.

    Queries go through ``encode_query`` and documents through ``encode_document``, as its authors evaluate it.

    Parameters
    ----------
    name
        A folder, or a repository on the Hub.
    dtype, device
        As :func:`synthcode.evaluation.device.resolve` takes them.
    max_tokens
        Longest input; absent, the model's own.
    prompts
        ``query`` and ``document`` -> what to put before texts; of a side that is absent, the model's own.
    revision
        Of a repository: branch, tag or commit.

    Raises
    ------
    InputError
        If the model is not there, is not a dense one, or needs remote code or pickled weights.
    """

    exits = (ONLY_EXIT,)

    def __init__(
        self,
        name: str,
        *,
        dtype: str = "auto",
        device: str = "auto",
        max_tokens: int | None = None,
        prompts: Mapping[str, str] | None = None,
        revision: str | None = None,
    ) -> None:
        self.name = f"st:{name}"
        self._folder = safe_folder(name, revision)
        refuse_other_families(self._folder, name)
        self._model = load_family_model("SentenceTransformer", self._folder, name, device=device, dtype=dtype)
        if max_tokens is not None:
            limit_inputs(self._model, max_tokens, self.name)
        self._given = dict(prompts or {})
        self._unit = _is_cosine(name, self._model)

    @property
    def sees(self) -> frozenset[Trait]:
        """The side, if the model has prompts or routes that differ between queries and documents."""
        differs = self._prompt("query") != self._prompt("document") or reads_side(self._model)
        return frozenset({"side"}) if differs else frozenset()

    @cached_property
    def identity(self) -> str:
        """A digest of weights, modules, tokenizers, prompts, longest inputs and number format."""
        modules = module_settings(self._model)
        inputs = [self._input_settings(side) for side in PROMPT_NAMES]
        return digest("st", weights_digest(self._model), modules, tokenizer_digests(self._folder), inputs, self._unit)

    def encode(self, texts: Sequence[str], role: Role) -> Encoded:
        """Encode texts, in batches of similar length.

        Raises
        ------
        InputError
            If the model fails.
        """
        side: Side = role.side or "document"
        module, prompt = input_module(self._model, side, self.name), self._prompt(side)
        counted = count_tokens(module, [prompt + text for text in texts])
        # Without a tokenizer, characters serve: they only decide which texts share a batch.
        lengths = [len(text) for text in texts] if counted is None else counted.tolist()
        rows: list[Vectors | None] = [None] * len(texts)
        for places in batches_by_length(lengths, BATCH_TOKENS, BATCH_TEXTS):
            batch = self._vectors([texts[place] for place in places], side)
            for place, vector in zip(places, batch, strict=True):
                rows[place] = vector
        vectors = np.array(rows, dtype=np.float32) if rows else np.empty((0, 0), np.float32)
        return _encoded(vectors, counted, longest_input(module, side))

    def _vectors(self, texts: list[str], side: Side) -> Vectors:
        encode = self._model.encode_query if side == "query" else self._model.encode_document
        method = f"SentenceTransformer.encode_{side} encodes such texts"
        with failures_named(self.name, f"{len(texts)} texts", method):
            vectors: Vectors = encode(
                texts,
                prompt=self._given.get(side),  # None leaves the choice to sentence-transformers
                batch_size=len(texts),
                normalize_embeddings=self._unit,
                show_progress_bar=False,
            )
        return vectors

    def _prompt(self, side: Side) -> str:
        """Return what goes before a side's texts: the given prompt, or the one that sentence-transformers chooses."""
        if side in self._given:
            return self._given[side]
        known = self._model.prompts
        name = next((name for name in PROMPT_NAMES[side] if name in known), self._model.default_prompt_name)
        return str(known.get(name) or "")

    def _input_settings(self, side: Side) -> list[Any]:
        return [self._prompt(side), longest_input(input_module(self._model, side, self.name), side)]


def _encoded(vectors: Vectors, counted: Tokens | None, most: int | None) -> Encoded:
    if counted is None:
        nothing = np.zeros(len(vectors), dtype=np.int32)
        return Encoded({ONLY_EXIT: vectors}, nothing, nothing.astype(np.bool_))
    read = counted if most is None else np.minimum(counted, np.int32(most))
    return Encoded({ONLY_EXIT: vectors}, read, counted > read, wordless=counted == 0)


def _is_cosine(name: str, model: Any) -> bool:
    """Return whether vectors must be made unit for inner products to rank as the model's similarity does."""
    kind = str(model.similarity_fn_name)
    if kind not in ("cosine", "dot"):
        raise InputError(f"{name} compares vectors by {kind} distance", "only cosine and dot products can be ranked")
    return kind == "cosine"
