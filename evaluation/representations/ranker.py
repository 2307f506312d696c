"""Ranking with representations: each text is encoded once in each role, then every cell is scored."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

import numpy as np

from synthcode.errors import InputError
from synthcode.evaluation.embedding_store import text_keys
from synthcode.evaluation.encoder import ONLY_EXIT, Role, Scores, Side
from synthcode.evaluation.representations.representation_store import RepresentationStore
from synthcode.evaluation.representations.representer import Representation, Representer
from synthcode.evaluation.retrieval.benchmark import Benchmark, Cell
from synthcode.evaluation.retrieval.combination import Part, RankingWork
from synthcode.evaluation.retrieval.rankings import Rankings
from synthcode.identity import digest
from synthcode.storage.lock import hold
from synthcode.vocabulary import Variant

BATCH_TEXTS = 128
"""Texts that are encoded and stored at a time: what a kill may cost."""


class RepresentationRanker:
    """A model with representations of any size, as something that ranks a benchmark.

    Parameters
    ----------
    model
        Encodes and scores.
    """

    exits = (ONLY_EXIT,)
    parts: Sequence[Part] = ()
    reads_validation = False

    def __init__(self, model: Representer) -> None:
        self._model = model
        self.name = model.name
        self._notes: Sequence[str] = ()

    @property
    def identity(self) -> str:
        """A digest of the model."""
        return digest("representations", self._model.identity)

    def rankings(self, work: RankingWork) -> Rankings:
        """Encode what has no representation, and return the rankings.

        Raises
        ------
        InputError
            If the model fails, or gives numbers that are not finite; what was encoded before is kept.
        """
        folder = work.store / self._model.identity
        work.resources.enter_context(hold(folder))
        store = RepresentationStore(folder, self._model.width)
        work.resources.callback(store.close)
        if work.fresh and not self._notes:  # not again for the part of a level
            store.drop()
        self._encode(work, store)
        texts, seconds = store.effort()
        speed = f", {texts / seconds:,.0f} a second" if seconds else ""
        self._notes = self._notes or [f"{texts:,} texts were encoded in {seconds:,.1f} s{speed}."]
        return _RepresentationRankings(work.benchmark, self._model, store)

    def notes(self) -> Sequence[str]:
        """Return what encoding took."""
        return self._notes

    def _encode(self, work: RankingWork, store: RepresentationStore) -> None:
        missing = {side: _missing(work, store, side) for side in _SIDES}
        with work.progress("encoding", sum(map(len, missing.values()))) as advance:
            for side, texts in missing.items():
                # Long texts come first, so that memory runs out at once or never.
                ordered = sorted(texts.items(), key=lambda item: -len(item[1]))
                for start in range(0, len(ordered), BATCH_TEXTS):
                    keys, batch = zip(*ordered[start : start + BATCH_TEXTS], strict=True)
                    started = time.perf_counter()
                    found = self._model.encode(batch, side)
                    _check(self.name, found)
                    store.add(keys, found, time.perf_counter() - started)
                    advance(len(batch))


_SIDES: tuple[Side, ...] = ("query", "document")


class _RepresentationRankings:
    def __init__(self, benchmark: Benchmark, model: Representer, store: RepresentationStore) -> None:
        self._benchmark, self._model, self._store = benchmark, model, store
        self.zero_is_unmatched = model.zero_is_unmatched

    def blocks(self, cell: Cell, variant: Variant) -> Iterator[Scores]:
        asked, found = (self._benchmark.texts[language] for language in (cell.query_language, cell.corpus_language))
        queries = [asked.columns[variant][place] for place in self._benchmark.cells[cell].queries]
        documents = self._read(found.columns[variant], "document")
        yield from self._model.score_blocks(self._read(queries, "query"), documents)

    def _read(self, texts: Sequence[str], side: Side) -> list[Representation]:
        keys = _keys(texts, side)
        known = self._store.read(list(dict.fromkeys(keys)))
        return [known[key] for key in keys]


def _missing(work: RankingWork, store: RepresentationStore, side: Side) -> dict[bytes, str]:
    """Return key -> text of what stands on a side of some cell and is not stored."""
    benchmark = work.benchmark
    texts: dict[str, None] = {}
    for variant in work.variants:
        for cell, judged in benchmark.cells.items():
            if side == "document":
                texts.update(dict.fromkeys(benchmark.texts[cell.corpus_language].columns[variant]))
            else:
                column = benchmark.texts[cell.query_language].columns[variant]
                texts.update(dict.fromkeys(column[place] for place in judged.queries))
    by_key = dict(zip(_keys(list(texts), side), texts, strict=True))
    known = store.known(list(by_key))
    return {key: text for key, text in by_key.items() if key not in known}


def _keys(texts: Sequence[str], side: Side) -> list[bytes]:
    keys: list[bytes] = text_keys(texts, Role(side, "", "")).to_pylist()
    return keys


def _check(name: str, found: Sequence[Representation]) -> None:
    wrong = sum(not np.isfinite(one).all() for one in found)
    if wrong:
        raise InputError(
            f"{name} gave numbers that are not finite for {wrong:,} of {len(found):,} texts",
            "try --dtype float32; what was encoded before is kept",
        )
