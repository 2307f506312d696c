"""``static:NAME``: a table of token vectors, read by model2vec without torch."""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np

from synthcode.evaluation.encoder import ONLY_EXIT, Encoded, Role, Trait
from synthcode.evaluation.encoders.checkpoints.checkpoint_files import refused, safe_folder
from synthcode.evaluation.encoders.checkpoints.model_loading import failures_named
from synthcode.evaluation.encoders.inputs.tokenizer_files import tokenizer_digests
from synthcode.identity import digest


class StaticModelEncoder:
    """A static model: the mean of its tokens' vectors, compared by cosines.

    Parameters
    ----------
    name
        A folder, or a repository on the Hub.
    max_tokens
        Longest input; None takes the model's own.
    revision
        Of a repository: branch, tag or commit.

    Raises
    ------
    InputError
        If the model is not there, or is not one of model2vec's.
    """

    exits = (ONLY_EXIT,)
    sees: frozenset[Trait] = frozenset()

    def __init__(self, name: str, *, max_tokens: int | None = None, revision: str | None = None) -> None:
        from model2vec import StaticModel

        self.name = f"static:{name}"
        self._folder = safe_folder(name, revision)
        try:
            self._model: Any = StaticModel.from_pretrained(self._folder, force_download=False)
        except Exception as problem:  # a missing file, another kind of model: errors of many kinds
            raise refused(name, problem) from problem
        if max_tokens is not None:
            self._model.max_length = max_tokens
        self._counter = copy.deepcopy(self._model.tokenizer)
        self._counter.no_truncation()

    @cached_property
    def identity(self) -> str:
        """A digest of vectors, weights, tokenizer and longest input."""
        hashed = hashlib.sha256()
        for array in (self._model.embedding, self._model.weights, self._model.token_mapping):
            if array is not None:
                numbers = np.ascontiguousarray(array)
                hashed.update(f"{numbers.shape} {numbers.dtype}".encode() + numbers.tobytes())
        return digest("static", hashed.hexdigest(), tokenizer_digests(self._folder), self._model.max_length)

    def encode(self, texts: Sequence[str], role: Role) -> Encoded:
        """Encode texts; what stands beyond the longest input is left out.

        Raises
        ------
        InputError
            If the model fails.
        """
        with failures_named(self.name, f"{len(texts)} texts", "StaticModel.encode encodes such texts"):
            found = self._model.encode(list(texts), normalize=False, use_multiprocessing=False)
            counted = [self._known_tokens(encoding.ids) for encoding in self._encodings(texts)]
        lengths = np.linalg.norm(found.astype(np.float64), axis=1, keepdims=True)
        unit = (found / np.where(lengths > 0, lengths, 1.0)).astype(np.float32)
        tokens = np.array(counted, dtype=np.int32)
        most = self._model.max_length
        read = tokens if most is None else np.minimum(tokens, np.int32(most))
        return Encoded({ONLY_EXIT: unit}, read, tokens > read, wordless=tokens == 0)

    def _encodings(self, texts: Sequence[str]) -> Any:
        return self._counter.encode_batch_fast(list(texts), add_special_tokens=False)

    def _known_tokens(self, ids: list[int]) -> int:
        """Return the number of tokens without those that the vocabulary lacks: they have no vector."""
        return sum(token != self._model.unk_token_id for token in ids)
