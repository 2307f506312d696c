"""Scoring an encoder from Python."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from synthcode.api.calls import CallbackReporter, OnProgress, call, several
from synthcode.api.results import RESAMPLES, Results, read_results
from synthcode.api.scored_part import ScoredPart, benchmark_of, known_corpora, known_styles, refuse_unwritten
from synthcode.errors import InputError
from synthcode.extras import encoder_extra, install_line
from synthcode.vocabulary import CLASSIFICATION_TASKS, SCORED_VARIANTS, style_task

if TYPE_CHECKING:
    from synthcode.evaluation.encoder import Encoder, LexicalScorer
    from synthcode.evaluation.encoders.python_function import Similarity
    from synthcode.evaluation.retrieval.benchmark import Benchmark
    from synthcode.evaluation.retrieval.combination import Combination
    from synthcode.pipelines.runs.interrupt import StopRequest
    from synthcode.pipelines.steps.evaluate.evaluation_input import Evaluation
    from synthcode.vocabulary import Corpus, Level, Precision, QueryStyle, Variant

    AnyEncoder = str | Encoder | LexicalScorer | Combination | Callable[[list[str]], Any]


def open_encoder(
    encoder: AnyEncoder,
    *,
    name: str | None = None,
    version: str | None = None,
    similarity: Similarity = "cosine",
    **options: Any,
) -> Encoder | LexicalScorer | Combination:
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
        Of a specification: ``exits``, ``dtype``, ``device``, ``max_tokens``, ``base_url``, ``batch_size``, ``prompts``,
        ``choices``, ``revision``, ``first``, ``top``, ``fusion``, ``weight``.

    Raises
    ------
    SynthcodeError
        If it is not an encoder, or the model cannot be used.
    """
    return call(lambda _stop: _open(encoder, name, version, similarity, options))


