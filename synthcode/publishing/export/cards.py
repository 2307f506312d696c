"""What an export tells people and the Hub about itself."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from synthcode import __version__
from synthcode.publishing.card.yaml.front_matter import read_front_matter
from synthcode.publishing.export.layout import Exported
from synthcode.templates import environment, template_folder

KEPT_KEYS = ("pretty_name", "language", "license")
"""Of the dataset's front matter: what is as true of a copy in another layout."""


def kept_of_card(card: Path) -> dict[str, Any]:
    """Return what an export's card takes over from the dataset's; nothing where that cannot be read."""
    matter = read_front_matter(card)
    return {key: matter[key] for key in KEPT_KEYS if key in matter}


def front_matter(exported: Exported) -> dict[str, Any]:
    """Return what the front matter of every exported card starts with."""
    tags = ["code", "code-retrieval", "cross-language"]
    return {**exported.card, "task_categories": ["text-retrieval"], "tags": tags}


def readme(
    exported: Exported, matter: Mapping[str, Any] | None = None, template: str | None = None, **values: Any
) -> str:
    """Render the layout's ``README.md``.

    Parameters
    ----------
    exported
        What is in it.
    matter
        Front matter, for a layout that is a dataset repository.
    template
        Its name, if it is not the layout's.
    values
        Further values that the template needs.
    """
    found = environment(template_folder("data_cards")).get_template(f"exports/{template or exported.layout}.md.jinja")
    text = found.render(exported=exported, version=__version__, **values).strip() + "\n"
    if matter is None:
        return text
    return f"---\n{yaml.safe_dump(dict(matter), sort_keys=False, allow_unicode=True)}---\n\n{text}"
