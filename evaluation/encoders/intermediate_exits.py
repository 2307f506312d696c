"""``exits:NAME@3,6,12``: any HuggingFace encoder, read after the given blocks.

The residual stream after a block, with the model's final norm applied if it has one, as if the model ended there. Of a
model whose exits were trained, ``exits:NAME`` reads them all, through their projections if they have any; of any other
model, exits are a baseline for trained ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from synthcode.errors import InputError
from synthcode.evaluation.encoder import Encoded, Role, Trait, Vectors
from synthcode.evaluation.encoders.inputs.length_batches import batches_by_length
from synthcode.identity import digest

if TYPE_CHECKING:
    from synthcode.evaluation.cost import ExitCost
    from synthcode.evaluation.encoders.exits.residual_stream import ResidualStream
    from synthcode.evaluation.encoders.exits.trained_exits import TrainedExits

BATCH_TOKENS = 16_384
BATCH_TEXTS = 128


def parse_exits(spec: str) -> tuple[str, tuple[int, ...]]:
    """Split ``NAME@3,6,12`` into the name and the exits, ascending; a spec without exits is a name and none.

    Raises
    ------
    InputError
        If it has no name, or one of the exits is not a positive integer.
    """
    name, at, listing = spec.rpartition("@")
    words = [word.strip() for word in listing.split(",")]
    if not at or "/" in listing:  # a folder may be called a@b
        return spec, ()
    if not name or not all(word.isdigit() and int(word) for word in words):
        raise _no_exits(spec)
    return name, tuple(sorted({int(word) for word in words}))


def _no_exits(spec: str) -> InputError:
    return InputError(
        f"no exits in {spec!r}",
        "write NAME@3,6,12: a model, and the blocks after which to read it; a MoSE checkpoint is mose:NAME",
    )


class IntermediateExits:
    """An encoder that ends at each of several of its blocks, in one pass a text.

    Parameters
    ----------
    spec
        ``NAME@3,6,12``: a folder or a repository on the Hub, and the blocks, counted from 1. ``NAME`` is enough for a
        model with trained exits.
    pooling
        ``mean``, ``last_token`` or ``first_token``; absent, that of the trained exits, or what the model's
        sentence-transformers configuration says, and else ``mean``.
    dtype, device
        As :func:`synthcode.evaluation.device.resolve` takes them.
    max_tokens
        Longest input; absent, what the tokenizer and the model can take.

    Raises
    ------
    InputError
        If the model is not there, has fewer blocks or no projection for an exit, or needs remote code or pickled
        weights.
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
        from synthcode.evaluation.encoders.exits.residual_stream import open_stream
        from synthcode.evaluation.encoders.exits.stream_inputs import usual_pooling
        from synthcode.evaluation.encoders.exits.trained_exits import read_trained_exits

        self.name = f"exits:{spec}"
        self._source, chosen = parse_exits(spec)
        trained = read_trained_exits(self._source)
        self.exits = chosen or (trained.exits if trained else ())
        if not self.exits:
            raise _no_exits(spec)
        self.pooling = pooling or (trained.pooling if trained else usual_pooling(self._source))
        self._place = resolve(device, dtype)
        self._most = max_tokens
        self.stream: ResidualStream = open_stream(self._source, self.exits, self._place)
        self.heads = _trained_heads(self._source, trained, self.exits, self.stream)

    @cached_property
    def identity(self) -> str:
        """A digest of all that vectors depend on: weights up to the deepest exit, pooling and number format."""
        from synthcode.evaluation.encoders.exits.residual_stream import weights_digest

        pooled = [self.pooling, self.max_tokens]
        heads = [] if self.heads is None else [weights_digest(self.heads)]
        return digest("exits", self._source, self.exits[-1], pooled, weights_digest(self.stream.model), *heads)

    @cached_property
    def tokenizer(self) -> Any:
        """The model's tokenizer."""
        from synthcode.evaluation.encoders.exits.stream_inputs import open_tokenizer

        return open_tokenizer(self._source)

    @property
    def max_tokens(self) -> int:
        """Longest input in tokens: the configured one, as far as tokenizer and model allow it."""
        from synthcode.evaluation.encoders.exits.stream_inputs import longest_input

        can = longest_input(self.tokenizer, self.stream.max_tokens)
        return can if self._most is None else min(can, self._most)

    def encode(self, texts: Sequence[str], role: Role) -> Encoded:
        """Return unit vectors, (texts, width), at every exit; the model gets only the text, without a prompt."""
        from synthcode.evaluation.encoders.exits.stream_inputs import padded

        rows, truncated = self._rows(texts)
        lengths = np.array([len(row) for row in rows], dtype=np.int32)
        vectors = {exit_: np.empty((len(rows), self.stream.width), np.float32) for exit_ in self.exits}
        for places in batches_by_length(lengths.tolist(), BATCH_TOKENS, BATCH_TEXTS):
            batch = padded(self.tokenizer, [rows[place] for place in places])
            for exit_, found in self._forward(batch["input_ids"], batch["attention_mask"]).items():
                vectors[exit_][places] = found
        return Encoded(vectors, lengths, truncated)

    def costs(self, tokens: int = 512) -> list[ExitCost]:
        """Return what each exit costs on its own, for texts of ``tokens`` tokens; measured here and now."""
        from synthcode.evaluation.encoders.exits.stream_cost import stream_costs

        return stream_costs(self.stream, min(tokens, self.max_tokens), heads=self.heads)

    def _rows(self, texts: Sequence[str]) -> tuple[list[list[int]], npt.NDArray[np.bool_]]:
        """Return the token ids of each text, and whether they are not all of it."""
        from synthcode.evaluation.encoders.exits.stream_inputs import token_rows

        whole = self.tokenizer(list(texts), truncation=False, verbose=False)["input_ids"] if texts else []
        truncated = np.array([len(row) > self.max_tokens for row in whole], dtype=np.bool_)
        return token_rows(self.tokenizer, texts, self.max_tokens), truncated

    def _forward(self, ids: Any, mask: Any) -> dict[int, Vectors]:
        import torch

        from synthcode.evaluation.encoders.exits.trained_exits import unit_vectors

        mask = mask.to(self._place.device)
        with torch.inference_mode():
            unit = unit_vectors(self.stream(ids.to(self._place.device), mask), mask, self.pooling, self.heads)
        return {exit_: vectors.cpu().numpy() for exit_, vectors in unit.items()}


def _trained_heads(name: str, trained: TrainedExits | None, exits: Sequence[int], stream: ResidualStream) -> Any | None:
    """Return the projections of the exits; None if the model has none.

    Raises
    ------
    InputError
        If it has projections, and none for one of these exits: its bare state would be of another space.
    """
    from synthcode.evaluation.encoders.exits.trained_exits import read_heads

    if trained is None or trained.heads == "none":
        return None
    missing = sorted(set(exits) - set(trained.exits))
    if missing:
        raise InputError(
            f"{name} projects its exits, and exit {missing[0]} was not trained",
            f"choose among {', '.join(map(str, trained.exits))}",
        )
    return read_heads(name, exits, stream.width).to(stream.model.device).eval()
