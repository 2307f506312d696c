"""``synthcode languages``: the language table."""

from __future__ import annotations

import json

import click


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def languages(as_json: bool) -> None:
    """List the languages with the other names that options, datasets and fences may give them.

    The last column is the level of verification that a translation can reach, and by which program: see
    'synthcode check --compile'.

    \b
    Example:
      synthcode languages
    """
    from rich.console import Console
    from rich.table import Table

    from synthcode.languages import LANGUAGES
    from synthcode.verification.compiling.compilers import highest_level

    levels = {name: highest_level(name) for name in LANGUAGES}
    if as_json:
        rows = [
            {"name": row.name, "label": row.label, "aliases": row.aliases, "suffixes": row.suffixes, "fence": row.fence}
            | {"level": levels[row.name][0], "verified_by": levels[row.name][1]}
            for row in LANGUAGES.values()
        ]
        click.echo(json.dumps(rows, indent=2))
        return
    table = Table("name", "in prompts", "also known as", "files", "verified", box=None, pad_edge=False)
    for row in LANGUAGES.values():
        level, program = levels[row.name]
        verified = f"{level} ({program})" if program else level
        table.add_row(row.name, row.label, ", ".join(row.aliases), " ".join(row.suffixes), verified)
    Console().print(table)
