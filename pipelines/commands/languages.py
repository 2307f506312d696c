"""``synthcode languages``: the language table."""

from __future__ import annotations

import json

import click


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def languages(as_json: bool) -> None:
    """List the languages with the other names that options, datasets and fences may give them.

    \b
    Example:
      synthcode languages
    """
    from rich.console import Console
    from rich.table import Table

    from synthcode.languages import LANGUAGES

    if as_json:
        rows = [
            {"name": row.name, "label": row.label, "aliases": row.aliases, "suffixes": row.suffixes, "fence": row.fence}
            for row in LANGUAGES.values()
        ]
        click.echo(json.dumps(rows, indent=2))
        return
    table = Table("name", "in prompts", "also known as", "files", box=None, pad_edge=False)
    for row in LANGUAGES.values():
        table.add_row(row.name, row.label, ", ".join(row.aliases), " ".join(row.suffixes))
    Console().print(table)
