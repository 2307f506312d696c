"""Other people's text made fit to be looked at, in a terminal as on a page."""

from __future__ import annotations

from pathlib import PurePath


def visible(text: str) -> str:
    """Return text with what would move a cursor, turn its direction or hide replaced by a picture of itself."""
    return text if text.isprintable() else "".join(_picture(character) for character in text)


def short_name(encoder: str) -> str:
    """Return an encoder's specification; of a folder on the machine that scored it its last two parts alone."""
    kind, _, name = encoder.partition(":")
    path = PurePath(name)
    return f"{kind}:{'/'.join(path.parts[1:][-2:])}" if path.is_absolute() else encoder


def _picture(character: str) -> str:
    if character in "\n\t" or character.isprintable():
        return character
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    return f"<U+{code:04X}>"
