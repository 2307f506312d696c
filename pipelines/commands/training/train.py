"""``synthcode train``: an encoder with several exits, trained on a dataset."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from synthcode.errors import shell_word
from synthcode.vocabulary import TRAINING_TASKS, VARIANTS

if TYPE_CHECKING:
    from synthcode.evaluation.training.settings import TrainingSettings


@click.command()
@click.argument("dataset", metavar="DATASET", type=click.Path(path_type=Path))
@click.option("--out", required=True, metavar="MODEL", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--task",
    type=click.Choice(TRAINING_TASKS),
    help="retrieval trains vectors. clones and classification train a head at every exit. Default: retrieval.",
)
@click.option(
    "--from",
    "original",
    metavar="NAME",
    help="DATASET is a published benchmark of clones or classification: bigclonebench, devign, table.",
)
@click.option("--column", "columns", multiple=True, metavar="OURS=THEIRS", help="A column of --from: code=func.")
@click.option("--recipe", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False), help="Settings as YAML.")
@click.option("--base", metavar="SPEC", help="The encoder to begin with: st:NAME, mose:NAME.")
@click.option("--exits", metavar="1,2,4", help="Blocks after which an embedding is trained. Default: all of up to 12.")
@click.option("--single-exit", type=click.IntRange(1), metavar="K", help="A baseline: only the first K blocks.")
@click.option("--projection/--no-projection", default=None, help="A linear projection after each exit. Default: none.")
@click.option(
    "--pair-heads",
    type=click.Choice(("compare", "token")),
    help="Heads of clones read the class token and compare both programs' means, or read the token only."
    " Default: compare.",
)
@click.option("--layers", type=click.IntRange(1), metavar="N", help="Blocks of a new MoSE encoder, instead of --base.")
@click.option("--hidden", type=click.IntRange(8), metavar="N", help="Width of a new encoder. Default: 256.")
@click.option("--steps", type=click.IntRange(1), metavar="N", help="Batches to train on. Default: 200.")
@click.option("--batch-size", type=click.IntRange(2), metavar="N", help="Pairs, or programs, a batch. Default: 64.")
@click.option(
    "--chunk-size",
    type=click.IntRange(1),
    metavar="N",
    help="Pairs in memory at a time; gradients are those of the whole batch.",
)
@click.option("--learning-rate", type=click.FloatRange(0, min_open=True), metavar="X", help="Default: 1e-4.")
@click.option("--max-tokens", type=click.IntRange(8), metavar="N", help="Longest input while training. Default: 256.")
@click.option("--temperature", type=click.FloatRange(0, min_open=True), metavar="X", help="Default: 0.05.")
@click.option(
    "--distillation",
    type=click.FloatRange(0),
    metavar="X",
    help="Weight of the divergence of each exit's similarities from the deepest exit's. Default: 0.",
)
@click.option("--dims", metavar="64,128", help="Also train the first so many dimensions of each vector.")
@click.option("--objective", metavar="NAME", help="contrastive, or the baseline adaptive_layer. Default: contrastive.")
@click.option("--variant", type=click.Choice(VARIANTS), help="How programs are shown. Default: stripped.")
@click.option("--hard-negatives", type=click.Choice(("none", "bm25", "failed")), help="Default: none.")
@click.option(
    "--holdout",
    multiple=True,
    metavar="DATASET|BENCHMARK",
    help="Leave out what a dataset, or a benchmark ([NAME=][ADAPTER:]PATH[@LANGUAGE]), holds, and its near-duplicates.",
)
@click.option(
    "--pretrain", type=click.IntRange(1), metavar="STEPS", help="Steps on masked programs before the training."
)
@click.option("--pretrain-task", metavar="NAME", help="in_context, next_sentence or none. Default: in_context.")
@click.option("--pretrain-data", multiple=True, metavar="RUN", help="Runs whose seeds name their repositories.")
@click.option("--dtype", type=click.Choice(("float32", "bfloat16")), help="Default: float32.")
@click.option("--gradient-checkpointing/--no-gradient-checkpointing", default=None, help="Less memory, more time.")
@click.option("--random-seed", type=int, metavar="N", help="Default: 0.")
@click.option("--keep", type=click.Choice(("best", "last")), help="The weights that become the model. Default: best.")
@click.option("--save-every", type=click.IntRange(1), metavar="STEPS", help="Default: 50.")
@click.option("--validate-every", type=click.IntRange(1), metavar="STEPS", help="Default: 50.")
@click.option("--dry-run", is_flag=True, help="Print steps, tokens, memory and time, and train nothing.")
@click.option("--force", is_flag=True, help="Remove a run that MODEL holds, and start anew.")
def train(dataset: Path, out: Path, recipe: Path | None, dry_run: bool, force: bool, **given: Any) -> None:
    """Train an encoder whose exits all give embeddings, or classify, on the train split of DATASET.

    DATASET is RUN/dataset, or any folder in that form. All exits are trained together by a contrastive loss, weighted
    by depth, on text-code and code-code pairs. The validation split is scored while training.

    --task clones trains a head at every exit that says whether two programs are clones, on the pairs of 'build
    --clones'. --task classification trains heads for the labels of a published benchmark (--from) or, of a dataset that
    'verify' has tested, for which translations fail their tests.

    A run that was stopped goes on with the same command, and ends with the same weights on the same machine. MODEL
    loads in sentence-transformers; MODEL/training holds settings, checkpoints and curves. Options win over --recipe.

    \b
    Examples:
      synthcode train runs/mine/dataset --base st:sentence-transformers/all-MiniLM-L6-v2 --out models/minilm-exits
      synthcode train runs/mine/dataset --layers 6 --hidden 256 --exits 2,4,6 --pretrain 1000 --out models/small
      synthcode evaluate runs/mine/dataset --encoder exits:models/minilm-exits
      synthcode train runs/mine/dataset --task clones --base st:NAME --exits 1,3,6 --out models/clones
      synthcode evaluate runs/mine/dataset --task clones --encoder classifier:models/clones
    """
    from synthcode.errors import InputError
    from synthcode.evaluation.training.runs.recipe import load_training_recipe
    from synthcode.extras import install_line

    try:
        settings = load_training_recipe(recipe, _overrides(given))
        if dry_run:
            _dry_run(dataset, settings)
        else:
            _train(dataset, out, settings, force=force)
    except ModuleNotFoundError as problem:
        raise InputError(
            f"training needs the package {problem.name!r}, which is not installed", install_line("train")
        ) from problem


def _overrides(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the options say, by the key of the recipe."""
    if given["single_exit"] is not None and given["exits"] is not None:
        raise click.UsageError("--single-exit is instead of --exits", click.get_current_context())
    exits = [given["single_exit"]] if given["single_exit"] is not None else _numbers(given["exits"], "--exits")
    projection = {True: "linear", False: "none"}.get(given["projection"])
    found = {
        "task": given["task"],
        "base": given["base"],
        "exits": exits,
        "heads": projection,
        "pair_heads": given["pair_heads"],
        "random_seed": given["random_seed"],
        "new.layers": given["layers"],
        "new.hidden": given["hidden"],
        "loss.dims": _numbers(given["dims"], "--dims"),
        "data.original": given["original"],
        "data.columns": list(given["columns"]) or None,
        "data.holdout": list(given["holdout"]) or None,
        "pretrain.steps": given["pretrain"],
        "pretrain.task": given["pretrain_task"],
        "pretrain.data": list(given["pretrain_data"]) or None,
        **{f"loss.{key}": given[key] for key in ("temperature", "distillation", "objective")},
        **{f"data.{key}": given[key] for key in ("variant", "hard_negatives")},
        **{
            f"optimiser.{key}": given[key]
            for key in (
                "steps",
                "batch_size",
                "chunk_size",
                "learning_rate",
                "max_tokens",
                "dtype",
                "gradient_checkpointing",
            )
        },
        **{f"run.{key}": given[key] for key in ("keep", "save_every", "validate_every")},
    }
    return {key: value for key, value in found.items() if value is not None}


