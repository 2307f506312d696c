"""``synthcode verify``: translations are run with tests, in the sandbox."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from synthcode.pipelines.commands.options import (
    executor_options,
    existing_run,
    force_option,
    run_argument,
    sandbox_option,
    shard_option,
    working_on,
)


@click.command()
@run_argument
@click.option(
    "--more-inputs", type=click.IntRange(0, 1000), metavar="N", help="Further inputs for each seed. Default: 20."
)
@click.option(
    "--strict/--no-strict",
    default=None,
    help="Also reject translations that differ from the seed's solution on a further input. Default: only record it.",
)
@click.option("--languages", metavar="LIST", help="Verify translations into these only: java,go. Default: all.")
@click.option(
    "--verify-cache",
    type=click.Path(dir_okay=False),
    metavar="FILE",
    help="A file of verdicts that runs share: nothing in it is run again.",
)
@shard_option("Run all accepted translations of the I-th of N shards, before any 'dedup'. Default: what RUN is for.")
@sandbox_option
@executor_options
@force_option
def verify(run: Path, languages: str | None, verify_cache: str | None, force: bool, **given: Any) -> None:
    """Run the translations that are left after 'dedup' with tests, in a sandbox.

    Tests are the seed's own for that language, the calls in its Python test, and calls on further inputs, whose
    results the seed's solution gives. A program that passes no test is compiled. A program that fails the seed's
    tests is kept out of the dataset; one that cannot be tested keeps its level. How many further inputs it passes
    is recorded, and decides only with --strict. Runs 'check' and 'dedup' first where they are not up
    to date; afterwards 'build' uses what was found.

    \b
    Examples:
      synthcode verify runs/mbxp
      synthcode verify runs/mbxp --more-inputs 50 --languages java,go --verify-cache ~/.cache/verdicts.sqlite
    """
    from synthcode.pipelines.runs.step import run_if_stale
    from synthcode.pipelines.steps.registry import run_stages
    from synthcode.pipelines.steps.repair.step import repair_if_changed
    from synthcode.pipelines.steps.verify.step import verify_step

    overrides = _overrides(existing_run(run), languages, verify_cache, given)
    with working_on(run, overrides) as opened:
        run_stages(opened, ("check",))
        repair_if_changed(opened)
        if opened.recipe.shard is None:
            run_stages(opened, ("dedup",))
        run_if_stale(opened, verify_step(is_shard=opened.recipe.shard is not None), force=force)


def _overrides(run: Path, languages: str | None, cache: str | None, given: dict[str, Any]) -> dict[str, Any]:
    """Return what the options say; the command itself requests the stage."""
    from synthcode.languages import parse_languages
    from synthcode.pipelines.runs.run import read_run_recipe
    from synthcode.storage.layout import RunFolder

    asked = {} if read_run_recipe(RunFolder(run)).verify is not None else {"verify": True}
    return asked | {
        "verify.more_inputs": given["more_inputs"],
        "verify.strict": given["strict"],
        "verify.languages": [one.name for one in parse_languages(languages)] if languages else None,
        "verify.cache": str(Path(cache).expanduser().resolve()) if cache else None,
        "shard": given["shard"],
        **given["executor"],
    }
