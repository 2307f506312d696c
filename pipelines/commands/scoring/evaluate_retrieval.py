"""``synthcode evaluate`` on the retrieval tasks of a dataset or of a published benchmark."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from synthcode.pipelines.commands.scoring.encoder_arguments import languages_of
from synthcode.vocabulary import SPLITS, style_task

if TYPE_CHECKING:
    from synthcode.evaluation.retrieval.benchmark import Benchmark
    from synthcode.execution.executor import Executor
    from synthcode.pipelines.commands.scoring.evaluation_jobs import RetrievalJob
    from synthcode.pipelines.commands.scoring.evaluation_request import Request


def retrieval_job(request: Request, tasks: tuple[str, ...]) -> RetrievalJob:
    """Read the benchmark.

    Parameters
    ----------
    request
        What the command was called with.
    tasks
        ``text2code``, ``code2code``; empty for both.
    """
    from synthcode.evaluation.retrieval.grades import by_grade
    from synthcode.pipelines.commands.scoring.evaluation_jobs import RetrievalJob
    from synthcode.pipelines.steps.evaluate.ranks.compressed_ranks import dense_encoder
    from synthcode.pipelines.steps.evaluate.results_folder import settings_of

    given = request.given
    if given["dims"] or given["precisions"]:
        dense_encoder(request.encoder)
    whole = _whole_benchmark(request.dataset, given, request.executor)
    if tasks:
        tasks = tuple(dict.fromkeys([*tasks, *map(style_task, given["query_styles"])]))
    benchmark = whole.restricted(tasks, languages_of(given["languages"]))
    if given["graded"]:
        by_grade(benchmark)  # refuses a benchmark without levels before anything is encoded
    evaluation = request.evaluation(benchmark, settings_of(given, whole, benchmark))
    return RetrievalJob(replace(evaluation, validation=_validation(request, benchmark)))


def _validation(request: Request, scored: Benchmark) -> Callable[[], Benchmark] | None:
    """Return what reads the same part of a dataset's validation split; a published benchmark has none."""
    if request.dataset is None:
        return None
    given = {**request.given, "split": "validation", "corpora": (), "distractors": ()}
    tasks = list(dict.fromkeys(cell.task for cell in scored.cells))
    return lambda: _whole_benchmark(request.dataset, given, request.executor).restricted(tasks, scored.languages)


def _whole_benchmark(dataset: Path | None, given: Mapping[str, Any], executor: Executor) -> Benchmark:
    from synthcode.errors import InputError
    from synthcode.evaluation.retrieval.datasets import load_benchmark
    from synthcode.evaluation.retrieval.levels import at_level

    context = click.get_current_context()
    if dataset is None and given["query_styles"]:
        raise click.UsageError("--query-style is for DATASET: a published benchmark has no such queries", context)
    if dataset is None and given["corpora"]:
        raise click.UsageError("--corpus is for DATASET; --distractors adds programs to any benchmark", context)
    if given["dataset_id"] is not None and given["query_styles"]:
        raise click.UsageError("--dataset-id reports scores of a dataset's own texts, without --query-style", context)
    if given["dataset_id"] is not None and (given["corpora"] or given["distractors"]):
        raise click.UsageError("--dataset-id reports scores of a dataset's own corpora", context)
    if given["require"] is not None and given["dataset_id"] is not None:
        raise click.UsageError("--dataset-id reports scores of a whole dataset, --require scores a part", context)
    if dataset is not None:
        from synthcode.evaluation.interop.hub_datasets import dataset_folder

        splits = SPLITS if "all" in given["corpora"] else (given["split"],)
        folder = dataset_folder(dataset, *splits)
        whole = load_benchmark(folder, given["split"], query_styles=given["query_styles"])
        named = replace(whole, name=str(dataset))
        named = _larger(named, folder, given, executor)
        return named if given["require"] is None else at_level(named, given["require"])
    if given["require"] is not None:
        raise InputError(
            f"a published benchmark ({given['original']}) has no levels of verification",
            "leave out --require: levels are those of translations in a dataset that 'synthcode build' makes",
        )
    if given["path"] is None:
        raise click.UsageError("missing option '--path': where that benchmark is", context)
    from synthcode.pipelines.steps.evaluate.published_benchmark import load_published_benchmark

    benchmark, reasons = load_published_benchmark(given["original"], given["path"], given["limit"], executor)
    if reasons:
        left_out = ", ".join(f"{reason} {count:,}" for reason, count in sorted(reasons.items()))
        click.echo(f"rows without a program: {left_out}", err=True)
    return _larger(benchmark, None, given, executor)


def _larger(benchmark: Benchmark, folder: Path | None, given: Mapping[str, Any], executor: Executor) -> Benchmark:
    """Return the benchmark with the documents that --corpus and --distractors add."""
    from synthcode.pipelines.commands.terminal import TerminalReporter
    from synthcode.pipelines.steps.evaluate.corpora import dataset_distractors, read_distractors, with_larger_corpora

    found = [] if folder is None else dataset_distractors(folder, benchmark.split, given["corpora"])
    found += read_distractors(given["distractors"], benchmark, executor)
    return with_larger_corpora(benchmark, found, TerminalReporter())
