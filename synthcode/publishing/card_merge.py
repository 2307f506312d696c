"""Bringing a published card up to date without losing what people wrote on it."""

from __future__ import annotations

import json
from collections.abc import Sequence

from synthcode.publishing.card import BEGIN, END
from synthcode.publishing.files import configs_of
from synthcode.publishing.front_matter_merge import merge_front_matter, split_card

_FILES = "<!-- synthcode:files "
"""Begins the line of the block that says what was published with it: what may be removed once it is no longer part."""


def merge_card(ours: str, theirs: str | None, roots: Sequence[str], where: str = "the published card") -> str:
    """Return the card to publish.

    Merging once more what was merged changes nothing.

    Parameters
    ----------
    ours
        The card of the dataset. Where it has no marked block, all its text is the block.
    theirs
        The card that is there; None where there is none.
    roots
        What belongs to the dataset (``synthcode.publishing.files.roots_of``); noted in the block.
    where
        Names the card that is there, for errors.

    Returns
    -------
    str
        Their card with our block in the place of its own, or behind its text where it has none, and with the front
        matter of both. Without a card of theirs, ours.

    Raises
    ------
    InputError
        Where a front matter cannot be read.
    """
    front, body = split_card(ours)
    before, block, after = _cut(body) or ("\n", body.strip("\n"), "")
    block = _marked(block, roots)
    if theirs is None or not theirs.strip():
        return f"---\n{front}---\n{before}{block}{after}"
    their_front, their_body = split_card(theirs)
    gone = configs_of(recorded_roots(theirs)) - configs_of(roots)
    front = merge_front_matter(front, their_front, gone, where)
    around = _cut(their_body) if their_body.strip() else (before, "", after)
    if around is None:
        text = "".join(line for line in their_body.splitlines(keepends=True) if line.strip() not in (BEGIN, END))
        around = text.rstrip("\n") + "\n\n", "", ""
    return f"---\n{front}---\n{around[0]}{block}{around[2]}"


def recorded_roots(card: str | None) -> list[str]:
    """Return what the block of a published card says that was published with it; empty where it does not say."""
    cut = _cut(split_card(card)[1]) if card else None
    lines = [line for line in cut[1].splitlines() if line.startswith(_FILES)] if cut else []
    try:
        roots = json.loads(lines[-1].removeprefix(_FILES).rpartition("-->")[0])
    except (IndexError, ValueError):
        return []
    return [root for root in roots if isinstance(root, str) and root.strip("/")] if isinstance(roots, list) else []


def _cut(body: str) -> tuple[str, str, str] | None:
    """Return what is before the block, the block without its markers, and what is after; None without a block."""
    lines = body.splitlines(keepends=True)
    begins = [number for number, line in enumerate(lines) if line.strip() == BEGIN]
    ends = [number for number, line in enumerate(lines) if line.strip() == END]
    if not begins or not ends or begins[0] > ends[-1]:
        return None
    first, last = begins[0], ends[-1]
    return "".join(lines[:first]), "".join(lines[first + 1 : last]), "".join(lines[last + 1 :])


def _marked(block: str, roots: Sequence[str]) -> str:
    lines = "".join(line for line in block.splitlines(keepends=True) if not line.startswith(_FILES)).rstrip("\n")
    # A comment ends at the first '-->', which a file's name may hold.
    note = json.dumps(list(roots)).replace("-", "\\u002d").replace(">", "\\u003e")
    return f"{BEGIN}\n{lines}\n\n{_FILES}{note} -->\n{END}\n"
