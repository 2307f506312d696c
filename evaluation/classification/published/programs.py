"""The programs of a published benchmark as an encoder gets them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from synthcode.errors import InputError
from synthcode.evaluation.embedding_store import EmbeddingStore, Keys, text_keys
from synthcode.evaluation.encoder import Encoder, Role, Vectors


class ProgramInputs:
    """Programs in one role: documents, in the benchmark's language.

    Parameters
    ----------
    texts
        The programs.
    language
        Of all of them; empty if it is not known.
    encoder
        Decides what its vectors depend on.

    Raises
    ------
    InputError
        If the encoder needs to know the language, and it is not known.
    """

    def __init__(self, texts: Sequence[str], language: str, encoder: Encoder) -> None:
        if not language and "language" in encoder.sees:
            raise InputError(
                f"{encoder.name} encodes programs by their language, and the benchmark does not say it",
                "name it: --languages java",
            )
        self._texts = list(texts)
        self._role = Role("document", "code", language).seen_by(encoder)
        self.keys: Keys = text_keys(self._texts, self._role)
        """Of each program."""

    def by_role(self) -> Iterator[tuple[Role, Keys, list[str]]]:
        """Yield what is to be encoded."""
        yield self._role, self.keys, self._texts

    def all_keys(self) -> Keys:
        """Return the keys of all programs, each once."""
        return pc.unique(self.keys)

    def vectors(self, store: EmbeddingStore, exit_: int) -> Vectors:
        """Return the vectors of all programs from a store that has them, (programs, width)."""
        distinct = self.all_keys()
        places = pc.index_in(self.keys, value_set=distinct)
        return store.vectors(distinct, exit_)[np.asarray(pa.array(places), dtype=np.int64)]
