"""The one place that knows where templates lie, in a checkout and in an installed wheel alike."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import jinja2
import jinja2.sandbox

from synthcode.decimals import decimals

Kind = Literal["prompts", "data_cards"]

_PACKAGE = Path(__file__).resolve().parent


def template_folder(kind: Kind) -> Path:
    """Return the folder of the bundled templates of a kind.

    A wheel carries them inside the package, as ``prompts_data`` and ``data_cards_data``; in a checkout
    they are the top-level folders ``prompts`` and ``data_cards``.
    """
    installed = _PACKAGE / f"{kind}_data"
    return installed if installed.is_dir() else _PACKAGE.parent / kind


def environment(folder: Path, *, html: bool = False) -> jinja2.Environment:
    """Return a Jinja2 environment over a folder: sandboxed, and an unknown name is an error, not a blank.

    Parameters
    ----------
    folder
        Where the templates lie.
    html
        Escape what fills them. Prompts and Markdown are not HTML; what fills them is escaped where they need it.
    """
    made = jinja2.sandbox.ImmutableSandboxedEnvironment(
        loader=jinja2.FileSystemLoader(folder),
        undefined=jinja2.StrictUndefined,
        autoescape=html,
        keep_trailing_newline=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["decimals"] = decimals
    return made
