"""The rows that ``show`` finds: translations with their seeds, and seeds that have none, with the reason."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from synthcode.identity import program_id
from synthcode.pipelines.tables.outcomes import judged
from synthcode.storage.shards import read_file
from synthcode.vocabulary import CONTAMINATED

if TYPE_CHECKING:
    from synthcode.pipelines.tables.outcomes import OutcomeBatch
    from synthcode.storage.layout import RunFolder

Found = tuple[dict[str, Any], dict[str, Any]]
"""A row of ``JUDGED``, and its seed. A seed without a translation has a row without a target language."""

UNTRANSLATED = "untranslated"
"""The verdict on a seed that awaits its translations."""


class Filters(NamedTuple):
    """Which rows are wanted. None: any."""

    seed_id: str | None = None
    """The beginning of it, or the seed's id in its source, or the end of that: 302 of MBPP/302."""
    language: str | None = None
    reason: str | None = None
    search: str | None = None
    """In the seed's id in its source, text or code, the translation or the verdict's detail; upper or lower case."""
    id: str | None = None
    """Any id: the beginning of a ``seed_id``, ``program_id`` or ``request_id``, or the seed's id in its source."""

    @property
    def names_seeds(self) -> bool:
        """Whether seeds without a translation are wanted, too: they are in no language."""
        return self.language is None and any((self.seed_id, self.reason, self.search, self.id))


def found_rows(folder: RunFolder, filters: Filters) -> Iterator[Found]:
    """Yield the matching rows of a run: translations by seed, then seeds without any.

    Seeds without a translation are left out where nothing says which rows are wanted and there are translations.
    """
    translated = False
    for piece in judged(folder):
        translated = translated or piece.rows.num_rows > 0
        yield from _translations(piece, filters)
    if filters.names_seeds or (not translated and filters.language is None):
        yield from _without_translations(folder, filters)


def count_rows(folder: RunFolder, filters: Filters) -> int:
    """Count what ``found_rows`` yields; code is read only if it is searched."""
    count = 0
    for piece in judged(folder, with_code=filters.search is not None):
        count += _filtered(piece, filters).num_rows
    if filters.names_seeds or (count == 0 and filters.language is None):
        count += sum(1 for _ in _without_translations(folder, filters))
    return count


def known_verdicts(folder: RunFolder) -> list[str]:
    """Return the verdicts on a run's translations, in alphabetical order."""
    rows = (piece.rows["verdict"] for piece in judged(folder, with_code=False))
    return sorted({verdict for column in rows for verdict in pc.unique(column).to_pylist()})


def seed_verdicts(folder: RunFolder) -> list[str]:
    """Return the verdicts on seeds without a translation, in alphabetical order."""
    return sorted({row["verdict"] for row, _ in _without_translations(folder, Filters())})


def _translations(piece: OutcomeBatch, filters: Filters) -> Iterator[Found]:
    rows = _filtered(piece, filters)
    matching = piece.seeds.filter(pc.is_in(piece.seeds["seed_id"], value_set=pc.unique(rows["seed_id"])))
    seeds = {seed["seed_id"]: seed for seed in matching.to_pylist()}
    for row in rows.to_pylist():
        yield row, seeds[row["seed_id"]]


def _filtered(piece: OutcomeBatch, filters: Filters) -> pa.Table:
    seeds, rows = piece
    for column, value in (("target_language", filters.language), ("verdict", filters.reason)):
        if value:
            rows = rows.filter(pc.equal(rows[column], value))
    if filters.seed_id:
        rows = rows.filter(_of_seed(rows, seeds, filters.seed_id))
    if filters.id:
        named = _of_seed(rows, seeds, filters.id)
        for column in ("program_id", "request_id"):
            named = pc.or_(named, pc.starts_with(rows[column], filters.id))
        rows = rows.filter(named)
    if filters.search:
        rows = rows.filter(_contains(rows, seeds, filters.search))
    return rows


