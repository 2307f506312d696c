"""What is a run directory and what is the user's own folder; a run's recipe, and edits of it by hand."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from synthcode.errors import InputError
from synthcode.storage.layout import RunFolder
from synthcode.storage.manifest import EMPTY

if TYPE_CHECKING:
    from synthcode.pipelines.runs.recipe import Recipe
    from synthcode.storage.manifest import Manifest

RECIPE_HEAD = "# Written by synthcode: what was asked, with all defaults. Edited values are kept, comments are not.\n"
_LOGS = frozenset({".log", ".out", ".err"})
"""A batch system or a shell may have opened its log in the folder before the run starts."""
_NAMED = 3
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")
"""Of two letters at least: ``C:`` is a drive."""


def refuse_foreign(path: Path) -> None:
    """Refuse to start a run in a folder that holds anything of the user's.

    Raises
    ------
    InputError
        If the folder is not a run directory and holds more than hidden files and logs, or is an address.
    """
    refuse_address(path)
    if not path.is_dir() or RunFolder(path).is_run:
        return
    names = sorted(entry.name for entry in path.iterdir() if not _is_harmless(entry))
    if names:
        folder = RunFolder(path)
        named = ", ".join([*names[:_NAMED], *(["..."] if len(names) > _NAMED else [])])
        lost = f"write '{EMPTY}' into {folder.manifest}: the run goes on from its journal"
        raise InputError(
            f"{path} is not a run directory (no {folder.manifest.name}), and it is not empty: it holds {named}",
            lost if folder.journal.is_file() else f"name a new folder, such as {path / 'runs' / 'NAME'}",
        )


def refuse_address(path: Path) -> None:
    """Refuse an address such as ``s3://bucket/run``, of which a path would make a folder ``s3:`` here.

    Raises
    ------
    InputError
        If the path is one.
    """
    scheme = path.parts[0] if len(path.parts) > 1 else ""
    if _SCHEME.fullmatch(scheme) and not Path(scheme).exists():
        raise InputError(
            f"{scheme}//{'/'.join(path.parts[1:])} is an address; a run directory is a folder of this machine",
            "name a folder; shards publish to an object store with --publish-to, datasets with 'publish --to'",
        )


def next_to(path: Path, suffix: str) -> Path:
    """Return the folder next to a run directory that is named after it, also if that is ``.``, a folder with no name.

    Raises
    ------
    InputError
        If there is no place next to it.
    """
    named = path.resolve() if path.name in ("", "..") else path
    if not named.name:
        raise InputError(f"{path} has no folder next to it", "name a new folder, such as runs/NAME")
    return named.with_name(f"{named.name}{suffix}")


def _is_harmless(entry: Path) -> bool:
    return entry.name.startswith(".") or entry.name == "lost+found" or entry.suffix in _LOGS


def write_recipe(
    folder: RunFolder, manifest: Manifest, recipe: Recipe, say: Callable[[str], None], *, replaced: bool
) -> None:
    """Write a run's recipe; keep a copy of one that was edited by hand and would lose something.

    Parameters
    ----------
    folder
        The run directory.
    manifest
        Its manifest, where the recipe's digest is noted.
    recipe
        What is asked.
    say
        Called with a line for people.
    replaced
        Whether it comes from elsewhere, so that values in the run's own recipe count for nothing.
    """
    from synthcode.bounded import limits
    from synthcode.bounded.files import read_bytes
    from synthcode.pipelines.runs.recipe import to_yaml
    from synthcode.storage.atomic import write_text, writing

    text = RECIPE_HEAD + to_yaml(recipe)
    before = read_bytes(folder.recipe, limits.RECIPE) if folder.recipe.is_file() else b""
    if before != text.encode("utf-8") and _is_edited(before, manifest) and (replaced or not _is_plain(before)):
        copy = _free_name(folder.recipe)
        with writing(copy) as stream:
            stream.write(before)
        say(f"{folder.recipe} was edited by hand; its text is kept in {copy.name}")
    manifest.note_recipe(hashlib.sha256(text.encode("utf-8")).hexdigest())
    if before != text.encode("utf-8"):
        write_text(folder.recipe, text)


def _is_edited(text: bytes, manifest: Manifest) -> bool:
    if not text.strip():
        return False
    if manifest.recipe is None:  # of an earlier version, which wrote no comments
        return _has_comment(text.decode("utf-8", "replace"))
    return hashlib.sha256(text).hexdigest() != manifest.recipe


def _is_plain(text: bytes) -> bool:
    """Return whether a recipe holds nothing but values, in the form in which synthcode writes them."""
    from synthcode.bounded.trees import NotYamlError, parse_yaml
    from synthcode.pipelines.runs.recipe import parse_recipe, to_yaml

    try:
        return (RECIPE_HEAD + to_yaml(parse_recipe(parse_yaml(text.decode("utf-8")), "it"))).encode("utf-8") == text
    except (NotYamlError, InputError, TypeError, AttributeError, UnicodeDecodeError):
        return False


def _has_comment(text: str) -> bool:
    return any(line.lstrip().startswith("#") or " #" in line for line in text.splitlines())


def _free_name(path: Path) -> Path:
    names = (path.with_name(f"{path.name}.bak{number or ''}") for number in count())
    return next(name for name in names if not name.exists())