def _numbers(listing: str | None, option: str) -> list[int] | None:
    from synthcode.errors import InputError

    if listing is None:
        return None
    words = [word.strip() for word in listing.split(",")]
    if not all(word.isdecimal() and int(word) for word in words):
        raise InputError(f"no numbers in {listing!r}", f"write {option} 1,2,4")
    return sorted({int(word) for word in words})


def _train(dataset: Path, out: Path, settings: TrainingSettings, *, force: bool) -> None:
    from synthcode.evaluation.training.processes import is_first
    from synthcode.evaluation.training.runs.progress import Callbacks
    from synthcode.evaluation.training.runs.session import total_steps, train_model
    from synthcode.pipelines.commands.terminal import TerminalReporter
    from synthcode.pipelines.runs.interrupt import watch_for_stop
    from synthcode.pipelines.runs.reporter import Reporter, SilentReporter

    reporter: Reporter = TerminalReporter() if is_first() else SilentReporter()
    with (
        watch_for_stop(reporter.message) as stop,
        stop.finishing(),
        reporter.progress("train", total_steps(settings)) as bar,
    ):
        callbacks = Callbacks(reporter.message, bar.advance, stop.is_set)
        outcome = train_model(dataset, out, settings, callbacks, force=force)
    if not is_first():
        return
    if outcome.was_finished:
        click.echo(f"train: {out} is finished, nothing to do (--force starts anew)")
        return
    score = f"synthcode evaluate {_scored(dataset, settings)} --encoder {shell_word(f'{_encoder(settings)}:{out}')}"
    click.echo(f"the model of step {outcome.step:,} is in {out}; score it: {score}")


def _scored(dataset: Path, settings: TrainingSettings) -> str:
    """Return the arguments of 'evaluate' that score what was trained."""
    task = "" if settings.task == "retrieval" else f" --task {settings.task}"
    if settings.data.original is None:
        return f"{shell_word(dataset)}{task}"
    columns = "".join(f" --column {column}" for column in settings.data.columns)
    return f"--from {settings.data.original} --path {shell_word(dataset)}{task}{columns}"


def _encoder(settings: TrainingSettings) -> str:
    """Return the kind of encoder that reads all exits of the model."""
    if settings.task != "retrieval":
        return "classifier"
    return "mose" if settings.base is None or settings.base.startswith("mose:") else "exits"


def _dry_run(dataset: Path, settings: TrainingSettings) -> None:
    from synthcode.evaluation.training.runs.costs.estimate import estimate

    for line in estimate(dataset, settings):
        click.echo(line)
