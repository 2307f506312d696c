"""Options and arguments that several commands share, and the frame around a command that works on a run."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

import click

from synthcode.errors import InputError

if TYPE_CHECKING:
    from synthcode.pipelines.runs.recipe import Recipe
    from synthcode.pipelines.runs.run import Run

Command = TypeVar("Command", bound=Callable[..., Any])

run_argument = click.argument("run", metavar="RUN", type=click.Path(path_type=Path, file_okay=False))
force_option = click.option("--force", is_flag=True, help="Run the stage again even if nothing has changed.")
max_failed_option = click.option(
    "--max-failed",
    type=click.FloatRange(0, 1),
    metavar="SHARE",
    help="Fail if more than this share of the requests failed. Default: 0.2.",
)
retry_failed_option = click.option("--retry-failed", is_flag=True, help="Also repeat requests that failed for good.")
no_model_check_option = click.option(
    "--no-model-check", is_flag=True, help="Send requests though the server does not list the model."
)
repair_option = click.option(
    "--repair",
    type=click.IntRange(0),
    metavar="N",
    help="Request failed translations again with their error, in N rounds at most. Default: 0.",
)
repair_budget_option = click.option(
    "--repair-budget", type=click.IntRange(1), metavar="TOKENS", help="Tokens that all repairs together may take."
)


def _read_shard(context: click.Context, _option: click.Parameter, text: str | None) -> str | None:
    """Return a shard as recipes write it: 03/08 is 3/8."""
    if text is None or context.resilient_parsing:
        return None
    from synthcode.llm.seed_shard import SeedShard

    return str(SeedShard.parse(text))


def shard_option(what: str) -> Callable[[Command], Command]:
    """Return the option ``--shard`` of a command that does ``what``."""
    return click.option("--shard", metavar="I/N", callback=_read_shard, help=what)


workers_option = click.option(
    "--workers", type=click.IntRange(1), metavar="N", help="Worker processes. Default: one per core."
)


def executor_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--workers`` and ``--executor``; the command gets both as ``executor``: a recipe's keys and their values."""

    @functools.wraps(command)
    def with_keys(*args: Any, workers: int | None, executor: str | None, **given: Any) -> Any:
        return command(*args, executor={"workers": workers, "executor.name": executor}, **given)

    return workers_option(
        click.option(
            "--executor",
            metavar="NAME[:ADDRESS]",
            help="Where the work of stages runs: processes of this machine (the default), or ray, a cluster's nodes.",
        )(with_keys)
    )


def _choose_sandbox(context: click.Context, _option: click.Parameter, name: str | None) -> None:
    """Set the environment variable that names the sandbox, which worker processes inherit, until the command ends."""
    if name is None or context.resilient_parsing:
        return
    from synthcode.plugins import SANDBOXES
    from synthcode.verification.sandboxes.sandbox import VARIABLE

    SANDBOXES.find(name)
    before = os.environ.get(VARIABLE)
    os.environ[VARIABLE] = name
    context.call_on_close(lambda: os.environ.pop(VARIABLE) if before is None else os.environ.update({VARIABLE: before}))


sandbox_option = click.option(
    "--sandbox",
    metavar="NAME",
    expose_value=False,
    callback=_choose_sandbox,
    help="Where programs are compiled. Default: SYNTHCODE_SANDBOX, else bubblewrap.",
)


def existing_run(path: Path) -> Path:
    """Return a run directory that is there.

    Raises
    ------
    InputError
        If it does not exist, or is not a run directory.
    """
    from synthcode.storage.layout import RunFolder

    folder = RunFolder(path)
    if not folder.is_run:
        what = "is not a run directory" if path.exists() else "does not exist"
        missing = f": it has no {folder.manifest.name} of a run" if folder.recipe.is_file() else ""
        holder = next((parent for parent in path.absolute().parents if RunFolder(parent).is_run), None)
        start = "start one with 'synthcode run quickstart --out RUN' or 'synthcode seeds RUN'"
        raise InputError(
            f"{path} {what}{missing}", start if holder is None else f"name the run that it is in: {holder}"
        )
    return path


