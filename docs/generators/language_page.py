"""The languages, from the table that every stage reads."""

from __future__ import annotations

from docs.generators.markdown import page, table
from synthcode.languages import LANGUAGES

INTRODUCTION = """
# Languages

Commands, recipes and tables use the name in the first column. Input may also use an alias. `synthcode languages --json`
prints the same table.
"""
GRAMMARS = """
Syntax is checked with the official tree-sitter wheels, one per language. `tree-sitter-languages`, which bundled them,
is abandoned and breaks with every tree-sitter since 0.22. Its successor downloads grammars at run time.
"""


def render() -> str:
    """Return the page."""
    rows = (
        (f"`{language.name}`", language.label, ", ".join(f"`{alias}`" for alias in sorted(language.aliases)))
        for language in LANGUAGES.values()
    )
    return page(INTRODUCTION, table(("name", "in prompts", "aliases"), rows), GRAMMARS)
