"""Write the pages of the manual that come from the code: ``python -m docs.generate``.

The pages are committed, so that they can be read where no site is built. A test fails if they are out of date.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from docs.generators import cli_page, language_page, python_page, recipe_page, rooms, tables_page

DOCS = Path(__file__).resolve().parent

PAGES: dict[str, Callable[[], str]] = {
    "reference/cli.md": cli_page.render,
    "reference/recipe.md": recipe_page.render,
    "reference/training_recipe.md": recipe_page.render_training,
    "reference/tables.md": tables_page.render,
    "reference/python.md": python_page.render,
    "reference/languages.md": language_page.render,
    "reference/rooms.md": rooms.render_page,
    "assets/rooms.svg": rooms.render_svg,
}
"""Page -> what writes it."""


def main() -> None:
    """Write every generated page."""
    for name, render in PAGES.items():
        (DOCS / name).parent.mkdir(parents=True, exist_ok=True)
        (DOCS / name).write_text(render(), encoding="utf-8")


if __name__ == "__main__":
    main()