def _of_seed(rows: pa.Table, seeds: pa.Table, name: str) -> pa.ChunkedArray:
    """Return which rows are of seeds with this name: the beginning of their id, or the end of that in their source."""
    named = seeds.filter(_is_named(seeds, name))["seed_id"]
    return pc.is_in(rows["seed_id"], value_set=named.combine_chunks())


def _is_named(seeds: pa.Table, name: str) -> pa.ChunkedArray:
    of_source = pc.or_(pc.equal(seeds["source_id"], name), pc.ends_with(seeds["source_id"], f"/{name}"))
    return pc.or_(pc.starts_with(seeds["seed_id"], name), of_source)


def _contains(rows: pa.Table, seeds: pa.Table, text: str) -> pa.ChunkedArray:
    named = seeds.filter(_any_holds(seeds, ("source_id", "text", "code"), text))["seed_id"]
    own = _any_holds(rows, ("code", "detail"), text)
    return pc.or_(own, pc.is_in(rows["seed_id"], value_set=named.combine_chunks()))


def _any_holds(table: pa.Table, columns: tuple[str, ...], text: str) -> pa.ChunkedArray:
    holds = [pc.fill_null(pc.match_substring(table[name], text, ignore_case=True), False) for name in columns]
    found = holds[0]
    for column in holds[1:]:
        found = pc.or_(found, column)
    return found


def _without_translations(folder: RunFolder, filters: Filters) -> Iterator[Found]:
    """Yield seeds that were removed or await their translations, then rows of the source that are not seeds."""
    removed = _removed_seeds(folder)
    for piece in judged(folder, with_code=False):
        alone = piece.seeds.filter(
            pc.invert(pc.is_in(piece.seeds["seed_id"], value_set=pc.unique(piece.rows["seed_id"])))
        )
        for seed in alone.to_pylist():
            verdict, detail = removed.get(seed["seed_id"], (UNTRANSLATED, "no completion yet"))
            found = _seed_row(seed, verdict, detail), seed
            if _wants(filters, found):
                yield found
    for table in folder.rows(folder.seeds_rejected):
        for rejected in table.to_pylist():
            seed = {**rejected, "seed_id": "", **{name: rejected[name] or "" for name in ("language", "text", "code")}}
            found = _seed_row(seed, rejected["reason"], rejected["detail"]), seed
            if _wants(filters, found):
                yield found


def _removed_seeds(folder: RunFolder) -> dict[str, tuple[str, str]]:
    """Return the verdict on each seed that was removed before translating, and its detail."""
    removed: dict[str, tuple[str, str]] = {}
    if folder.seed_contamination.is_file():
        for hit in read_file(folder.seed_contamination).to_pylist():
            removed[hit["seed_id"]] = CONTAMINATED, f"like {hit['benchmark']}: {hit['row_id']} ({hit['jaccard']:.3f})"
    if folder.seed_clusters.is_file():
        for row in read_file(folder.seed_clusters).to_pylist():
            if row["status"] != "kept":
                removed[row["seed_id"]] = row["status"], f"cluster {row['cluster_id']}"
    return removed


def _seed_row(seed: dict[str, Any], verdict: str, detail: str) -> dict[str, Any]:
    program = program_id(seed["seed_id"]) if seed["seed_id"] else ""
    row = {"seed_id": seed["seed_id"], "program_id": program, "target_language": None, "code": None}
    return {**row, "verdict": verdict, "detail": detail}


def _wants(filters: Filters, found: Found) -> bool:
    row, seed = found
    if filters.reason and row["verdict"] != filters.reason:
        return False
    for name, ids in ((filters.seed_id, ["seed_id"]), (filters.id, ["seed_id", "program_id"])):
        if (
            name
            and not f"/{seed['source_id']}".endswith(f"/{name}")
            and not any(row[key].startswith(name) for key in ids)
        ):
            return False
    texts = (seed["source_id"], seed["text"], seed["code"], row["detail"])
    return not filters.search or any(filters.search.lower() in text.lower() for text in texts)
