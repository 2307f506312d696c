"""What the fork server of the tests imports: the workers that it forks have every parser loaded and query compiled.

A worker takes a second of the processor to come to that by itself, in each stage of each run: more than the work that
tests give it. Nothing here may start a thread, as some functions of Arrow do: a fork could inherit its lock.
"""

from __future__ import annotations

import json
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa

from synthcode.dataset.variants import make_variants
from synthcode.gate.config import CheckConfig
from synthcode.gate.gate import check
from synthcode.languages import LANGUAGES
from synthcode.schemas.tables import CHECK_INPUT, PROGRAMS
from synthcode.seeds import cleaning  # noqa: F401 - of the stage before
from tests.support.runs import no_power_cuts  # noqa: F401 - for what it changes

QUICKSTART = Path(__file__).resolve().parents[3] / "pipelines" / "recipes" / "quickstart"
ROWS = 40
"""Five seeds in eight languages; among their completions is one of each kind."""


def rows_of(name: str) -> list[dict[str, Any]]:
    with (QUICKSTART / name).open(encoding="utf-8") as lines:
        return [json.loads(line) for line in islice(lines, ROWS)]


def completions() -> pa.Table:
    seeds = {row["source_id"]: row for row in rows_of("seeds.jsonl")}
    names = set(CHECK_INPUT.names)
    blank = dict.fromkeys(names, "") | {"sample_index": 0, "finish_reason": "stop"}
    rows = [
        blank
        | {key: value for key, value in row.items() if key in names}
        | {"source_language": "python", "source_code": seeds[row["source_id"]]["code"], "entry_point": None}
        for row in rows_of("recording.jsonl")
    ]
    unknown = [{**rows[0], "target_language": name, "text": "```\n)(\n```"} for name in LANGUAGES]
    return pa.Table.from_pylist([*rows, *unknown], schema=CHECK_INPUT)


def main() -> None:
    kept = check(completions(), CheckConfig()).kept.to_pylist()
    programs = [
        {"program_id": "", "seed_id": "", "language": row["target_language"], "origin": "translation"}
        | {"code": row["code"]}
        for row in kept
    ]
    table = pa.Table.from_pylist(programs, schema=PROGRAMS)
    make_variants(table.append_column("entry_point", pa.nulls(len(programs), pa.string())))


main()
