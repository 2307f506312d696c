"""The command line: finds the command, and turns whatever goes wrong into two lines and an exit code."""

from __future__ import annotations

import errno
import os
import sys
import traceback
from importlib import import_module
from typing import Any, NamedTuple, NoReturn

import click

from synthcode import __version__
from synthcode.errors import InputError, Interrupted, SynthcodeError, WaitingForResults, did_you_mean
from synthcode.pipelines.runs.interrupt import exit_code, stop_at_once
from synthcode.process_environment import prepare
from synthcode.redacted_streams import redacted_streams
from synthcode.redaction import register_credentials
from synthcode.sanitize import visible_line


class Listed(NamedTuple):
    """A command as the listing has it."""

    folder: str
    """Its folder in ``pipelines/commands``."""
    line: str


COMMANDS = {
    "init": Listed("setup", "A recipe to start from, with every key explained."),
    "run": Listed("whole_runs", "All stages of a recipe, from seeds to dataset."),
    "merge": Listed("whole_runs", "The answers of shards from several machines as one run."),
    "slurm": Listed("whole_runs", "A recipe on a Slurm cluster: shards, then one dataset."),
    "seeds": Listed("stages", "Read seeds: texts with a solution each."),
    "translate": Listed("stages", "Request every missing translation from a model."),
    "serve": Listed("setup", "Start vLLM's server for a model, and stop it afterwards."),
    "check": Listed("stages", "Extract the code from completions and check its syntax."),
    "dedup": Listed("stages", "Find exact and near-duplicates."),
    "verify": Listed("stages", "Run translations with tests, in the sandbox."),
    "queries": Listed("stages", "Have a model write texts anew, as queries of several styles."),
    "build": Listed("stages", "Build the dataset: pairs, variants, splits, card."),
    "publish": Listed("publishing", "Publish the dataset on the Hub, in a folder or in an object store."),
    "status": Listed("inspection", "The outcome of every row, as a table or JSON."),
    "show": Listed("inspection", "Seeds and translations side by side."),
    "report": Listed("inspection", "One HTML page that shows a run."),
    "export": Listed("publishing", "The dataset in the layouts of other tools."),
    "evaluate": Listed("scoring", "Score an encoder, at every exit, on every pair of languages."),
    "train": Listed("training", "Train an encoder with several exits on a dataset."),
    "cut": Listed("training", "One exit of a trained model, as a model of its own."),
    "compare": Listed("scoring", "Test whether two encoders, or the exits of one, differ."),
    "leaderboard": Listed("scoring", "Many results in one table: ranks, intervals, costs."),
    "languages": Listed("setup", "The languages, as commands and prompts name them."),
    "doctor": Listed("setup", "Installed and missing tools of this machine."),
}
"""Command -> its folder and its line in the listing. A command's module is imported when it is called."""

_MAX_PROBLEM_CHARS = 500
EXIT_FAILED, EXIT_USAGE, EXIT_WAITING = 1, 2, 3


