"""``exits:NAME@3,6,12``: any HuggingFace encoder, read after the given blocks.

A baseline for trained exits: the residual stream after a block, with the model's final norm applied if it has one, as
if the model ended there. No training is involved.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from synthcode.errors import InputError
from synthcode.evaluation.encoder import Encoded, Role, Trait, Vectors
from synthcode.evaluation.encoders.length_batches import batches_by_length
from synthcode.identity import digest

if TYPE_CHECKING:
    from synthcode.evaluation.cost import ExitCost
    from synthcode.evaluation.encoders.residual_stream import ResidualStream

BATCH_TOKENS = 16_384
BATCH_TEXTS = 128
MAX_TOKENS = 2048
"""Longest input if neither the tokenizer nor the model has a limit."""


def parse_exits(spec: str) -> tuple[str, tuple[int, ...]]:
    """Split ``NAME@3,6,12`` into the name and the exits, ascending.

    Raises
    ------
    InputError
        If it names no exits, or one is not a positive integer.
    """
    name, at, listing = spec.rpartition("@")
    words = [word.strip() for word in listing.split(",")]
    if not (name and at) or not all(word.isdigit() and int(word) for word in words):
        raise InputError(f"no exits in {spec!r}", "write NAME@3,6,12: a model, and the blocks after which to read it")
    return name, tuple(sorted({int(word) for word in words}))


class IntermediateExits:
    """An encoder that ends at each of several of its blocks, in one pass a text.

    Parameters
    ----------
    spec
        ``NAME@3,6,12``: a folder or a repository on the Hub, and the blocks, counted from 1.
    pooling
        ``mean``, ``last_token`` or ``first_token``; absent, what the model's sentence-transformers configuration says,
        and else ``mean``.
    dtype, device
        As :func:`synthcode.evaluation.device.resolve` takes them.
    max_tokens
        Longest input; absent, what the tokenizer and the model can take.

    Raises
    ------
    InputError
        If the model is not there, has fewer blocks, or needs remote code or pickled weights.
    """

    sees: frozenset[Trait] = frozenset()

    def __init__(
        self,
        spec: str,
        *,
        pooling: str | None = None,
        dtype: str = "auto",
        device: str = "auto",
        max_tokens: int | None = None,
    ) -> None:
        from synthcode.evaluation.device import resolve
        from synthcode.evaluation.encoders.residual_stream import open_stream, usual_pooling

        self.name = f"exits:{spec}"
        self._source, self.exits = parse_exits(spec)
        self.pooling = pooling or usual_pooling(self._source)
        self._place = resolve(device, dtype)
        self._most = max_tokens
        self.stream: ResidualStream = open_stream(self._source, self.exits, self._place)

    @cached_property
    def identity(self) -> str:
        """A digest of all that vectors depend on: weights up to the deepest exit, pooling and number format."""
        from synthcode.evaluation.encoders.residual_stream import weights_digest

        pooled = [self.pooling, self.max_tokens]
        return digest("exits", self._source, self.exits[-1], pooled, weights_digest(self.stream.model))

    @cached_property
    def tokenizer(self) -> Any:
        """The model's tokenizer."""
        from synthcode.evaluation.encoders.residual_stream import open_tokenizer

        return open_tokenizer(self._source)

    @property
    def max_tokens(self) -> int:
        """Longest input in tokens: the configured one, as far as tokenizer and model allow it."""
        can = int(min(self.tokenizer.model_max_length, self.stream.max_tokens or MAX_TOKENS))
        return can if self._most is None else min(can, self._most)

    def encode(self, texts: Sequence[str], role: Role) -> Encoded:
        """Return unit vectors, (texts, width), at every exit; the model gets only the text, without a prompt."""
        rows, truncated = self._rows(texts)
        lengths = np.array([len(row) for row in rows], dtype=np.int32)
        vectors = {exit_: np.empty((len(rows), self.stream.width), np.float32) for exit_ in self.exits}
        for places in batches_by_length(lengths.tolist(), BATCH_TOKENS, BATCH_TEXTS):
            batch = self.tokenizer.pad({"input_ids": [rows[place] for place in places]}, return_tensors="pt")
            for exit_, found in self._forward(batch["input_ids"], batch["attention_mask"]).items():
                vectors[exit_][places] = found
        return Encoded(vectors, lengths, truncated)

    def costs(self, tokens: int = 512) -> list[ExitCost]:
        """Return what each exit costs on its own, for texts of ``tokens`` tokens; measured here and now."""
        from synthcode.evaluation.encoders.stream_cost import stream_costs

        return stream_costs(self.stream, min(tokens, self.max_tokens))

    def _rows(self, texts: Sequence[str]) -> tuple[list[list[int]], npt.NDArray[np.bool_]]:
        """Return the token ids of each text, and whether they are not all of it."""
        tokenizer = self.tokenizer
        whole = tokenizer(list(texts), truncation=False, verbose=False)["input_ids"] if texts else []
        truncated = np.array([len(row) > self.max_tokens for row in whole], dtype=np.bool_)
        # Cut by the tokenizer: what it puts at the end of a text stays there.
        rows = tokenizer(list(texts), truncation=True, max_length=self.max_tokens)["input_ids"] if texts else []
        return [row or [tokenizer.pad_token_id] for row in rows], truncated  # of nothing at all there is no vector

    def _forward(self, ids: Any, mask: Any) -> dict[int, Vectors]:
        import torch

        from synthcode.evaluation.mose.pooling import POOLINGS

        mask = mask.to(self._place.device)
        with torch.inference_mode():
            states = self.stream(ids.to(self._place.device), mask)
            pooled = {exit_: POOLINGS[self.pooling](state, mask).float() for exit_, state in states.items()}
            unit = {exit_: torch.nn.functional.normalize(vectors, dim=-1) for exit_, vectors in pooled.items()}
        return {exit_: vectors.cpu().numpy() for exit_, vectors in unit.items()}
