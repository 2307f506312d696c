"""``synthcode show --cluster``: near-duplicates next to their representative, with the differences."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow.compute as pc
from rich.table import Table
from rich.text import Text

from synthcode.errors import InputError
from synthcode.pipelines.tables.programs import seeds_as_programs, translations_as_programs
from synthcode.pipelines.tables.repairs import all_rows
from synthcode.sanitize import visible
from synthcode.storage.manifest import Manifest
from synthcode.storage.shards import read_file

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa
    from rich.console import RenderableType

    from synthcode.storage.layout import RunFolder


IDS_NAMED = 10


class Line(NamedTuple):
    """A line of two programs side by side; None if one of them has none."""

    left: str | None
    right: str | None
    same: bool


def cluster_panels(folder: RunFolder, cluster_id: str, limit: int | None) -> Iterator[RenderableType]:
    """Yield the panels of a cluster: each member next to its representative.

    Parameters
    ----------
    folder
        The run.
    cluster_id
        Its id, or the beginning of it.
    limit
        So many members at most; None shows all.

    Raises
    ------
    InputError
        If there is no such cluster, or more than one.
    """
    members = find_cluster(folder, cluster_id)
    shown = [row for row in members if row["program_id"] != row["representative_id"]][:limit]
    codes = _codes(folder, {row[key] for row in shown for key in ("program_id", "representative_id")})
    yield Text(f"cluster {members[0]['cluster_id']}: {len(members):,} programs", style="bold")
    for row in shown:
        yield _panel(row, codes)
        yield ""
    hidden = len(members) - 1 - len(shown)
    if hidden > 0:
        yield Text(f"and {hidden:,} more: --limit {len(members)} shows all")


def find_cluster(folder: RunFolder, cluster_id: str) -> list[dict[str, Any]]:
    """Return the rows (schema ``CLUSTERS``) of the cluster whose id begins so, of all programs or of the seeds."""
    known: list[str] = []
    for path in (folder.clusters, folder.seed_clusters):
        if path.is_file():
            table = read_file(path)
            found = table.filter(pc.starts_with(table["cluster_id"], cluster_id))
            ids = pc.unique(found["cluster_id"]).to_pylist()
            if len(ids) == 1:
                return found.to_pylist()  # type: ignore[no-any-return]
            known = ids or known or pc.unique(table["cluster_id"]).to_pylist()
    more = f" and {len(known) - IDS_NAMED:,} more" if len(known) > IDS_NAMED else ""
    there_are = f"there are {', '.join(known[:IDS_NAMED])}{more}"
    hint = there_are if known else "there are no clusters: run 'synthcode dedup' first"
    raise InputError(f"no single cluster's id begins with {cluster_id!r}", f"give an id from clusters.parquet; {hint}")


def side_by_side(left: str, right: str) -> Iterator[Line]:
    """Pair the lines of two programs."""
    one, other = left.splitlines(), right.splitlines()
    for kind, a, b, c, d in difflib.SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        for place in range(max(b - a, d - c)):
            pair = (one[a + place] if a + place < b else None, other[c + place] if c + place < d else None)
            yield Line(*pair, same=kind == "equal")


def _codes(folder: RunFolder, programs: set[str]) -> dict[str, str]:
    codes: dict[str, str] = {}
    translations = all_rows(folder, Manifest(folder.path), "translations")
    for as_programs, rows in ((seeds_as_programs, folder.rows(folder.seeds)), (translations_as_programs, translations)):
        for part in map(as_programs, rows):
            codes |= _sources_of(part, programs)
    return codes


def _sources_of(programs: pa.Table, names: set[str]) -> dict[str, str]:
    columns = (programs[name].to_pylist() for name in ("program_id", "code"))
    return {name: code for name, code in zip(*columns, strict=True) if name in names}


def _panel(row: Mapping[str, Any], codes: Mapping[str, str]) -> Table:
    table = Table(expand=True, show_edge=False, pad_edge=False)
    for name, note in ((row["representative_id"], "representative"), (row["program_id"], _verdict(row))):
        table.add_column(Text(visible(f"{name}  {note}")), ratio=1)
    for line in side_by_side(codes.get(row["representative_id"], ""), codes.get(row["program_id"], "")):
        table.add_row(_cell(line.left, line.same, "red"), _cell(line.right, line.same, "green"))
    return table


def _verdict(row: Mapping[str, Any]) -> str:
    return f"{row['language']}, {row['status']}, Jaccard {row['jaccard']:.3f}"


def _cell(line: str | None, same: bool, color: str) -> Text:
    return Text(visible(line or ""), style="" if same else color)
