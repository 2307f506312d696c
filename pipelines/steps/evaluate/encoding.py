"""Encoding what has no vectors yet, watched for a request to stop and for a model that changes meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from synthcode.errors import ServerError
from synthcode.evaluation.encoder import Encoder
from synthcode.evaluation.model_probe import Probe, agree, probe_model
from synthcode.evaluation.vector_checks import VectorCheck
from synthcode.execution.hosting import Hosts
from synthcode.pipelines.runs.interrupt import StopRequest
from synthcode.pipelines.steps.evaluate.evaluation_input import Evaluation

if TYPE_CHECKING:
    from synthcode.evaluation.embedding_store import EmbeddingStore, Tally
    from synthcode.evaluation.retrieval.scoring import Encodable, EncodeBatches


def encode(evaluation: Evaluation, encoder: Encoder, inputs: Encodable) -> tuple[EmbeddingStore, Tally]:
    """Encode what the encoder's store lacks; return the store, and what encoding took. The caller holds the store."""
    from synthcode.evaluation.embedding_store import EmbeddingStore
    from synthcode.evaluation.retrieval.scoring import encode_missing

    store = EmbeddingStore(evaluation.store, encoder, evaluation.identity)
    for path in store.dropped:
        evaluation.reporter.message(f"evaluate: {path} was damaged: its texts are encoded again")
    check = VectorCheck(encoder.name, {exit_: probe.shape[1] for exit_, probe in _probe(evaluation).items()})
    with (
        _elsewhere(evaluation, encoder) as encode_batches,
        evaluation.reporter.progress("encoding", len(inputs.all_keys())) as bar,
    ):
        earlier = set(store.files)
        tally = encode_missing(inputs, encoder, store, watched(bar.advance, evaluation.stop), check, encode_batches)
        if new := set(store.files) - earlier:
            _refuse_changed_model(evaluation, encoder, new)
    return store, tally


@contextmanager
def _elsewhere(evaluation: Evaluation, encoder: Encoder) -> Iterator[EncodeBatches | None]:
    """Provide what encodes on other machines, if there are some and they can open the encoder.

    An encoder on a server is asked from here: the other machines do not have its key.
    """
    from synthcode.evaluation.encoders.hosted_encoder import HostedEncoder, encode_on

    if evaluation.opened_by is None or not isinstance(evaluation.executor, Hosts):
        yield None
        return
    spec, options = evaluation.opened_by
    if options.base_url is not None:
        yield None
        return
    with evaluation.executor.hosting(partial(HostedEncoder, spec, options, encoder.identity), gpus=1) as hosts:
        evaluation.reporter.message(f"evaluate: encoding with {len(hosts)} copies of {evaluation.label}")
        yield encode_on(hosts)


def _refuse_changed_model(evaluation: Evaluation, encoder: Encoder, new: Iterable[Path]) -> None:
    """Probe the model again; remove the vectors of this run if it is another one than at the start."""
    if agree(_probe(evaluation), probe_model(encoder)):
        return
    for file in new:
        file.unlink()
    raise ServerError(
        f"the model of {evaluation.label} changed while its texts were encoded: the vectors of this run were removed",
        "see whether several models, or several servers, answer by that name; then run the same command again",
    )


def _probe(evaluation: Evaluation) -> Probe:
    return {} if evaluation.vectors is None else evaluation.vectors.probe


def watched(advance: Callable[[int], None], stop: StopRequest) -> Callable[[int], None]:
    """Return what advances a bar, and raises if a stop was requested."""

    def advance_or_stop(count: int) -> None:
        advance(count)
        stop.raise_if_set()

    return advance_or_stop
