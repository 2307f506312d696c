"""Scoring an encoder from Python."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from synthcode.api.calls import CallbackReporter, OnProgress, call
from synthcode.api.results import RESAMPLES, Results, read_results
from synthcode.errors import InputError
from synthcode.vocabulary import SCORED_VARIANTS

if TYPE_CHECKING:
    from synthcode.evaluation.encoder import Encoder, LexicalScorer
    from synthcode.evaluation.encoders.python_function import Similarity
    from synthcode.evaluation.retrieval.benchmark import Benchmark
    from synthcode.pipelines.runs.interrupt import StopRequest
    from synthcode.vocabulary import Variant

    AnyEncoder = str | Encoder | LexicalScorer | Callable[[list[str]], Any]


def open_encoder(
    encoder: AnyEncoder,
    *,
    name: str | None = None,
    version: str | None = None,
    similarity: Similarity = "cosine",
    **options: Any,
) -> Encoder | LexicalScorer:
    """Return an encoder of its specification, or of a function.

    Parameters
    ----------
    encoder
        A specification as the command line takes it (``bm25``, ``st:NAME``, ``mose:NAME``, ...), an ``Encoder``, an
        object whose ``encode`` takes texts, or a function from a list of texts to an array of shape (texts, width).
    name
        What results call a function. Default: its own name.
    version
        Of a function. Without one, stored vectors are used again only if the function's source file and the exact
        vectors of a few fixed texts are the same.
    similarity
        Of a function: ``cosine``, or ``dot`` for the inner products of its vectors as they are.
    options
        Of a specification: ``exits``, ``dtype``, ``device``, ``max_tokens``, ``base_url``, ``prompts``, ``choices``,
        ``revision``.

    Raises
    ------
    SynthcodeError
        If it is not an encoder, or the model cannot be used.
    """
    return call(lambda _stop: _open(encoder, name, version, similarity, options))


def _open(
    encoder: AnyEncoder, name: str | None, version: str | None, similarity: Similarity, options: dict[str, Any]
) -> Encoder | LexicalScorer:
    from synthcode.evaluation.encoders import registry
    from synthcode.evaluation.encoders.python_function import as_encoder

    if not isinstance(encoder, str):
        if options:
            raise InputError(f"a function takes no option {next(iter(options))!r}", "set it in the function")
        return as_encoder(encoder, name or _name_of(encoder), version=version, similarity=similarity)
    if (name, version, similarity) != (None, None, "cosine"):
        raise InputError("name, version and similarity are of functions", "leave them out, or give a function")
    try:
        return registry.open_encoder(encoder, registry.EncoderOptions(**options))
    except ModuleNotFoundError as problem:
        raise InputError(
            f"{encoder} needs the package {problem.name!r}, which is not installed", "pip install 'synthcode[eval]'"
        ) from problem
    except TypeError as problem:
        raise InputError(f"{encoder}: {problem}", "options are those of 'synthcode evaluate --help'") from problem


def evaluate(
    dataset: str | os.PathLike[str] | Benchmark,
    encoder: AnyEncoder,
    *,
    split: str = "test",
    variants: Sequence[Variant] = SCORED_VARIANTS,
    tasks: Sequence[str] = (),
    languages: Sequence[str] = (),
    label: str | None = None,
    out: str | os.PathLike[str] | None = None,
    store: str | os.PathLike[str] | None = None,
    force: bool = False,
    resamples: int = RESAMPLES,
    on_progress: OnProgress | None = None,
) -> Results:
    """Score an encoder on every pair of languages, at every exit.

    Parameters
    ----------
    dataset
        A run directory, a dataset's folder, its name on the Hub (``user/name@revision``), or what ``load_benchmark``
        returned.
    encoder
        As ``open_encoder`` takes it.
    split
        ``train``, ``validation`` or ``test``; a ``Benchmark`` has its own.
    variants
        Of the code: ``stripped``, ``anonymous``, ``raw``.
    tasks
        ``text2code``, ``code2code``. Default: both.
    languages
        Only these.
    label
        What results call the encoder.
    out
        The results folder, as the command line writes it. Default: nothing is written.
    store
        A folder that keeps vectors for further calls. Default: in ``out``, or nowhere.
    force
        Score again although nothing changed, and replace results of other settings in ``out``.
    resamples
        Of the intervals in ``out``.
    on_progress
        Called with every :class:`synthcode.api.calls.Progress`. An exception that it raises stops the work.

    Raises
    ------
    SynthcodeError
        If the dataset or the encoder cannot be used. Vectors in a store are kept.
    """
    opened = open_encoder(encoder)
    if out is None and store is None:
        with tempfile.TemporaryDirectory(prefix="synthcode-") as scratch:
            return evaluate(
                dataset, opened, split=split, variants=variants, tasks=tasks, languages=languages, label=label,
                store=scratch, on_progress=on_progress,
            )  # fmt: skip
    reporter = CallbackReporter(on_progress)

    def work(stop: StopRequest) -> Results:
        from synthcode.languages import get_language
        from synthcode.pipelines.steps.encoder_ranks import rank
        from synthcode.pipelines.steps.evaluation import evaluate_if_stale
        from synthcode.pipelines.steps.evaluation_input import Evaluation
        from synthcode.pipelines.steps.results_folder import settings_of
        from synthcode.sanitize import short_name

        whole = _benchmark(dataset, split)
        chosen = whole.restricted(tasks, [get_language(name).name for name in languages])
        given: dict[str, Any] = {"variants": variants, "split": chosen.split, "original": None, "exits": "all"}
        given |= dict.fromkeys(("limit", "max_tokens", "revision", "base_url"))
        settings = settings_of({**given, "prompts": (), "choices": (), "dtype": "auto", "encoder": ""}, whole, chosen)
        folder = Path(out) if out is not None else None
        evaluation = Evaluation(
            benchmark=chosen,
            encoder=opened,
            label=label or short_name(opened.name),
            folder=folder or Path(),
            settings=settings,
            variants=tuple(dict.fromkeys(variants)),
            store=Path(store) if store is not None else (folder or Path()) / "embeddings",
            baseline=None,
            costs=False,
            dataset_id=None,
            resamples=resamples,
            device="auto",
            reporter=reporter,
            stop=stop,
        )
        if folder is None:
            name = f"{chosen.name} {chosen.split}"
            return Results(evaluation.label, rank(evaluation), name, chosen.digest, None)
        evaluate_if_stale(evaluation, force=force, may_replace=force)
        return read_results(folder)

    return call(work)


def _benchmark(dataset: str | os.PathLike[str] | Benchmark, split: str) -> Benchmark:
    from synthcode.evaluation.interop.hub_datasets import dataset_folder
    from synthcode.evaluation.retrieval.benchmark import Benchmark
    from synthcode.evaluation.retrieval.datasets import load_benchmark

    if isinstance(dataset, Benchmark):
        return dataset
    place = Path(dataset)
    return replace(load_benchmark(dataset_folder(place, split), split), name=str(place))


def _name_of(encoder: object) -> str:
    function = getattr(encoder, "func", encoder)  # of a partial
    name = getattr(function, "__qualname__", None) or type(function).__qualname__
    module = getattr(function, "__module__", None) or type(function).__module__
    return f"py:{module}:{name}"