class LazyGroup(click.Group):
    """A group that imports a command's module when the command is called, and no earlier."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands in the order in which they are used."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command."""
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"synthcode.pipelines.commands.{COMMANDS[cmd_name].folder}.{cmd_name}")
        command: click.Command = getattr(module, cmd_name)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that the arguments name; refuse to end with it as if it were done.

        Raises
        ------
        InputError
            If it calls ``sys.exit()``. No code of ours does, but a user's module or a plug-in may.
        """
        try:
            return super().invoke(ctx)
        except SystemExit as leaving:
            if isinstance(leaving.__context__, BrokenPipeError):  # Rich ends so once the output has no reader
                raise
            raise InputError(
                f"a module or plug-in that the command called ends the program: sys.exit({leaving.code!r})",
                "take the call of sys.exit() out of it; run with --debug to see where",
            ) from leaving

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that the arguments name, or say which one was meant."""
        if args and not args[0].startswith("-") and args[0] not in COMMANDS:
            raise click.UsageError(f"no such command {args[0]!r}{did_you_mean(args[0], COMMANDS)}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, listed.line) for name, listed in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, package_name="synthcode")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
@click.pass_context
def cli(ctx: click.Context, debug: bool) -> None:
    """Turn any text-to-code benchmark into a cross-language code-to-code retrieval benchmark.

    \b
    Examples:
      synthcode run quickstart --out runs/quickstart
      synthcode status runs/quickstart
    """
    ctx.obj = {"debug": debug}


def main() -> None:
    """Run the command line and exit.

    The status is 0 done, 1 refused or failed, 2 wrong usage, 3 waiting for results, 130 interrupted, 143 terminated.
    """
    try:
        with stop_at_once():
            code = run_cli(sys.argv[1:])
    except KeyboardInterrupt:  # before or after the command itself
        code = exit_code()
    if "LOCAL_RANK" in os.environ:  # as torchrun and accelerate launch set it
        _leave_at_once(code)
    sys.exit(code)


def _leave_at_once(code: int) -> NoReturn:
    """Exit as one of several processes that train: where gloo and Python end together, each may wait for the other."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def run_cli(arguments: list[str]) -> int:
    """Run a command; return its exit code. Errors go to stderr, in two lines: what is wrong, what to do.

    No secret is printed, be it in a traceback or by a library.
    """
    prepare()
    for argument in arguments:
        register_credentials(argument)
    with redacted_streams():
        return _run(arguments)


def _run(arguments: list[str]) -> int:
    try:
        _refuse_empty(arguments)
        cli.main(arguments, prog_name="synthcode", standalone_mode=False)
    except click.exceptions.Exit as leaving:
        return leaving.exit_code
    except click.exceptions.NoArgsIsHelpError as problem:
        click.echo(problem.format_message())
        return EXIT_USAGE
    except click.UsageError as problem:
        command = problem.ctx.command_path if problem.ctx else "synthcode"
        _tell(problem.format_message(), f"see '{command} --help'")
        return EXIT_USAGE
    except (Interrupted, KeyboardInterrupt, click.Abort):
        click.echo("stopped; everything that was finished is stored\nrun the same command again to go on", err=True)
        return exit_code()
    except WaitingForResults as waiting:
        _tell(waiting.problem, waiting.fix, head="waiting")
        return EXIT_WAITING
    except Exception as problem:
        if "--debug" in arguments:
            traceback.print_exc()
            return EXIT_FAILED
        _tell(*_two_lines(problem))
        return EXIT_FAILED
    return 0


def _refuse_empty(arguments: list[str]) -> None:
    """Refuse an empty argument: it would count as one that was not given, or as the folder that the user is in."""
    for place, argument in enumerate(arguments):
        name, sign, value = argument.partition("=")
        if not argument and place and arguments[place - 1].startswith("-"):
            name, sign = arguments[place - 1], "="
        if not argument or (name.startswith("--") and sign and not value):
            what = f"the value of {name}" if name else f"argument {place + 1}"
            raise click.UsageError(f"{what} is empty; is it a variable of the shell that is not set?")


def _two_lines(problem: Exception) -> tuple[str, str]:
    """Return what is wrong and what to do."""
    if isinstance(problem, SynthcodeError):
        return problem.problem, problem.fix
    if isinstance(problem, MemoryError):
        return "out of memory", "give the command fewer --workers, or a machine with more memory"
    if isinstance(problem, BrokenPipeError):
        return "the reader of the output went away", "nothing to fix: what was stored is complete"
    if getattr(problem, "errno", None) in (errno.ENOSPC, errno.EDQUOT) or "No space left" in str(problem):
        return f"the disk is full: {_words(problem)}", "make room, then run the same command again: it goes on"
    if getattr(problem, "errno", None) == errno.EROFS:
        return _words(
            problem
        ), "name a folder elsewhere with --out, if the command has it, or work on a copy of the folder"
    if isinstance(problem, OSError):
        return _words(problem), "check that the path is right and that you may read and write it"
    if isinstance(problem, UnicodeError):
        return f"text that is not UTF-8: {_words(problem)}", "write arguments, names and files in UTF-8"
    from synthcode.plugins import raised_by

    what = f"unexpected {type(problem).__name__}: {_words(problem)}"
    if (plugin := raised_by(problem)) is not None:
        what = f"the plug-in {plugin.origin} failed: {type(problem).__name__}: {_words(problem)}"
        fix = f"tell the authors of {plugin.distribution}; run with --debug to see where"
        return what[:_MAX_PROBLEM_CHARS], fix
    return what[:_MAX_PROBLEM_CHARS], "this is a bug; run with --debug to see where"


def _words(problem: Exception) -> str:
    return str(problem) or type(problem).__name__


def _tell(problem: str, fix: str, head: str = "error") -> None:
    # Both may name what is in a dataset or a checkpoint: nothing of it moves a cursor.
    lines = (visible_line(line) for line in (f"{head}: {problem}", fix))
    click.echo("\n".join(lines), err=True)
