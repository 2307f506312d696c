"""Surviving translations joined with their seeds: the triplets that are published."""

from __future__ import annotations

import json

import pyarrow as pa

from synthcode.schemas.tables import TEXTS, TRIPLETS

TRIPLET_COLUMNS = {
    "repository_name": "repository",
    "func_path_in_repository": "path",
    "language1_CSN": "language",
    "func1_CSN": "code",
    "func_documentation_string": "text",
    "func_code_url": "url",
    "source": "source",
    "license": "license",
    "source_id": "source_id",
}
"""SynthCoNL's name for what a seed brings -> the seeds' column."""


def make_triplets(rows: pa.Table) -> pa.Table:
    """Lay kept translations out as triplets of source, translation and text.

    Parameters
    ----------
    rows
        Columns of translations, the columns of ``TRIPLET_COLUMNS`` of each row's seed, and ``cluster_id``.

    Returns
    -------
    pa.Table
        Schema ``TRIPLETS``, one row a translation, in the same order.
    """
    renamed = {"language2": rows.column("target_language"), "func2": rows.column("code")}
    columns = {**{name: rows.column(name) for name in rows.column_names}, **renamed}
    return pa.table({name: columns[name] for name in TRIPLETS.names}).cast(TRIPLETS)


def make_texts(seeds: pa.Table) -> pa.Table:
    """Return the queries of text-to-code retrieval, one a seed, sorted as the seeds are.

    Parameters
    ----------
    seeds
        Schema ``SEEDS``; further columns do not matter.

    Returns
    -------
    pa.Table
        Schema ``TEXTS``.
    """
    tests = pa.array([_as_json(cell) for cell in seeds.column("tests").to_pylist()], pa.string())
    columns = {**{name: seeds.column(name) for name in TEXTS.names}, "tests": tests}
    return pa.table(columns).cast(TEXTS)


def _as_json(tests: list[tuple[str, str]] | None) -> str | None:
    """Return language -> program as JSON: ``datasets`` reads no maps."""
    return json.dumps(dict(tests), sort_keys=True, ensure_ascii=False) if tests else None
