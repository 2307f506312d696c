"""``synthcode check``: completions become translations, or are rejected with a reason."""

from __future__ import annotations

from pathlib import Path

import click

from synthcode.pipelines.commands.options import (
    existing_run,
    force_option,
    run_argument,
    sandbox_option,
    workers_option,
    working_on,
)


@click.command()
@run_argument
@click.option(
    "--compile/--no-compile",
    "compiled",
    default=None,
    help="Hand what parses to the compilers of this machine as well, in a sandbox. Default: no.",
)
@sandbox_option
@workers_option
@force_option
def check(run: Path, compiled: bool | None, workers: int | None, force: bool) -> None:
    """Take the code out of every completion and keep what passes the syntax gate.

    With --compile, javac, gcc, g++, node, php, ruby, gofmt and rustc, as far as they are there, look at
    what passed; nothing is run. What they cannot know of a fragment, such as names, counts for nothing.

    \b
    Examples:
      synthcode check runs/mbxp
      synthcode check runs/mbxp --compile
    """
    from synthcode.pipelines.runs.step import run_if_stale
    from synthcode.pipelines.steps.check import check_step

    with working_on(existing_run(run), {"workers": workers, "check.compile": compiled}) as opened:
        run_if_stale(opened, check_step(), force=force)
