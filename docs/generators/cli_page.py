"""The command-line reference, from the commands themselves."""

from __future__ import annotations

import inspect
import re

import click

from docs.generators.markdown import page, table
from synthcode.pipelines.main import COMMANDS, cli

INTRODUCTION = """
# Command line

Every command answers `--help`. Data goes to stdout; progress, warnings and errors go to stderr. An error is two lines:
the problem, then the fix.

| exit code | meaning |
| --- | --- |
| 0 | done |
| 1 | refused or failed |
| 2 | wrong usage |
| 3 | waiting for the results of [batch files](../how-to/batch_files.md): neither done nor failed |
| 130 | interrupted (Ctrl-C) |
| 143 | terminated (SIGTERM) |
"""


def render() -> str:
    """Return the page: one section per command, in the order in which commands are used."""
    context = click.Context(cli, info_name="synthcode", **cli.context_settings)
    listing = table(("command", "does"), ((f"[`{name}`](#{name})", listed.line) for name, listed in COMMANDS.items()))
    shared = "`synthcode` itself takes these options, before the command:\n\n" + _options(cli, context)
    return page(INTRODUCTION, listing, shared, *(_section(name, context) for name in COMMANDS))


def _section(name: str, above: click.Context) -> str:
    command = cli.get_command(above, name)
    assert command is not None
    context = click.Context(command, info_name=name, parent=above)
    description, examples = _help_of(command)
    usage = context.get_usage().removeprefix("Usage: ")
    blocks = [f"## {name}", f"```text\n{' '.join(usage.split())}\n```", description, _options(command, context)]
    if examples:
        blocks.append(f"```text\n{examples}\n```")
    return "\n\n".join(blocks)


def _help_of(command: click.Command) -> tuple[str, str]:
    """Return a command's description and its examples; ``\\b`` starts lines that must not be wrapped."""
    text = inspect.cleandoc(command.help or "").replace("\b\n", "")
    description, _, examples = text.partition("Examples:\n")
    paragraphs = (_plain(part) for part in description.split("\n\n") if part)
    return "\n\n".join(paragraphs), inspect.cleandoc(examples)


def _plain(text: str) -> str:
    """Return text on one line, without Markdown: brackets are neither HTML nor links."""
    return re.sub(r"([][*])", r"\\\1", " ".join(text.split())).replace("<", "&lt;")


def _options(command: click.Command, context: click.Context) -> str:
    records = [param.get_help_record(context) for param in command.get_params(context)]
    rows = [(f"`{option}`", _meaning(text)) for option, text in filter(None, records) if text]
    return table(("option", "meaning"), rows)


def _meaning(text: str) -> str:
    """Return an option's help; what Click adds in brackets, such as a default or a range, is set as code."""
    words, added = re.fullmatch(r"(.*?)\s*(?:\[([^][]*(?:default|required|<|>)[^][]*)\])?", text, re.DOTALL).groups()  # type: ignore[union-attr]
    return _plain(words) + (f" (`{added}`)" if added else "")
