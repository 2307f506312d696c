"""``synthcode evaluate``: an encoder scored on every pair of languages, at every exit."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from synthcode.pipelines.commands.options import executor_options
from synthcode.pipelines.commands.scoring.encoder_arguments import combination_options, encoder_options
from synthcode.pipelines.commands.scoring.retrieval_options import (
    compression_options,
    corpus_options,
    query_style_option,
    refuse_retrieval_options,
    without_retrieval_options,
)
from synthcode.pipelines.commands.scoring.task_list import TaskList, flat, other_tasks, retrieval_tasks
from synthcode.vocabulary import LEVELS, RETRIEVAL, VARIANTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from synthcode.execution.executor import Executor
    from synthcode.pipelines.commands.scoring.evaluation_jobs import Job
    from synthcode.pipelines.commands.scoring.evaluation_request import Request


@click.command()
@click.argument("dataset", metavar="[DATASET]", required=False, type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--encoder",
    required=True,
    metavar="SPEC",
    help=(
        "bm25, st:NAME, static:NAME, splade:NAME, colbert:NAME, mose:NAME, exits:NAME@3,6, openai:MODEL, rerank:NAME,"
        " hybrid:A+B, py:MODULE:ATTRIBUTE."
    ),
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
    type=TaskList(),
    callback=flat,
    metavar="T,T",
    help=(
        "What is scored, each with results of its own: retrieval (or one of text2code, code2code), clones (pairs of"
        " DATASET after build --clones, or of a benchmark), classification (which translations of DATASET fail their"
        " tests, after verify, or the labels of a benchmark). Default: retrieval, or what the benchmark is made for."
    ),
)
@click.option(
    "--column",
    "columns",
    multiple=True,
    metavar="OURS=THEIRS",
    help="Maps a column of clones or classification with another name: code=func. Repeatable.",
)
@query_style_option
@corpus_options
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
@click.option("--base-url", metavar="URL", help="The server of openai:MODEL or rerank:MODEL, up to /v1.")
@click.option(
    "--batch-size",
    type=click.IntRange(1),
    metavar="N",
    help="Most texts of a request to that server. Default: 32, or 100 of rerank:; fewer if it refuses so many.",
)
@click.option("--device", default="auto", show_default=True, metavar="D", help="cpu, cuda, cuda:1.")
@click.option("--dtype", default="auto", show_default=True, metavar="T", help="float32, bfloat16, float16.")
@click.option(
    "--max-tokens",
    type=click.IntRange(1),
    metavar="N",
    help="Longest input of st:, exits:, openai: and rerank:, in tokens. Default: the model's own.",
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
@combination_options
@compression_options
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
@executor_options
@click.option("--json", "as_json", is_flag=True, help="Print the scores of every task as one JSON object.")
@click.option("--force", is_flag=True, help="Compute scores again, from the vectors that are stored.")
@click.option("--fresh", is_flag=True, help="Encode all texts again, and compute scores from that.")
def evaluate(
    dataset: Path | None,
    encoder: str,
    label: str | None,
    out: Path | None,
    force: bool,
    as_json: bool,
    **given: Any,
) -> None:
    """Score an encoder on DATASET: RUN/dataset, any dataset in that form, or its name on the Hub (user/name@revision).

    Encoders: bm25; st:NAME (sentence-transformers), and its splade:NAME (sparse terms) and colbert:NAME (a vector for
    each token); static:NAME (model2vec); mose:NAME; exits:NAME@3,6,12 (any HuggingFace encoder after these
    blocks); exits:MODEL (all trained exits of a model from synthcode train); openai:MODEL with --base-url; mteb:NAME. A
    NAME is a folder or a repository on the Hub. py:MODULE:ATTRIBUTE imports your own module from the current directory
    or PYTHONPATH: a function from a list of texts to an array, or an Encoder. hybrid:A+B fuses the rankings of two or
    more, each a folder of results or a SPEC. rerank:NAME --first A gives the first documents of A a new order, by a
    cross-encoder, or with --base-url by a server's /rerank. classifier:MODEL scores the heads that 'synthcode train
    --task clones' or '--task classification' trained, by that task.

    Each text is encoded once, whatever the number of tasks, exits, widths (--dims) and precisions; a run that was
    stopped goes on where it was. Results go to RUN/evaluation/ENCODER, or to results/DATASET/ENCODER outside of a run.
    Options that change what is scored are part of the folder's name: bm25_languages-go,java. Of several tasks, those
    other than retrieval name theirs, too: bm25_task-clones; with --out RESULTS they are RESULTS/retrieval,
    RESULTS/clones and RESULTS/classification.

    Of several tasks, one that fails ends the command with exit code 1: those before it are scored, and --json says so.

    \b
    Examples:
      synthcode evaluate runs/quickstart/dataset --encoder bm25
      synthcode evaluate runs/mine/dataset --encoder mose:modularStarEncoder/ModularStarEncoder-finetuned --exits 4,9
      synthcode evaluate runs/mine/dataset --encoder bm25 --require tested
      synthcode evaluate runs/mine/dataset --encoder hybrid:runs/mine/evaluation/bm25+runs/mine/evaluation/st-NAME
      synthcode evaluate runs/mine/dataset --encoder bm25 --corpus all --distractors functions.jsonl
      synthcode evaluate runs/mine/dataset --encoder bm25 --corpus failed --graded
      synthcode evaluate runs/mine/dataset --encoder bm25 --query-style all
      synthcode evaluate runs/mine/dataset --encoder bm25 --task retrieval,clones,classification
      synthcode evaluate runs/mine/dataset --encoder rerank:cross-encoder/ms-marco-MiniLM-L6-v2 --first bm25
      synthcode evaluate runs/mine/dataset --encoder st:NAME --dims 64,128,256 --precision float32,int8,binary
      synthcode evaluate --from mbxp --path mxeval/data/mbxp --encoder st:sentence-transformers/all-MiniLM-L6-v2
      synthcode evaluate --from bigclonebench --path Clone-detection-BigCloneBench/dataset --encoder bm25
    """
    from synthcode.errors import InputError
    from synthcode.evaluation.encoders.registry import open_encoder
    from synthcode.extras import encoder_extra, install_line
    from synthcode.pipelines.commands.scoring.evaluation_jobs import run_jobs
    from synthcode.pipelines.commands.scoring.evaluation_request import Request

    try:
        _refuse_without_extra(encoder)
        _refuse_contradictions(dataset, given)
        opened = open_encoder(encoder, encoder_options(given))
        with closing(_executor(given)) as executor:
            jobs = _jobs(Request(dataset, opened, label, out, {**given, "encoder": encoder}, executor))
            run_jobs(jobs, force=force, may_replace=force or out is not None, as_json=as_json)
    except ModuleNotFoundError as problem:
        needs = f"scoring {encoder} needs the package {problem.name!r}, which is not installed"
        raise InputError(needs, install_line(encoder_extra(encoder))) from problem


def _executor(given: Mapping[str, Any]) -> Executor:
    from synthcode.execution.registry import ExecutorConfig, open_executor

    chosen = given["executor"]
    return open_executor(ExecutorConfig(chosen["executor.name"] or ExecutorConfig.name, chosen["workers"]))


def _refuse_contradictions(dataset: Path | None, given: Mapping[str, Any]) -> None:
    """Refuse options that mean nothing together."""
    from synthcode.pipelines.commands.scoring.evaluate_clones import refuse_other_options
    from synthcode.pipelines.commands.scoring.evaluate_published import refuse_unpublished

    context = click.get_current_context()
    if (dataset is None) == (given["original"] is None):
        raise click.UsageError("name either DATASET or an original benchmark (--from)", context)
    if dataset is not None and (given["path"] or given["limit"]):
        raise click.UsageError("--path and --limit are for an original benchmark (--from)", context)
    if given["baseline"] is not None and len(given["tasks"]) > 1 and other_tasks(given["tasks"]):
        raise click.UsageError("--baseline names results of one task: score one task, or leave it out", context)
    if dataset is not None and other_tasks(given["tasks"]):
        refuse_other_options(given)
    refuse_unpublished(dataset, given)


def _jobs(request: Request) -> list[Job]:
    """Read all that is scored: what cannot be read is refused before anything is encoded."""
    from synthcode.pipelines.commands.scoring.evaluate_clones import LABELS, clones_job, labels_job
    from synthcode.pipelines.commands.scoring.evaluate_published import published_job, published_tasks
    from synthcode.pipelines.commands.scoring.evaluate_retrieval import retrieval_job

    retrieval = retrieval_tasks(request.given["tasks"])
    others = other_tasks(request.given["tasks"])
    if request.dataset is None and (published := published_tasks(request.given)):
        retrieval, others = (retrieval if others else None), published
    if retrieval is None:
        refuse_retrieval_options(request.given)
    number = len(others) + (retrieval is not None)
    jobs: list[Job] = []
    if retrieval is not None:
        jobs.append(retrieval_job(request.of(RETRIEVAL, number), retrieval))
    if others and retrieval is not None:
        request = replace(request, given=without_retrieval_options(request.given))
    for task in others:
        mine = request.of(task, number)
        if request.dataset is None:
            jobs.append(published_job(mine, task))
        else:
            jobs.append(labels_job(mine) if task == LABELS else clones_job(mine))
    return jobs


def _refuse_without_extra(encoder: str) -> None:
    """Find out, before anything is fetched or encoded, whether all is there that is needed in the end."""
    needed: tuple[str, ...] = ("safetensors", "threadpoolctl", "torch", "transformers")
    if encoder == "bm25":
        needed = ("bm25s",)
    elif encoder.startswith("static:"):
        needed = ("model2vec", "threadpoolctl")
    elif encoder.startswith(("hybrid:", "rerank:")):  # what its parts need is found out as they are opened
        needed = ()
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
