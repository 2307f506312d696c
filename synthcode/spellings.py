"""Secrets that are spelled out: with something between the characters, in another case or width, or as numbers.

Texts are compared by their letters and digits only, in lower case. That sees through spaces, dashes, concatenated
literals, comments, markup and combining characters, however many there are, in time linear in the text.
"""

from __future__ import annotations

import base64
import re
import unicodedata
from collections.abc import Iterable, Iterator

MIN_CHARS = 12
"""Fewer letters and digits may come together in ordinary text."""
MIN_CHARS_OF_ONE_KIND = 32
"""The same goes for letters only and for digits only: words of prose, rows of numbers."""

_LOWER = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ", b"abcdefghijklmnopqrstuvwxyz")
_ROT13 = bytes.maketrans(b"abcdefghijklmnopqrstuvwxyz", b"nopqrstuvwxyzabcdefghijklm")
_OTHERS = bytes(code for code in range(128) if not chr(code).isalnum())
_TAG = re.compile(r"<[^<>]{0,200}>")
_GAP = "[^A-Za-z0-9]*+"


def squeezed(text: str) -> bytes:
    """Return the letters and digits of ASCII in a text, in lower case; of wide and accented ones, the plain ones."""
    return _without_accents(text).encode("ascii", "ignore").translate(_LOWER, _OTHERS)


def spellings(secret: str) -> frozenset[bytes]:
    """Return what a secret comes to in squeezed text: itself, backwards, in numbers, in base 32 and base 64 again.

    Empty for a secret that ordinary text may hold when it is squeezed.
    """
    letters = squeezed(secret)
    least = MIN_CHARS_OF_ONE_KIND if letters.isalpha() or letters.isdigit() else MIN_CHARS
    if len(letters) < least:
        return frozenset()
    content = secret.encode("utf-8", "surrogatepass")
    numbers = ("{}", "0x{:02x}", "{:02x}", "{:06x}", "{:08b}", "{:03o}", "0o{:o}")
    forms = {letters, letters[::-1], letters.translate(_ROT13)}
    forms |= {"".join(map(number.format, content)).encode() for number in numbers}
    encoded = (*_in_base_32(content), *_in_base_85(content), *_in_base_64_again(secret, content))
    forms |= {squeezed(form) for form in encoded}
    return frozenset(form for form in forms if len(form) >= MIN_CHARS)


class SpelledSecrets:
    """Takes secrets out of texts that spell them.

    Parameters
    ----------
    secrets
        The values; those that ordinary text may hold when it is squeezed are ignored.
    """

    def __init__(self, secrets: Iterable[str]) -> None:
        spelled = {spelling for secret in secrets for spelling in spellings(secret)}
        self._spellings = tuple(sorted(spelled, key=lambda spelling: (-len(spelling), spelling)))
        # Of this length, one piece at least lies whole within any spelling, wherever in the letters that begins.
        self._piece_chars = chars = (min(map(len, spelled), default=MIN_CHARS) + 1) // 2
        self._pieces = frozenset(
            spelling[start : start + chars]
            for spelling in self._spellings
            for start in range(len(spelling) - chars + 1)
        )

    def without(self, text: str, stars: str) -> str:
        """Return a text without spellings and what stands between their characters; the same one if it has none.

        Its tags, accents and widths go as well if they are what hides one.
        """
        if not self._spellings:
            return text
        seen: list[str] = []
        for reduced in (str, _without_tags, _without_accents):
            variant = reduced(text)
            if variant in seen:  # nothing to leave out
                continue
            seen.append(variant)
            if found := self._found(squeezed(variant)):
                text = variant
                for spelling in found:
                    text = re.sub(_GAP.join(spelling.decode()), stars, text, flags=re.IGNORECASE | re.ASCII)
        return text

    def _found(self, letters: bytes) -> list[bytes]:
        """Return the spellings within letters; any of them covers one of the pieces that the letters are cut into."""
        chars = self._piece_chars
        if self._pieces.isdisjoint([letters[start : start + chars] for start in range(0, len(letters), chars)]):
            return []
        return [spelling for spelling in self._spellings if spelling in letters]


def _without_tags(text: str) -> str:
    return _TAG.sub("", text) if "<" in text else text


def _without_accents(text: str) -> str:
    return text if text.isascii() else unicodedata.normalize("NFKD", text)


def _in_base_32(content: bytes) -> Iterator[str]:
    """Yield what content looks like in base 32, which takes five bytes at a time, wherever in a text it begins."""
    for before in range(5):
        first, end = -(-8 * before // 5), 8 * (before + len(content)) // 5
        yield base64.b32encode(bytes(before) + content)[first:end].decode()


def _in_base_85(content: bytes) -> Iterator[str]:
    """Yield what whole groups of four bytes of content look like in base 85, in two alphabets."""
    for start in range(4):
        groups = content[start : start + (len(content) - start) // 4 * 4]
        yield base64.b85encode(groups).decode()
        yield base64.a85encode(groups).decode()


def _in_base_64_again(secret: str, content: bytes) -> Iterator[str]:
    """Yield what base 64 makes of other encodings: of base 64, of hexadecimal, of UTF-16."""
    inner = [form.encode() for form in (*_in_base_64(content), content.hex())]
    inner += [secret.encode(codec, "replace") for codec in ("utf-16-le", "utf-16-be")]
    for form in inner:
        yield from _in_base_64(form)


def _in_base_64(content: bytes) -> Iterator[str]:
    """Yield what content looks like in base 64, wherever in a text it begins, without what its neighbours share."""
    for before in range(3):
        first, end = -(-8 * before // 6), 8 * (before + len(content)) // 6
        yield base64.b64encode(bytes(before) + content)[first:end].decode()
