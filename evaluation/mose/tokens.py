"""Texts as token ids."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from synthcode.bounded import limits
from synthcode.bounded.files import read_text
from synthcode.errors import InputError
from synthcode.evaluation.mose.folders import read_json

if TYPE_CHECKING:
    from tokenizers import Tokenizer

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

    def encode(self, inputs: Sequence[str]) -> tuple[list[list[int]], npt.NDArray[np.bool_]]:
        """Return the token ids of formatted inputs, and whether something was left out of each."""
        encoded = [encoding.ids for encoding in self.tokenizer.encode_batch_fast(list(inputs))]
        truncated = np.array([len(ids) > self.max_tokens for ids in encoded], dtype=np.bool_)
        # Cut off by the tokenizer, an input would lose the very token that is pooled.
        ends = (
            [*ids[: self.max_tokens - 1], self.cls_id] if cut else ids
            for ids, cut in zip(encoded, truncated, strict=True)
        )
        return list(ends), truncated


def load_tokenizer(folder: Path, max_tokens: int) -> MoseTokenizer:
    """Read the tokenizer of a checkpoint.

    Raises
    ------
    InputError
        If it is missing, or lacks ``<sep>`` or ``<cls>``.
    """
    from tokenizers import Tokenizer

    path = folder / "tokenizer.json"
    try:
        tokenizer = Tokenizer.from_str(read_text(path, limits.TOKENIZER))
    except InputError:
        raise
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