@contextmanager
def working_on(
    path: Path,
    overrides: Mapping[str, Any],
    recipe: Recipe | None = None,
    named_urls: Sequence[str] = (),
    assigned: Mapping[str, Any] = MappingProxyType({}),
    passing: Collection[str] = (),
) -> Iterator[Run]:
    """Hold a run directory, with its recipe brought up to date from the command line, until the block is left.

    Parameters
    ----------
    path
        The run directory.
    overrides
        ``section.key`` -> value. None, as options that were not given come, leaves the recipe's value.
    recipe
        Replaces the run's recipe.
    named_urls
        Model servers that the user named on the command line.
    assigned
        The same as ``overrides``, as --set gives them: None is a value.
    passing
        Keys whose values count for this command only; the run's recipe keeps what it has.

    Raises
    ------
    InputError
        If the folder holds anything and is not a run directory, or is the run of another shard than ``overrides`` name.
    Interrupted
        If a stop was requested, even if all was finished: a script that runs several commands stops, too.
    """
    from synthcode.pipelines.commands.terminal import TerminalReporter
    from synthcode.pipelines.runs.begun_runs import hold_run
    from synthcode.pipelines.runs.interrupt import watch_for_stop
    from synthcode.pipelines.runs.run import open_run
    from synthcode.pipelines.runs.run_directories import refuse_foreign
    from synthcode.pipelines.shards.place import refuse_other_shard

    given = {**{key: value for key, value in overrides.items() if value is not None}, **assigned}
    refuse_foreign(path)
    reporter = TerminalReporter()
    with hold_run(path), watch_for_stop(reporter.message) as stop:
        if "shard" in given:
            refuse_other_shard(path, given["shard"])
        yield open_run(path, stop, given, recipe, named_urls, reporter, passing)
        stop.raise_if_set()  # the last stage may have ended before it looked


@contextmanager
def reading(path: Path) -> Iterator[Run]:
    """Hold a run directory until the block is left, and change nothing in it: it may be on a read-only file system.

    Raises
    ------
    InputError
        If its recipe is damaged, or missing.
    LockedError
        If another command works on it.
    Interrupted
        If a stop was requested.
    """
    from synthcode.pipelines.commands.terminal import TerminalReporter
    from synthcode.pipelines.runs.interrupt import watch_for_stop
    from synthcode.pipelines.runs.run import read_run
    from synthcode.storage.lock import hold_for_reading

    reporter = TerminalReporter()
    with hold_for_reading(path), watch_for_stop(reporter.message) as stop:
        yield read_run(path, stop, reporter)
        stop.raise_if_set()


def assignments(pairs: tuple[str, ...], option: str) -> dict[str, str]:
    """Return ``NAME=VALUE`` arguments as a dict.

    Raises
    ------
    InputError
        If one has no ``=``, or is not UTF-8.
    """
    for pair in pairs:
        if any("\ud800" <= character <= "\udfff" for character in pair):
            raise InputError(f"{option} {pair!r} is not UTF-8", "write the argument in UTF-8: it is kept in the recipe")
        if "=" not in pair:
            raise InputError(f"{option} {pair!r} has no '='", f"write it as {option} NAME=VALUE")
    return dict(pair.split("=", 1) for pair in pairs)


def settings_of(sections: Sequence[str], pairs: tuple[str, ...], option: str) -> dict[str, Any]:
    """Return ``SECTION.KEY=VALUE`` arguments as :func:`settings` does, for a command that these sections concern.

    Raises
    ------
    InputError
        If a key is of another section.
    """
    found = settings(pairs, option)
    for key in found:
        if key.partition(".")[0] not in sections:
            allowed = ", ".join(f"{section}." for section in sections)
            raise InputError(
                f"{option} {key} is not a setting of this command", f"it takes keys that begin with {allowed}"
            )
    return found


def settings(pairs: tuple[str, ...], option: str) -> dict[str, Any]:
    """Return ``NAME=VALUE`` arguments as a dict, each value read as YAML: ``3``, ``true``, ``[a, b]``.

    Raises
    ------
    InputError
        If one has no ``=``, or a value is not YAML.
    """
    from synthcode.bounded.trees import NotYamlError, parse_yaml

    values = {}
    for name, value in assignments(pairs, option).items():
        try:
            values[name] = parse_yaml(value)
        except NotYamlError as problem:
            raise InputError(
                f"{option} {name}: the value is not YAML: {problem}", f"write it as {option} {name}=VALUE"
            ) from problem
    return values


def json_object(text: str | None, option: str) -> dict[str, Any] | None:
    """Return an option's JSON object; None if the option was not given.

    Raises
    ------
    InputError
        If it is not one.
    """
    if text is None:
        return None
    import orjson

    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError as problem:
        raise InputError(f"{option} is not JSON: {problem}", f"write it as {option} '{{\"name\": 1}}'") from problem
    if not isinstance(value, dict):
        raise InputError(f"{option} is not a JSON object", f"write it as {option} '{{\"name\": 1}}'")
    return value
