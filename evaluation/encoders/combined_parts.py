"""Parts of combinations by their names: results folders, or specifications of encoders."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from synthcode.errors import InputError
from synthcode.evaluation.encoder import Encoded, Role, Trait
from synthcode.evaluation.results_json import FACTS_NAME, Facts, read_facts
from synthcode.evaluation.retrieval.combination import AnyEncoder, Part, StoredResults
from synthcode.evaluation.retrieval.ranks import read_ranks
from synthcode.plugins import ENCODERS
from synthcode.sanitize import short_name, visible_line
from synthcode.schemas.results import RANKS_NAME

OpenSpec = Callable[[str], AnyEncoder]
"""Opens the encoder of a specification."""

JOIN = "+"
AGAIN = "run 'synthcode evaluate' for it again, with --force: vectors are kept"


class StoredEncoder:
    """An encoder by its results: its vectors are stored, the model is not loaded.

    Parameters
    ----------
    folder
        The results.
    facts
        What they say.
    sees
        The traits of a role that change its vectors.
    """

    def __init__(self, folder: Path, facts: Facts, sees: frozenset[Trait]) -> None:
        self.name, self.identity, self.exits, self.sees = facts.encoder, facts.identity, facts.exits, sees
        self._folder = folder

    def encode(self, texts: Sequence[str], role: Role) -> Encoded:
        """Refuse: the model is not there.

        Raises
        ------
        InputError
            Always.
        """
        raise InputError(
            f"{self._folder} has no vectors of texts that are scored, such as {visible_line(texts[0])[:60]!r}",
            "evaluate that encoder on the same split, variants and languages first (or on --split validation, where a"
            " weight is chosen), or name its SPEC instead of the folder",
        )


def parts_of(names: str, open_spec: OpenSpec) -> list[Part]:
    """Return the parts of ``A+B``, each a results folder (with several exits also ``FOLDER@EXIT``) or a specification.

    Parameters
    ----------
    names
        Joined by ``+``, which may be in a name, too.
    open_spec
        Opens the encoder of a specification.

    Raises
    ------
    InputError
        If a name is neither, there is only one, or results cannot be used.
    """
    split = _split(names.split(JOIN))
    if split is None:
        unknown = next((name for name in names.split(JOIN) if not _is_part(name)), names)
        raise InputError(
            f"{visible_line(unknown)!r} is neither a results folder nor an encoder",
            "write hybrid:A+B, where A and B are folders that 'synthcode evaluate' wrote, or bm25, st:NAME, ...",
        )
    if len(split) < 2:
        raise InputError(f"{visible_line(names)!r} is one encoder", "write hybrid:A+B with two or more")
    return [part_of(name, open_spec) for name in split]


def part_of(name: str, open_spec: OpenSpec) -> Part:
    """Return a part of the name of a results folder, or of a specification.

    Raises
    ------
    InputError
        If it is neither, or the results cannot be used.
    """
    folder, exit_ = _results(name)
    if folder is not None:
        return _stored_part(folder, exit_, open_spec)
    opened = open_spec(name)
    return Part(short_name(opened.name), opened, max(getattr(opened, "exits", (0,))))


def _split(pieces: Sequence[str]) -> list[str] | None:
    """Return names that are parts, joined of pieces; None if there is no such way."""
    for end in range(1, len(pieces) + 1):
        head = JOIN.join(pieces[:end])
        if not _is_part(head):
            continue
        rest = _split(pieces[end:]) if end < len(pieces) else []
        if rest is not None:
            return [head, *rest]
    return None


def _is_part(name: str) -> bool:
    kind, colon, rest = name.partition(":")
    names_encoder = kind in ENCODERS.names() and bool(rest or not colon)
    return names_encoder or _results(name)[0] is not None


def _results(name: str) -> tuple[Path | None, int | None]:
    """Return the results folder that a name is, and its exit if it has one."""
    if (Path(name) / RANKS_NAME).is_file():
        return Path(name), None
    head, _, number = name.rpartition("@")
    if number.isdigit() and head and (Path(head) / RANKS_NAME).is_file():
        return Path(head), int(number)
    return None, None


def _stored_part(folder: Path, exit_: int | None, open_spec: OpenSpec) -> Part:
    facts = read_facts(folder)
    if facts is None:
        raise InputError(f"{folder} holds no complete results ({FACTS_NAME})", AGAIN)
    if not read_ranks(folder).num_rows:
        raise InputError(f"{folder} holds no rankings of any query", "evaluate an encoder on a split with queries")
    chosen = max(facts.exits) if exit_ is None else exit_
    if chosen not in facts.exits:
        known = ", ".join(map(str, facts.exits))
        raise InputError(f"{folder} has no exit {chosen}", f"its exits are {known}: write {folder}@{facts.exits[0]}")
    ranking = facts.ranking
    store = folder / str(ranking["store"]) if ranking.get("store") else None
    stored = StoredResults(folder, f"{facts.dataset} {facts.split}", facts.dataset_digest, store)
    if "words" in ranking:
        return Part(facts.encoder, open_spec(str(ranking["words"])), chosen, stored)
    if "sees" in ranking:
        return Part(facts.encoder, StoredEncoder(folder, facts, frozenset(ranking["sees"])), chosen, stored)
    if "combines" in ranking:
        raise InputError(
            f"the scores of {folder} are not stored with the results",
            "name its SPEC instead of the folder; of a combination, name its parts",
        )
    raise InputError(f"{folder} does not say how its encoder ranked: an earlier version wrote it", AGAIN)
