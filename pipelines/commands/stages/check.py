"""``synthcode check``: completions become translations, or are rejected with a reason."""

from __future__ import annotations

from collections.abc import Mapping
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
    "--compile/--no-compile",
    "compiled",
    default=None,
    help="Also check programs that parse with the installed compilers and parsers, in a sandbox. Default: no.",
)
@shard_option("Judge the I-th of N shards: the completions of its seeds. Default: what RUN is for.")
@sandbox_option
@executor_options
@force_option
def check(run: Path, compiled: bool | None, shard: str | None, executor: Mapping[str, Any], force: bool) -> None:
    """Extract the code from every completion and keep programs that pass the syntax gate.

    With --compile, installed compilers (javac, gcc, g++, go, rustc, mcs, tsc) compile what passed, and node --check,
    php -l and ruby -c parse it; no program is run. A program reaches the level 'compiled' if all its names and types
    are resolved, and 'checked' if it was only parsed. Unresolved names are not errors, as a translation is a fragment.

    \b
    Examples:
      synthcode check runs/mbxp
      synthcode check runs/mbxp --compile
    """
    from synthcode.pipelines.runs.step import run_if_stale
    from synthcode.pipelines.steps.check.step import check_step

    with working_on(existing_run(run), {**executor, "check.compile": compiled, "shard": shard}) as opened:
        run_if_stale(opened, check_step(), force=force)