def _open(
    encoder: AnyEncoder, name: str | None, version: str | None, similarity: Similarity, options: dict[str, Any]
) -> Encoder | LexicalScorer | Combination:
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
        missing = f"{encoder} needs the package {problem.name!r}, which is not installed"
        raise InputError(missing, install_line(encoder_extra(encoder))) from problem
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
    require: Level | None = None,
    dims: Sequence[int] = (),
    precisions: Sequence[Precision] = (),
    corpora: Sequence[Corpus] = (),
    distractors: Sequence[str | os.PathLike[str]] = (),
    graded: bool = False,
    query_styles: Sequence[QueryStyle] = (),
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
    require
        ``checked``, ``compiled`` or ``tested``: only translations that were verified to this level or a higher one.
        The seeds' own programs stay.
    dims
        Also score vectors cut to their first so many dimensions: ``[64, 128]``. Needs ``out``; the scores are
        ``Results.compressed()``.
    precisions
        Also score vectors stored as ``float32``, ``int8`` or ``binary``, at each of ``dims``. Needs ``out``.
    corpora
        Further documents from the dataset itself: ``all`` adds the programs of its other splits, ``failed`` the
        translations that failed their tests.
    distractors
        Further programs from files, as ``--distractors`` takes them: ``[NAME=][ADAPTER:]PATH[@LANGUAGE]``.
    graded
        Also score nDCG@10 with grades: 2 for verified pairs, 1 for others. Needs ``out``; the means are
        ``Results.graded()``.
    query_styles
        ``keyword``, ``question``, ``paraphrase``: also score the dataset's queries of these styles, each as a task of
        its own (``text2code_question``).
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
        If the dataset or the encoder cannot be used, or no translation has the level. Vectors in a store are kept.
    """
    tasks, variants = several(tasks), several(variants)
    if other := [task for task in tasks if task in CLASSIFICATION_TASKS]:
        raise InputError(f"evaluate scores retrieval, not {other[0]}", "call synthcode.evaluate_clones for clones")
    opened = open_encoder(encoder)
    refuse_unwritten(out, dims, precisions, graded=graded)
    part = ScoredPart(
        split=split,
        variants=tuple(dict.fromkeys(variants)),
        tasks=tasks,
        languages=several(languages),
        require=require,
        dims=tuple(dims),
        precisions=several(precisions),
        corpora=known_corpora(several(corpora)),
        distractors=tuple(map(str, [distractors] if isinstance(distractors, str | os.PathLike) else distractors)),
        graded=graded,
        query_styles=known_styles(several(query_styles)),
    )
    request = _Request(dataset, part, opened, label, resamples, CallbackReporter(on_progress))
    if out is not None:
        folder = Path(out)
        return call(lambda stop: _written(request, folder, Path(store or folder / "embeddings"), stop, force=force))
    with tempfile.TemporaryDirectory(prefix="synthcode-") if store is None else nullcontext(store) as vectors:
        return call(lambda stop: _ranked(request, Path(vectors), stop))


class _Request(NamedTuple):
    """What ``evaluate`` was called with."""

    dataset: str | os.PathLike[str] | Benchmark
    part: ScoredPart
    encoder: Encoder | LexicalScorer | Combination
    label: str | None
    resamples: int
    reporter: CallbackReporter


def _written(request: _Request, folder: Path, store: Path, stop: StopRequest, *, force: bool) -> Results:
    """Score and write a results folder, unless it is up to date."""
    from synthcode.pipelines.steps.evaluate.evaluation import evaluate_if_stale

    evaluate_if_stale(_evaluation(request, folder, store, stop), force=force, may_replace=force)
    return read_results(folder)


def _ranked(request: _Request, store: Path, stop: StopRequest) -> Results:
    """Score without writing results."""
    from synthcode.pipelines.steps.evaluate.ranks.encoder_ranks import rank

    evaluation = _evaluation(request, Path(), store, stop)
    benchmark = evaluation.benchmark
    name = f"{benchmark.name} {benchmark.split}"
    return Results(evaluation.label, rank(evaluation), name, benchmark.digest, None)


def _evaluation(request: _Request, folder: Path, store: Path, stop: StopRequest) -> Evaluation:
    from synthcode.languages import get_language
    from synthcode.pipelines.steps.evaluate.evaluation_input import Evaluation
    from synthcode.pipelines.steps.evaluate.results_folder import settings_of
    from synthcode.sanitize import short_name

    part = request.part
    whole = benchmark_of(request.dataset, part, request.reporter)
    tasks = [*part.tasks, *map(style_task, part.query_styles)] if part.tasks else []
    chosen = whole.restricted(tasks, [get_language(name).name for name in part.languages])
    given: dict[str, Any] = {"variants": part.variants, "split": chosen.split, "original": None, "exits": "all"}
    given |= dict.fromkeys(("limit", "max_tokens", "revision", "base_url", "first", "top", "fusion", "weight"))
    given |= {"corpora": part.corpora, "distractors": part.distractors, "graded": part.graded}
    given |= {"query_styles": part.query_styles}
    given |= {"dims": part.dims, "precisions": part.precisions}
    given |= {"prompts": (), "choices": (), "dtype": "auto", "encoder": ""}
    return Evaluation(
        benchmark=chosen,
        encoder=request.encoder,
        label=request.label or short_name(request.encoder.name),
        folder=folder,
        settings=settings_of(given, whole, chosen),
        variants=part.variants,
        store=store,
        baseline=None,
        costs=False,
        dataset_id=None,
        resamples=request.resamples,
        validation=_validation(request, chosen),
        device="auto",
        dims=part.dims,
        precisions=part.precisions,
        graded=part.graded,
        reporter=request.reporter,
        stop=stop,
    )


def _validation(request: _Request, scored: Benchmark) -> Callable[[], Benchmark] | None:
    """Return what reads the same part of the validation split; a benchmark in memory has none."""
    dataset = request.dataset
    if not isinstance(dataset, str | os.PathLike):
        return None
    part = request.part._replace(split="validation", corpora=(), distractors=(), graded=False)
    tasks = list(dict.fromkeys(cell.task for cell in scored.cells))
    return lambda: benchmark_of(dataset, part, request.reporter).restricted(tasks, scored.languages)


def _name_of(encoder: object) -> str:
    function = getattr(encoder, "func", encoder)  # of a partial
    name = getattr(function, "__qualname__", None) or type(function).__qualname__
    module = getattr(function, "__module__", None) or type(function).__module__
    return f"py:{module}:{name}"
