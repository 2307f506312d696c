"""``rerank:NAME``: the first documents of another encoder's ranking, in the order of a cross-encoder's scores."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict, Unpack

from synthcode.decimals import decimals
from synthcode.errors import InputError, ServerError
from synthcode.evaluation.encoder import ONLY_EXIT
from synthcode.evaluation.encoders.combined_parts import part_of
from synthcode.evaluation.encoders.registry import EncoderOptions, open_encoder
from synthcode.evaluation.reranking.bound import Bound, relevant_ranks
from synthcode.evaluation.reranking.pair_scorer import PairScorer
from synthcode.evaluation.reranking.pair_store import PairStore, agree, find_pair_store, probe_pairs
from synthcode.evaluation.reranking.reranked import Reranked, score_missing
from synthcode.evaluation.retrieval.combination import Part, RankingWork
from synthcode.evaluation.retrieval.rankings import Rankings
from synthcode.identity import digest
from synthcode.markdown import markdown_cell, markdown_table
from synthcode.storage.lock import hold
from synthcode.vocabulary import MAIN_METRIC

TOP = 100
"""Documents of each query that are scored again, by default."""


class RerankerOptions(TypedDict, total=False):
    """Options of ``rerank:NAME``, named as in ``EncoderOptions``; absent or None takes the default."""

    first: str | None
    """The first stage: a results folder, or the specification of an encoder."""
    top: int | None
    """How many of its documents are scored again; by default 100."""
    base_url: str | None
    """Of a server with an endpoint ``/rerank``, ``/v1/rerank`` or ``/v2/rerank``."""
    dtype: str
    """Of a cross-encoder that runs here, and of a first stage that is named by its specification."""
    device: str
    """Of the same."""
    max_tokens: int | None
    """Longest input, query and document together; by default the model's own bound."""
    batch_size: int | None
    """Most documents of a request to the server; by default 100."""
    revision: str | None
    """Of a repository on the Hub."""


class Reranker:
    """A cross-encoder, or a server that has one, over the first documents of a first stage.

    The scores of pairs are stored as they come: no pair is scored twice, whatever the first stage and the depth.
    Documents below that depth keep their ranks.

    Parameters
    ----------
    name
        A folder or a repository on the Hub; with ``base_url``, the model as the server knows it.
    **options
        Its first stage, and how the model is loaded or asked.

    Raises
    ------
    InputError
        If there is no first stage, or a model cannot be used.
    """

    exits = (ONLY_EXIT,)
    reads_validation = False

    def __init__(self, name: str, **options: Unpack[RerankerOptions]) -> None:
        first, top = options.get("first"), options.get("top")
        if first is None:
            raise InputError(
                f"rerank:{name} needs a first stage that finds documents",
                "give --first bm25, another SPEC, or a folder that 'synthcode evaluate' wrote",
            )
        self._top = TOP if top is None else top
        if self._top < 1:
            raise InputError(f"{self._top} documents cannot be reranked", "give --top 1 or more")
        first_options = EncoderOptions(dtype=options.get("dtype", "auto"), device=options.get("device", "auto"))
        self.parts: Sequence[Part] = [part_of(first, lambda spec: open_encoder(spec, first_options))]
        self._scorer = _open_scorer(name, options)
        self.name = self._scorer.name
        self._notes: Sequence[str] = ()

    @property
    def identity(self) -> str:
        """A digest of the reranker and the depth."""
        return digest("reranked", self._scorer.identity, self._top)

    def rankings(self, work: RankingWork) -> Rankings:
        """Score the pairs that have no score, and return the rankings.

        Raises
        ------
        SynthcodeError
            If the first stage or a pair cannot be scored; the scores of all pairs before are kept.
        """
        (first,) = work.open_parts(work.benchmark)
        work.resources.enter_context(hold(work.store / self._scorer.identity))
        store, probe = find_pair_store(work.store, self._scorer)
        work.resources.callback(store.close)
        is_first = not self._notes
        if work.fresh and is_first:  # not again for the part of a level
            store.drop_scores()
        reranked = Reranked(work.benchmark, first, store, self._top)
        bound, new = self._score_all(work, reranked, store)
        if new and not agree(probe, probe_pairs(self._scorer)):
            store.remove(new)
            raise ServerError(
                f"the model of {self.name} changed while pairs were scored: the scores of this run were removed",
                "see whether several models, or several servers, answer by that name; then run the same command again",
            )
        if is_first:
            self._notes = self._described(bound, store)
        return reranked

    def notes(self) -> Sequence[str]:
        """Return the depth, what the first stage bounds, and what scoring took."""
        return self._notes

    def _score_all(self, work: RankingWork, reranked: Reranked, store: PairStore) -> tuple[Bound, list[bytes]]:
        """Score the pairs of all cells; return what bounds the reranker, and the keys that were scored now."""
        benchmark, bound, new = work.benchmark, Bound(self._top), list[bytes]()
        pairs = sum(
            len(judged.queries) * min(self._top, len(benchmark.texts[cell.corpus_language].ids))
            for cell, judged in benchmark.cells.items()
        )
        with work.progress("scoring pairs", pairs * len(work.variants)) as advance:
            for variant in work.variants:
                for cell, judged in benchmark.cells.items():
                    found, start = [], 0
                    for candidates in reranked.candidates(cell, variant):
                        found.append(relevant_ranks(judged, start, candidates.order))
                        start += len(candidates.order)
                        new += score_missing(self._scorer, store, candidates, advance)
                    bound.add(cell.task, variant, judged, found)
        return bound, new

    def _described(self, bound: Bound, store: PairStore) -> Sequence[str]:
        first = markdown_cell(self.parts[0].label)
        said = f"The first {self._top:,} documents of {first} in a new order; recall at that depth bounds the reranker."
        header = ["task", "variant", f"recall@{self._top} of {first}", f"{MAIN_METRIC} of {first}", "at most"]
        rows = [[task, variant, *map(decimals, numbers)] for (task, variant), numbers in sorted(bound.means().items())]
        scored, seconds = store.effort()
        speed = f", {scored / seconds:,.0f} a second" if seconds else ""
        return [said, markdown_table(header, rows, left=2), f"{scored:,} pairs were scored in {seconds:,.1f} s{speed}."]


def _open_scorer(name: str, options: RerankerOptions) -> PairScorer:
    base_url, batch_size, revision = options.get("base_url"), options.get("batch_size"), options.get("revision")
    max_tokens = options.get("max_tokens")
    if base_url is not None:
        if revision is not None:
            raise InputError("a server says nothing of the revision of its model", "leave out --revision")
        from synthcode.evaluation.reranking.rerank_endpoint import RerankEndpoint

        return RerankEndpoint(name, base_url=base_url, max_tokens=max_tokens, batch_size=batch_size)
    if batch_size is not None:
        raise InputError("--batch-size is of requests to a server", "leave it out, or give --base-url")
    from synthcode.evaluation.reranking.cross_encoder import CrossEncoderScorer

    dtype, device = options.get("dtype", "auto"), options.get("device", "auto")
    return CrossEncoderScorer(name, dtype=dtype, device=device, max_tokens=max_tokens, revision=revision)
