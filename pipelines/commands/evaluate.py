"""``synthcode evaluate``: an encoder scored on every pair of languages, at every exit."""

from __future__ import annotations

from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from synthcode.pipelines.commands.encoder_arguments import encoder_options, languages_of
from synthcode.pipelines.commands.options import workers_option
from synthcode.vocabulary import CLASSIFICATION_TASKS, LEVELS, TASKS, VARIANTS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from synthcode.evaluation.retrieval.benchmark import Benchmark
    from synthcode.execution.executor import Executor
    from synthcode.pipelines.commands.evaluation_request import Request
    from synthcode.pipelines.steps.evaluate.evaluation_input import Evaluation
    from synthcode.pipelines.steps.evaluate.frozen_scores import FrozenEvaluation
    from synthcode.pipelines.steps.evaluate.frozen_task import Rows


@click.command()
@click.argument("dataset", metavar="[DATASET]", required=False, type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--encoder",
    required=True,
    metavar="SPEC",
    help="bm25, st:NAME, mose:NAME, exits:NAME@3,6, openai:MODEL, py:MODULE:ATTRIBUTE.",
)
@click.option("--exits", default="all", show_default=True, metavar="4,9", help="The exits of mose:NAME to score.")
@click.option("--label", metavar="NAME", help="The encoder's name in tables and files. Default: short for SPEC.")
@click.option("--out", metavar="RESULTS", type=click.Path(path_type=Path, file_okay=False), help="Folder for results.")
@click.option(
    "--from",
    "original",
    metavar="ADAPTER",
    help="Score a benchmark as published: bigclonebench, poj104, devign, table, or a seed adapter (mbxp, humaneval).",
)
@click.option("--path", metavar="P", help="File, folder or Hub name of that benchmark.")
@click.option("--limit", type=click.IntRange(1), metavar="N", help="Score only the first N problems of that benchmark.")
@click.option("--split", default="test", show_default=True, metavar="S", help="The split of DATASET to score.")
@click.option("--variant", "variants", multiple=True, type=click.Choice(VARIANTS), help="Default: stripped, anonymous.")
@click.option(
    "--task",
    "tasks",
    multiple=True,
    type=click.Choice((*TASKS, *CLASSIFICATION_TASKS)),
    help="Retrieval by default. clones: pairs of DATASET (build --clones) or of a benchmark (--from). classification.",
)
@click.option(
    "--column",
    "columns",
    multiple=True,
    metavar="OURS=THEIRS",
    help="Maps a column of clones or classification with another name: code=func. Repeatable.",
)
@click.option("--languages", metavar="java,go", help="Score only these languages.")
@click.option(
    "--require",
    type=click.Choice(LEVELS[1:]),
    help="Score only translations verified to this level or a higher one.",
)
@click.option(
    "--baseline",
    metavar="RESULTS",
    type=click.Path(path_type=Path),
    help="Another encoder's results, to draw next to the costs.",
)
@click.option(
    "--store", metavar="DIR", type=click.Path(path_type=Path), help="Folder for vectors that several runs share."
)
@click.option("--base-url", metavar="URL", help="The embeddings server of openai:MODEL, up to /v1.")
@click.option(
    "--batch-size",
    type=click.IntRange(1),
    metavar="N",
    help="Most texts of a request to that server. Default: 32, and fewer if it refuses so many.",
)
@click.option("--device", default="auto", show_default=True, metavar="D", help="cpu, cuda, cuda:1.")
@click.option("--dtype", default="auto", show_default=True, metavar="T", help="float32, bfloat16, float16.")
@click.option(
    "--max-tokens",
    type=click.IntRange(1),
    metavar="N",
    help="Longest input of st:, exits: and openai:, in tokens. Default: the model's own.",
)
@click.option(
    "--prompt",
    "prompts",
    multiple=True,
    metavar="SIDE=TEXT",
    help="Prefix of every query= or document= (st:, openai:). Default: the model's own.",
)
@click.option("--choice", "choices", multiple=True, metavar="NAME=VALUE", help="MoSE's open choices: pooling=mean.")
@click.option("--revision", metavar="R", help="Revision of a model on the Hub; for py:, any version name.")
@click.option("--dataset-id", metavar="USER/NAME", help="DATASET on the Hub: write .eval_results for a model's page.")
@click.option("--costs/--no-costs", default=True, help="Measure what each exit costs, where there are any.")
@click.option(
    "--by-level/--no-by-level", default=True, help="Score each level of verification as well, where there are several."
)
@click.option(
    "--resamples",
    default=10_000,
    show_default=True,
    type=click.IntRange(100, 100_000),
    help="Bootstrap resamples of the intervals.",
)
@workers_option
@click.option("--force", is_flag=True, help="Compute scores again, from the vectors that are stored.")
@click.option("--fresh", is_flag=True, help="Encode all texts again, and compute scores from that.")
def evaluate(
    dataset: Path | None, encoder: str, label: str | None, out: Path | None, force: bool, **given: Any
) -> None:
    """Score an encoder on DATASET: RUN/dataset, any dataset in that form, or its name on the Hub (user/name@revision).

    Encoders: bm25; st:NAME (sentence-transformers); mose:NAME; exits:NAME@3,6,12 (any HuggingFace encoder after these
    blocks); exits:MODEL (all trained exits of a model from synthcode train); openai:MODEL with --base-url; mteb:NAME. A
    NAME is a folder or a repository on the Hub. py:MODULE:ATTRIBUTE imports your own module from the current directory
    or PYTHONPATH: a function from a list of texts to an array, or an Encoder.

    Each text is encoded once, whatever the number of tasks and exits; a run that was stopped goes on where it was.
    Results go to RUN/evaluation/ENCODER, or to results/DATASET/ENCODER outside of a run. Options that change what is
    scored are part of the folder's name: bm25_languages-go,java.

    \b
    Examples:
      synthcode evaluate runs/quickstart/dataset --encoder bm25
      synthcode evaluate runs/mine/dataset --encoder mose:modularStarEncoder/ModularStarEncoder-finetuned --exits 4,9
      synthcode evaluate runs/mine/dataset --encoder bm25 --require tested
      synthcode evaluate runs/mine/dataset --encoder bm25 --task clones
      synthcode evaluate --from mbxp --path mxeval/data/mbxp --encoder st:sentence-transformers/all-MiniLM-L6-v2
      synthcode evaluate --from bigclonebench --path Clone-detection-BigCloneBench/dataset --encoder bm25
    """
    from synthcode.errors import InputError
    from synthcode.evaluation.encoders.registry import open_encoder
    from synthcode.extras import install_line
    from synthcode.pipelines.commands.evaluate_clones import clones_evaluation, print_clones, wants_clones
    from synthcode.pipelines.commands.evaluate_published import is_published, print_published, published_evaluation
    from synthcode.pipelines.commands.evaluation_request import Request

    try:
        _refuse_without_extra(encoder)
        of_clones = wants_clones(dataset, given)
        of_benchmark = not of_clones and is_published(dataset, given)
        request = Request(
            dataset, open_encoder(encoder, encoder_options(given)), label, out, {**given, "encoder": encoder}
        )
        may_replace = force or out is not None
        if of_clones:
            _score_frozen(clones_evaluation(request), print_clones, force=force, may_replace=may_replace)
        elif of_benchmark:
            _score_frozen(published_evaluation(request), print_published, force=force, may_replace=may_replace)
        else:
            _score_retrieval(_retrieval(request), force=force, may_replace=may_replace)
    except ModuleNotFoundError as problem:
        needs = f"scoring {encoder} needs the package {problem.name!r}, which is not installed"
        raise InputError(needs, install_line("bm25" if encoder == "bm25" else "eval")) from problem


