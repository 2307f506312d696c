"""Programs that are alike or are not, and their clusters."""

from __future__ import annotations

import pyarrow as pa

from synthcode.dedup.config import DedupConfig
from synthcode.dedup.duplicates import Clustering, cluster_programs
from synthcode.schemas.tables import CLUSTERS, PROGRAMS, SPLIT_GROUPS

BODY = (
    "def area(width, height):\n    if width < 0 or height < 0:\n        raise ValueError\n    return width * height\n"
)
NEAR = BODY.replace("raise ValueError", "raise TypeError")
OTHER = "for (int i = 0; i < names.length; i++) {\n    System.out.println(names[i].trim());\n}\n"


def jaccard(one: str, other: str) -> float:
    left, right = ({text[i : i + 5] for i in range(len(text) - 4)} for text in (one, other))
    return len(left & right) / len(left | right)


def programs(*rows: tuple[str, str, str, str]) -> pa.Table:
    """One row a program: id, seed, language, code; a program with the id of its seed is the seed's own."""
    table = [
        (name, seed, language, "seed" if name == seed else "translation", code) for name, seed, language, code in rows
    ]
    columns = list(zip(*table, strict=True)) if table else [[] for _ in PROGRAMS.names]
    return pa.table([pa.array(column, pa.string()) for column in columns], schema=PROGRAMS)


def cluster(*rows: tuple[str, str, str, str], config: DedupConfig | None = None) -> Clustering:
    found = cluster_programs([programs(*rows)], config or DedupConfig())
    assert found.clusters.schema == CLUSTERS
    assert found.ties.schema == SPLIT_GROUPS
    return found
