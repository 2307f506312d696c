"""Texts as token ids, and token ids as padded batches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from evaluation.mose.folders import read_json
from synthcode.errors import InputError

if TYPE_CHECKING:
    from tokenizers import Tokenizer

Ids = npt.NDArray[np.int64]

SPECIAL_TOKENS = {"sep_token": "<sep>", "cls_token": "<cls>", "pad_token": "<pad>"}
"""As ``added_tokens.json`` and StarEncoder's tokenizer have them; ``special_tokens_map.json`` says otherwise."""


@dataclass(frozen=True)
class MoseTokenizer:
    """The tokenizer of a checkpoint, read from ``tokenizer.json`` without the code that published it."""

    tokenizer: Tokenizer
    sep: str
    cls: str
    cls_id: int
    pad_id: int
    max_tokens: int
    """Longest input; of a longer one the end is left out, but for ``<cls>``."""

    def encode(self, inputs: Sequence[str]) -> list[list[int]]:
        """Return the token ids of formatted inputs."""
        encoded = [encoding.ids for encoding in self.tokenizer.encode_batch_fast(list(inputs))]
        # Cut off by the tokenizer, an input would lose the very token that is pooled.
        return [ids if len(ids) <= self.max_tokens else [*ids[: self.max_tokens - 1], self.cls_id] for ids in encoded]


def load_tokenizer(folder: Path, max_tokens: int) -> MoseTokenizer:
    """Read the tokenizer of a checkpoint.

    Raises
    ------
    InputError
        Where it is not there, or lacks ``<sep>`` or ``<cls>``.
    """
    from tokenizers import Tokenizer

    path = folder / "tokenizer.json"
    try:
        tokenizer = Tokenizer.from_str(path.read_text("utf-8"))
    except Exception as problem:  # tokenizers raises plain Exception
        raise InputError(f"{path} cannot be read: {problem}", "name a folder with the tokenizer in it") from problem
    tokenizer.no_truncation()
    tokenizer.no_padding()
    named = _special_tokens(folder)
    ids = {kind: tokenizer.token_to_id(token) for kind, token in named.items()}
    for kind in ("sep_token", "cls_token"):
        if ids[kind] is None:
            raise InputError(f"{path} has no token {named[kind]!r}", "use the tokenizer that came with the checkpoint")
    # Any id will do for padding: it is masked wherever it could be seen.
    pad = ids["pad_token"] if ids["pad_token"] is not None else 0
    return MoseTokenizer(tokenizer, named["sep_token"], named["cls_token"], int(ids["cls_token"] or 0), pad, max_tokens)


def _special_tokens(folder: Path) -> dict[str, str]:
    path = folder / "special_tokens_map.json"
    given: dict[str, Any] = read_json(path) if path.is_file() else {}
    texts = {kind: token["content"] if isinstance(token, dict) else token for kind, token in given.items()}
    return {kind: str(texts.get(kind, usual)) for kind, usual in SPECIAL_TOKENS.items()}


def pad(rows: Sequence[Sequence[int]], pad_id: int, side: str = "left") -> tuple[Ids, Ids]:
    """Return ids and mask, (texts, tokens), of rows padded to the longest on one side."""
    longest = max(map(len, rows))
    ids = np.full((len(rows), longest), pad_id, dtype=np.int64)
    mask = np.zeros_like(ids)
    for number, row in enumerate(rows):
        place = slice(longest - len(row), None) if side == "left" else slice(0, len(row))
        ids[number, place] = row
        mask[number, place] = 1
    return ids, mask


def batches_by_length(lengths: Sequence[int], batch_tokens: int, batch_texts: int) -> Iterator[Ids]:
    """Yield the places of texts of like length, longest first, so that memory runs out at once or never.

    Parameters
    ----------
    lengths
        Tokens of each text.
    batch_tokens
        Most tokens of a batch, padding included; a longer text is a batch of its own.
    batch_texts
        Most texts of a batch.
    """
    order = np.argsort(-np.asarray(lengths, dtype=np.int64), kind="stable")
    start = 0
    while start < len(order):
        size = min(batch_texts, max(1, batch_tokens // max(1, lengths[order[start]])))
        yield order[start : start + size]
        start += size
