"""Other people's text made fit to be looked at, in a terminal as on a page."""

from __future__ import annotations

from pathlib import PurePath


def visible(text: str) -> str:
    """Return text with what would move a cursor, turn its direction or hide replaced by a picture of itself."""
    return text if text.isprintable() else "".join(_picture(character) for character in text)


def short_name(encoder: str) -> str:
    """Return an encoder's specification; of a folder on the machine that scored it only the last two parts."""
    kind, colon, name = encoder.partition(":")
    return f"{kind}:{short_path(name)}" if colon else encoder


def short_path(path: str) -> str:
    """Return the last two parts of an absolute path, or of one that leaves the working directory; others as they are.

    Files that are shared should not show where a user keeps files.
    """
    parts = [part for part in PurePath(path).parts if part not in ("/", "..", "~")]
    leaves = PurePath(path).is_absolute() or path.startswith(("..", "~"))
    return "/".join(parts[-2:]) if leaves else path


def _picture(character: str) -> str:
    if character in "\n\t" or character.isprintable():
        return character
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    return f"<U+{code:04X}>"
