"""An encoder over a benchmark: every text once through it, then every cell from what was stored."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from synthcode.evaluation.embedding_store import KEY, EmbeddingStore, Keys, Tally, text_keys
from synthcode.evaluation.encoder import ONLY_EXIT, Encoded, Encoder, LexicalScorer, Role, Side, Vectors
from synthcode.evaluation.retrieval.benchmark import I64, Benchmark, Cell
from synthcode.evaluation.retrieval.ranks import rank_rows
from synthcode.evaluation.retrieval.search.ranking import ranks, vector_ranks
from synthcode.evaluation.vector_checks import VectorCheck
from synthcode.execution.executor import Executor
from synthcode.vocabulary import IN_WORDS, Variant

BATCH_TEXTS = 256
"""Texts that are encoded and stored at a time: what a kill may cost."""

Advance = Callable[[int], None]
"""Receives the amount of work done since the last call; raises if a stop was requested."""

EncodeBatches = Callable[[Iterable[Sequence[str]], Role], Iterator[Encoded]]
"""Yields what texts of one role are encoded to, batch by batch, in the order of the batches."""


class Encodable(Protocol):
    """What an encoder is to encode."""

    def by_role(self) -> Iterator[tuple[Role, Keys, list[str]]]:
        """Yield keys and texts, repeats included, by what the encoder sees of their role."""

    def all_keys(self) -> Keys:
        """Return the keys of all that is encoded, each once."""


class Inputs:
    """The inputs of an encoder for a benchmark, by key.

    Parameters
    ----------
    benchmark
        Its texts.
    encoder
        The traits of a role that it uses decide which texts are the same to it.
    variants
        Of the code.
    """

    def __init__(self, benchmark: Benchmark, encoder: Encoder, variants: Sequence[Variant]) -> None:
        self._benchmark, self._encoder = benchmark, encoder
        self._asked = _asked(benchmark)
        self.keys: dict[tuple[Variant, str, Side], Keys] = {
            (variant, language, side): text_keys(
                benchmark.texts[language].columns[variant], self._role(language, side).seen_by(encoder)
            )
            for variant in variants
            for language, side in self._asked
        }
        """Variant, language, side -> the key of each of the language's texts."""

    def _role(self, language: str, side: Side) -> Role:
        return Role(side, "text" if language in IN_WORDS else "code", language)

    def by_role(self) -> Iterator[tuple[Role, Keys, list[str]]]:
        """Yield what is to be encoded, by what the encoder sees of its role: keys and texts, repeats included."""
        groups: dict[Role, list[tuple[Keys, list[str]]]] = {}
        for (variant, language, side), keys in self.keys.items():
            places = self._asked[language, side]
            texts = self._benchmark.texts[language].columns[variant]
            keys_to_encode = keys.take(pa.array(places)), [texts[place] for place in places]
            groups.setdefault(self._role(language, side).seen_by(self._encoder), []).append(keys_to_encode)
        for role, parts in groups.items():
            yield role, pa.concat_arrays([keys for keys, _ in parts]), [text for _, texts in parts for text in texts]

    def all_keys(self) -> Keys:
        """Return the keys of all that is encoded, each once."""
        return pc.unique(pa.concat_arrays([pa.array([], KEY), *(keys for _, keys, _ in self.by_role())]))


def encode_missing(
    inputs: Encodable,
    encoder: Encoder,
    store: EmbeddingStore,
    advance: Advance,
    check: VectorCheck | None = None,
    encode: EncodeBatches | None = None,
) -> Tally:
    """Encode what the store does not have; return what all of it came to, earlier runs included.

    Long texts come first, so that memory runs out at once or never.

    Parameters
    ----------
    inputs, encoder, store
        What is encoded, by what, and where vectors go.
    advance
        Called with a number of texts once their vectors are stored.
    check
        Refuses vectors that cannot be scored.
    encode
        Encodes batches elsewhere, in their order. Default: the encoder does, here.
    """
    check = check or VectorCheck(encoder.name)
    encode = encode or (lambda batches, role: (encoder.encode(batch, role) for batch in batches))
    for role, keys, texts in inputs.by_role():
        places = store.missing(keys, encoder.exits)
        advance(len(pc.unique(keys)) - len(places))
        lengths = np.array([len(texts[place]) for place in places], dtype=np.int64)
        places = places[np.argsort(-lengths, kind="stable")]
        batches = [places[start : start + BATCH_TEXTS] for start in range(0, len(places), BATCH_TEXTS)]
        results = encode(([texts[place] for place in batch] for batch in batches), role)
        started = time.perf_counter()
        for batch, encoded in zip(batches, results, strict=True):
            checked = check(encoded, [texts[place] for place in batch])
            store.add(keys.take(pa.array(batch)), checked, time.perf_counter() - started)
            advance(len(batch))
            started = time.perf_counter()
    return store.tally(inputs.all_keys())