def _score_frozen(
    frozen: FrozenEvaluation, show: Callable[[FrozenEvaluation, Rows], None], *, force: bool, may_replace: bool
) -> None:
    from synthcode.pipelines.runs.interrupt import watch_for_stop
    from synthcode.pipelines.steps.evaluate.frozen_scores import score_frozen_if_stale

    with watch_for_stop(frozen.evaluation.reporter.message) as stop:
        frozen = replace(frozen, evaluation=replace(frozen.evaluation, stop=stop))
        rows = score_frozen_if_stale(frozen, force=force, may_replace=may_replace)
        stop.raise_if_set()
    show(frozen, rows)


def _score_retrieval(evaluation: Evaluation, *, force: bool, may_replace: bool) -> None:
    from synthcode.pipelines.commands.printed_scores import print_means
    from synthcode.pipelines.runs.interrupt import watch_for_stop
    from synthcode.pipelines.steps.evaluate.evaluation import evaluate_if_stale

    with watch_for_stop(evaluation.reporter.message) as stop:
        scores = evaluate_if_stale(replace(evaluation, stop=stop), force=force, may_replace=may_replace)
        stop.raise_if_set()  # the last step may have ended before it looked
    print_means(scores.macros, scores.covered, evaluation.folder)


def _retrieval(request: Request) -> Evaluation:
    """Read the benchmark."""
    from synthcode.execution.processes import ProcessExecutor
    from synthcode.pipelines.steps.evaluate.results_folder import settings_of

    given = request.given
    executor = ProcessExecutor(given["workers"])
    whole = _whole_benchmark(request.dataset, given, executor)
    benchmark = whole.restricted(given["tasks"], languages_of(given["languages"]))
    evaluation = request.evaluation(benchmark, settings_of(given, whole, benchmark))
    return replace(evaluation, executor=executor)


def _refuse_without_extra(encoder: str) -> None:
    """Find out, before anything is fetched or encoded, whether all is there that is needed in the end."""
    needed: tuple[str, ...] = ("safetensors", "threadpoolctl", "torch", "transformers")
    if encoder == "bm25":
        needed = ("bm25s",)
    elif encoder.startswith("openai:"):
        needed = ("openai", "threadpoolctl")
    elif encoder.startswith("py:") or _is_plugin(encoder):  # whatever it computes with
        needed = ("threadpoolctl",)
    for package in needed:
        if find_spec(package) is None:
            raise ModuleNotFoundError(name=package)


def _is_plugin(encoder: str) -> bool:
    from synthcode.plugins import ENCODERS, OWN

    kind = encoder.partition(":")[0]
    return any(plugin.name == kind and plugin.distribution != OWN for plugin in ENCODERS.plugins())


def _whole_benchmark(dataset: Path | None, given: Mapping[str, Any], executor: Executor) -> Benchmark:
    from synthcode.errors import InputError
    from synthcode.evaluation.retrieval.datasets import load_benchmark
    from synthcode.evaluation.retrieval.levels import at_level

    context = click.get_current_context()
    if (dataset is None) == (given["original"] is None):
        raise click.UsageError("name either DATASET or an original benchmark (--from)", context)
    if dataset is not None and (given["path"] or given["limit"]):
        raise click.UsageError("--path and --limit are for an original benchmark (--from)", context)
    if given["require"] is not None and given["dataset_id"] is not None:
        raise click.UsageError("--dataset-id reports scores of a whole dataset, --require scores a part", context)
    if dataset is not None:
        from synthcode.evaluation.interop.hub_datasets import dataset_folder

        folder = dataset_folder(dataset, given["split"])
        named = replace(load_benchmark(folder, given["split"]), name=str(dataset))
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
    return benchmark
