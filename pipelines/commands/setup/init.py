"""``synthcode init``: a recipe to start from."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("file", metavar="[FILE]", default="recipe.yaml", type=click.Path(path_type=Path))
def init(file: Path) -> None:
    """Write a recipe with every key, what it means and its default, to FILE (recipe.yaml).

    An existing file is never replaced.

    \b
    Examples:
      synthcode init
      synthcode init mine.yaml
    """
    from synthcode.bounded.writing import make_folder
    from synthcode.errors import InputError, shell_word
    from synthcode.pipelines.runs.recipe_template import recipe_template

    make_folder(file.parent)
    try:
        with file.open("x", encoding="utf-8") as stream:
            stream.write(recipe_template(file.name))
    except FileExistsError as problem:
        raise InputError(f"{file} is there already", "give another name: synthcode init mine.yaml") from problem
    run = f"synthcode run {shell_word(file)} --dry-run"
    click.echo(f"wrote {file}; change seeds and translate in it, then: {run}", err=True)
