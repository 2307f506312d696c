"""``synthcode run``: every stage of a recipe, resuming by itself."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from synthcode.pipelines.commands.options import (
    executor_options,
    max_failed_option,
    no_model_check_option,
    repair_budget_option,
    repair_option,
    retry_failed_option,
    sandbox_option,
    settings,
    shard_option,
    working_on,
)
from synthcode.pipelines.commands.whole_runs.printed_plan import tokens_per_second_option

if TYPE_CHECKING:
    from synthcode.pipelines.runs.recipe import Recipe
    from synthcode.pipelines.shards.running import Through


@click.command()
@click.argument("recipe", metavar="RECIPE")
@click.option("--out", metavar="RUN", type=click.Path(path_type=Path, file_okay=False), help="The run directory.")
@click.option(
    "--dry-run",
    is_flag=True,
    help="Print the requests that RUN still lacks, or all shards, their tokens, cost and time; and stop.",
)
@tokens_per_second_option
@shard_option("Request the translations of the I-th of N shards of the seeds, and stop.")
@click.option(
    "--publish-to",
    metavar="FOLDER",
    help="With --shard: continue from, and publish to, a folder that all machines share, or s3://bucket/folder.",
)
@click.option(
    "--through",
    type=click.Choice(("translate", "check", "verify")),
    help="With --shard: the last stage that this machine does. Default: translate, with repairs if there are any.",
)
@click.option("--limit", type=click.IntRange(1), metavar="N", help="Read the first N rows only.")
@click.option(
    "--base-url", "base_urls", multiple=True, metavar="URL", help="The model server, up to /v1. Repeat for replicas."
)
@click.option("--model", metavar="M", help="The model's name as the server knows it.")
@click.option("--targets", metavar="LIST", help="Languages to translate into: java,go,rust.")
@click.option("--prompt", metavar="P", help="A bundled prompt, or a folder of templates.")
@click.option("--temperature", type=float, metavar="T", help="Sampling temperature.")
@click.option("--concurrency", type=int, metavar="N", help="Requests in flight at most.")
@click.option(
    "--set", "assigned", multiple=True, metavar="KEY=VALUE", help="Any value of the recipe: translate.samples=3."
)
@repair_option
@repair_budget_option
@no_model_check_option
@retry_failed_option
@max_failed_option
@sandbox_option
@executor_options
@click.option("--force", is_flag=True, help="Do every stage again; finished translations are not requested again.")
def run(
    recipe: str,
    out: Path | None,
    dry_run: bool,
    tokens_per_second: float | None,
    publish_to: str | None,
    through: Through | None,
    assigned: tuple[str, ...],
    force: bool,
    **given: Any,
) -> None:
    """Run all stages of RECIPE: a YAML file, or the name of a bundled one.

    Stages that are up to date are skipped; a run that was stopped or killed continues where it was.
    If nothing is translated or accepted, or more than --max-failed of the requests fail, it stops there with exit
    code 1: what was finished is stored, and the same command goes on.

    \b
    Examples:
      synthcode run quickstart --out runs/quickstart
      synthcode run recipe.yaml --out runs/mine --base-url http://localhost:8000/v1 --model NAME
      synthcode run recipe.yaml --dry-run
      synthcode run recipe.yaml --out /tmp/shard-3 --shard 3/8 --publish-to shared/mine
      synthcode run recipe.yaml --shard 1/8 --dry-run --tokens-per-second 2500
    """
    from synthcode.pipelines.runs.recipe import load_recipe, override, require_sections
    from synthcode.pipelines.shards.place import refuse_other_shard
    from synthcode.pipelines.shards.published import refuse_unfinished
    from synthcode.pipelines.shards.running import is_done, run_shard
    from synthcode.pipelines.steps.registry import run_stages

    overrides = _overrides(assigned, given)
    named_urls = overrides.get("backend.base_urls", ())
    loaded = load_recipe(recipe, overrides)
    require_sections(loaded, f"recipe {recipe!r}")
    if through == "verify" and loaded.verify is None:
        loaded = override(loaded, {"verify": True})
    if dry_run:
        _dry_run(loaded, out, publish_to, tokens_per_second)
        return
    if out is None:
        raise click.UsageError("missing option '--out': where the run directory goes", click.get_current_context())
    if publish_to is not None and loaded.shard is None:
        raise click.UsageError("'--publish-to' needs '--shard'", click.get_current_context())
    if through is not None and loaded.shard is None:
        raise click.UsageError("'--through' needs '--shard'", click.get_current_context())
    refuse_unfinished(loaded)
    refuse_other_shard(out, loaded.shard)
    if is_done(loaded, publish_to):
        click.echo(f"shard {loaded.shard} is finished: {publish_to}; 'merge' does what is left", err=True)
        return
    with working_on(out, {}, loaded, named_urls) as opened:
        if loaded.shard is not None:
            run_shard(opened, publish_to, through or "translate", force=force)
            return
        run_stages(opened, force=force)
    _say_what_next(out, recipe)


def _dry_run(recipe: Recipe, out: Path | None, publish_to: str | None, tokens_per_second: float | None) -> None:
    """Print what would be requested, of all shards if the recipe is that of one."""
    from synthcode.pipelines.commands.whole_runs.printed_plan import print_plan, print_shard_plan
    from synthcode.pipelines.shards.place import shard_of
    from synthcode.pipelines.shards.published import finished_shards

    shard = shard_of(recipe)
    finished = finished_shards(publish_to, recipe, shard.count) if publish_to and shard else ()
    with (
        tempfile.TemporaryDirectory(prefix="synthcode-") as scratch,
        working_on(Path(scratch), {}, replace(recipe, shard=None)) as opened,
    ):
        if shard is None:
            print_plan(opened, out)
            return
        rate = tokens_per_second
        print_shard_plan(opened, shard.count, out, finished=finished, tokens_per_second=rate, number=shard.number)


def _overrides(assigned: tuple[str, ...], given: Mapping[str, Any]) -> dict[str, Any]:
    from synthcode.languages import parse_languages

    targets = given["targets"]
    named = {
        "seeds.limit": given["limit"],
        "backend.base_urls": list(given["base_urls"]) or None,
        "backend.model_check": False if given["no_model_check"] else None,
        "translate.model": given["model"],
        "translate.targets": [language.name for language in parse_languages(targets)] if targets else None,
        "translate.prompt": given["prompt"],
        "shard": given["shard"],
        "translate.sampling.temperature": given["temperature"],
        "repair.rounds": given["repair"],
        "repair.budget": given["repair_budget"],
        "execution.concurrency": given["concurrency"],
        "backend.retry_failed": given["retry_failed"] or None,
        "backend.max_failed": given["max_failed"],
        **given["executor"],
    }
    overrides = {key: value for key, value in named.items() if value is not None}
    if given["base_urls"]:
        overrides["backend.name"] = "openai"
    return overrides | settings(assigned, "--set")


def _say_what_next(out: Path, name: str) -> None:
    from synthcode.pipelines.commands.inspection.status import print_funnel
    from synthcode.pipelines.runs.recipe import RECIPES, recipe_path
    from synthcode.pipelines.tables.funnel import funnel
    from synthcode.storage.layout import RunFolder

    folder = RunFolder(out)
    print_funnel(funnel(folder), folder)
    click.echo(f"\nThe dataset is in {folder.dataset}:")
    click.echo(f'  datasets.load_dataset("{folder.dataset}", "triplets")')
    click.echo(f"  synthcode show {out}                   rows side by side")
    if recipe_path(name).is_relative_to(RECIPES):
        click.echo("\nWith your own seeds and your own model server:")
        click.echo("  synthcode seeds RUN --from table --path tasks.jsonl --column text=description --language python")
        click.echo("  synthcode dedup RUN")
        click.echo("  synthcode translate RUN --base-url http://localhost:8000/v1 --model NAME --targets java,go,rust")
        click.echo("  synthcode build RUN")