def score_vectors(
    benchmark: Benchmark,
    inputs: Inputs,
    encoder: Encoder,
    store: EmbeddingStore,
    advance: Advance,
    device: str = "cpu",
    executor: Executor | None = None,
) -> Iterator[pa.Table]:
    """Yield the ranks of every exit, variant and cell (schema ``RANKS``), from vectors that are all in the store."""
    grouped: dict[str, list[Cell]] = {}
    for cell in benchmark.cells:
        grouped.setdefault(cell.corpus_language, []).append(cell)
    for exit_ in encoder.exits:
        for variant in dict.fromkeys(variant for variant, _, _ in inputs.keys):
            vectors = VectorCache(inputs, store, variant, exit_)
            for corpus, cells in grouped.items():
                documents = vectors.of(corpus, "document")
                for cell in cells:
                    judged = benchmark.cells[cell]
                    queries = vectors.of(cell.query_language, "query", judged.queries)
                    found = vector_ranks(queries, documents, judged, device, executor)
                    asked = benchmark.texts[cell.query_language]
                    yield rank_rows(encoder.name, exit_, variant, cell, judged, asked, len(documents), found)
                    advance(1)


def score_words(
    benchmark: Benchmark, scorer: LexicalScorer, variants: Sequence[Variant], advance: Advance
) -> Iterator[pa.Table]:
    """Yield the ranks of every variant and cell by a scorer that has no vectors (schema ``RANKS``)."""
    for variant in variants:
        for cell, judged in benchmark.cells.items():
            asked, found = benchmark.texts[cell.query_language], benchmark.texts[cell.corpus_language]
            queries = [asked.columns[variant][place] for place in judged.queries]
            got = ranks(scorer.score_blocks(queries, found.columns[variant]), judged)
            yield rank_rows(scorer.name, ONLY_EXIT, variant, cell, judged, asked, len(found.ids), got)
            advance(1)


class VectorCache:
    """The vectors of one exit and variant in memory, each once.

    Parameters
    ----------
    inputs
        Of the encoder.
    store
        Holds their vectors.
    variant, exit_
        Which of them.
    """

    def __init__(self, inputs: Inputs, store: EmbeddingStore, variant: Variant, exit_: int) -> None:
        mine = {(language, side): keys for (of, language, side), keys in inputs.keys.items() if of == variant}
        keys_to_encode = inputs.all_keys()
        used = pc.unique(pa.concat_arrays(list(mine.values())))
        used = used.filter(pc.is_in(used, value_set=keys_to_encode))  # on the queries' side, only those that occur
        self._vectors = store.vectors(used, exit_)
        self._places = {
            place: np.asarray(pc.fill_null(pc.index_in(keys, value_set=used), -1), dtype=np.int64)
            for place, keys in mine.items()
        }

    def of(self, language: str, side: Side, places: I64 | None = None) -> Vectors:
        """Return the vectors of a language's texts on one side, all or those in some places."""
        mine = self._places[language, side]
        return self._vectors[mine if places is None else mine[places]]


def _asked(benchmark: Benchmark) -> dict[tuple[str, Side], I64]:
    """Return language, side -> the places of its texts that stand on that side of some cell."""
    queries: dict[str, list[I64]] = {}
    for cell, judged in benchmark.cells.items():
        queries.setdefault(cell.query_language, []).append(judged.queries)
    asked: dict[tuple[str, Side], I64] = {}
    for language in sorted({cell.corpus_language for cell in benchmark.cells}):
        asked[language, "document"] = np.arange(len(benchmark.texts[language].ids))
    for language, places in sorted(queries.items()):
        asked[language, "query"] = np.unique(np.concatenate(places))
    return asked


def cells_to_score(benchmark: Benchmark, exits: int, variants: int) -> int:
    """Return how often ``advance`` is called by scoring."""
    return len(benchmark.cells) * exits * variants
