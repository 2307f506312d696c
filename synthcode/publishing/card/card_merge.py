"""Bringing a published card up to date without losing what people wrote on it."""

from __future__ import annotations

import json
from collections.abc import Sequence

from synthcode.bounded.trees import parse_json
from synthcode.publishing.card.card import BEGIN, END
from synthcode.publishing.card.card_block import FILES, cut, unmarked
from synthcode.publishing.card.yaml.front_matter_merge import merge_front_matter, split_card
from synthcode.publishing.dataset_files import configs_of


def merge_card(ours: str, theirs: str | None, roots: Sequence[str], where: str = "the published card") -> str:
    """Return the card to publish.

    Merging once more what was merged changes nothing.

    Parameters
    ----------
    ours
        The card of the dataset. Without a marked block, all its text is the block.
    theirs
        The published card; None if there is none.
    roots
        Paths that belong to the dataset (``synthcode.publishing.dataset_files.managed_paths``); noted in the block.
    where
        Names the published card, for errors.

    Returns
    -------
    str
        The published card with our block in place of its own, or after its text if it has none, and with the front
        matter of both. Without a published card, ours.

    Raises
    ------
    InputError
        If a front matter cannot be read.
    """
    front, body = split_card(ours)
    before, block, after = _generated(body)
    block = _marked(block, roots)
    if theirs is None or not theirs.strip():
        return f"---\n{front}---\n{before}{block}{after}"
    their_front, their_body = split_card(theirs)
    gone = configs_of(recorded_paths(theirs)) - configs_of(roots)
    front = merge_front_matter(front, their_front, gone, where)
    if their_body.strip():
        found = cut(their_body)
        before, after = found.before, found.after
        if found.block is None:
            before = before.rstrip("\n") + "\n\n"
    return f"---\n{front}---\n{before}{block}{after}"


def recorded_paths(card: str | None) -> list[str]:
    """Return what the block of a published card says that was published with it; empty if it does not say."""
    block = cut(split_card(card)[1]).block if card else None
    lines = [line for line in (block or "").splitlines() if line.startswith(FILES)]
    try:
        roots = parse_json(lines[-1].removeprefix(FILES).rpartition("-->")[0])
    except (IndexError, ValueError):
        return []
    return [root for root in roots if isinstance(root, str) and root.strip("/")] if isinstance(roots, list) else []


def _generated(body: str) -> tuple[str, str, str]:
    """Return what is before our own block, the block, and what is after; without markers all of it is the block."""
    lines = body.splitlines(keepends=True)
    begins = [number for number, line in enumerate(lines) if line.strip() == BEGIN]
    ends = [number for number, line in enumerate(lines) if line.strip() == END]
    if not begins or not ends or begins[0] > ends[-1]:
        return "\n", body.strip("\n"), ""
    first, last = begins[0], ends[-1]
    before, block, after = lines[:first], lines[first + 1 : last], lines[last + 1 :]
    return unmarked("".join(before)), "".join(block), unmarked("".join(after))


def _marked(block: str, roots: Sequence[str]) -> str:
    # A comment ends at the first '-->', which a file's name may hold.
    note = json.dumps(list(roots)).replace("-", "\\u002d").replace(">", "\\u003e")
    text = unmarked(block).rstrip("\n")
    return f"{BEGIN}\n{text}\n\n{FILES}{note} -->\n{END}\n"
