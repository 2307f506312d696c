"""Programs as an encoder gets them, whatever they are scored on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from synthcode.errors import InputError
from synthcode.evaluation.embedding_store import EmbeddingStore, Keys, text_keys
from synthcode.evaluation.encoder import Encoder, Role, Vectors


class ProgramInputs:
    """Programs in one role: documents, each in its language.

    Parameters
    ----------
    texts
        The programs.
    languages
        Of each; empty if it is not known.
    encoder
        Decides what its vectors depend on.

    Raises
    ------
    InputError
        If the encoder needs to know the languages, and one is not known.
    """

    def __init__(self, texts: Sequence[str], languages: Sequence[str], encoder: Encoder) -> None:
        if "language" in encoder.sees and not all(languages):
            raise InputError(
                f"{encoder.name} encodes programs by their language, and the benchmark does not say it",
                "name it: --languages java",
            )
        self._parts: list[tuple[Role, Keys, list[str]]] = []
        spoken, places = np.array(languages), []
        for language in np.unique(spoken).tolist():
            mine = np.flatnonzero(spoken == language)
            role = Role("document", "code", language).seen_by(encoder)
            programs = [texts[place] for place in mine.tolist()]
            self._parts.append((role, text_keys(programs, role), programs))
            places.append(mine)
        by_language = pa.concat_arrays([keys for _, keys, _ in self._parts])
        self.keys: Keys = by_language.take(pa.array(np.argsort(np.concatenate(places), kind="stable")))
        """Of each program."""

    def by_role(self) -> Iterator[tuple[Role, Keys, list[str]]]:
        """Yield what is to be encoded."""
        yield from self._parts

    def all_keys(self) -> Keys:
        """Return the keys of all programs, each once."""
        return pc.unique(self.keys)

    def vectors(self, store: EmbeddingStore, exit_: int) -> Vectors:
        """Return the vectors of all programs from a store that has them, (programs, width)."""
        distinct = self.all_keys()
        places = pc.index_in(self.keys, value_set=distinct)
        return store.vectors(distinct, exit_)[np.asarray(pa.array(places), dtype=np.int64)]
