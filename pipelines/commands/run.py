"""``synthcode run``: every stage of a recipe, resuming by itself."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from synthcode.pipelines.commands.options import (
    max_failed_option,
    no_model_check_option,
    repair_budget_option,
    repair_option,
    retry_failed_option,
    sandbox_option,
    settings,
    shard_option,
    workers_option,
    working_on,
)

if TYPE_CHECKING:
    from synthcode.pipelines.runs.run import Run
    from synthcode.pipelines.shards.running import Through
    from synthcode.pipelines.steps.translate.cost_estimate import CostEstimate


@click.command()
@click.argument("recipe", metavar="RECIPE")
@click.option("--out", metavar="RUN", type=click.Path(path_type=Path, file_okay=False), help="The run directory.")
@click.option(
    "--dry-run", is_flag=True, help="Print the requests that RUN still lacks, their tokens, cost and time, and stop."
)
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
@workers_option
@click.option("--force", is_flag=True, help="Do every stage again; finished translations are not requested again.")
def run(
    recipe: str,
    out: Path | None,
    dry_run: bool,
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
        with (
            tempfile.TemporaryDirectory(prefix="synthcode-") as scratch,
            working_on(Path(scratch), {}, loaded) as opened,
        ):
            _print_plan(opened, out)
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
        "workers": given["workers"],
    }
    overrides = {key: value for key, value in named.items() if value is not None}
    if given["base_urls"]:
        overrides["backend.name"] = "openai"
    return overrides | settings(assigned, "--set")


def _print_plan(run: Run, out: Path | None) -> None:
    """Print what would be requested; what the run directory ``out`` has already is not counted again."""
    from synthcode.pipelines.steps.registry import run_stages
    from synthcode.pipelines.steps.translate.cost_estimate import estimate_cost
    from synthcode.storage.layout import RunFolder

    run_stages(run, ["seeds", "dedup_seeds"])
    earlier = RunFolder(out) if out is not None and RunFolder(out).is_run else None
    planned = estimate_cost(run, earlier)
    duplicates = run.manifest.stages["dedup_seeds"].counts["seed_duplicates"]
    click.echo(f"seeds              {run.manifest.stages['seeds'].counts['seeds']:,} ({duplicates:,} duplicates)")
    known = f" ({planned.known:,} more are known: {out})" if earlier else ""
    click.echo(f"requests           {planned.requests.total():,}{known}")
    for language, count in sorted(planned.requests.items()):
        click.echo(f"  {language:<16} {count:,}")
    if run.recipe.repair.rounds:
        click.echo("repairs            not included: how many there will be depends on the answers")
    for line in _spending(planned):
        click.echo(line)


def _spending(planned: CostEstimate) -> Iterator[str]:
    """Yield lines on tokens, price and time."""
    yield f"prompt tokens      about {planned.prompt_tokens:,}"
    most, mean = planned.most_completion_tokens, planned.completion_tokens
    expected = "" if mean is None else f", about {mean:,} at the mean length so far"
    yield f"completion tokens  {'as many as the server allows' if most is None else f'at most {most:,}'}{expected}"
    prices = [f"about {planned.cost:,.2f}"] if planned.cost is not None else []
    prices += [f"at most {planned.most_cost:,.2f}"] if planned.most_cost is not None else []
    if prices:
        yield f"cost               {', '.join(prices)}"
    if planned.seconds is not None:
        yield f"time               about {_duration(planned.seconds)} at the pace of the last translating"


def _duration(seconds: float) -> str:
    for unit, length in (("hours", 3600), ("minutes", 60)):
        if seconds >= length:
            return f"{seconds / length:,.1f} {unit}"
    return f"{seconds:,.0f} seconds"


def _say_what_next(out: Path, name: str) -> None:
    from synthcode.pipelines.commands.status import print_funnel
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
