"""A dataset of three languages, by hand: equal programs, unanswered ones, and characters that formats trip over."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from synthcode.schemas.tables import DATASET_PROGRAMS, QRELS, TEXTS, TRIPLETS
from synthcode.storage.shards import ShardWriter

PROGRAMS = [
    # program_id, seed_id, language, origin, code, stripped, anonymous, document_id
    ("p1", "s1", "python", "seed", "# one\na = 1\n", "a = 1\n", "f = 1\n", "p1"),
    ("p2", "s2", "python", "seed", "a = 1  # two", "a = 1\n", "f = 1\n", "p1"),
    ("p3", "s3", "python", "seed", '"tab\t, \\" and \r\n"', '  "tab\t, \\" and \r\n"', 'f"\t"', "p3"),
    ("j1", "s1", "java", "translation", "int a = 1; // один", "int a = 1;\u2028x", "int f = 1;", "j1"),
    ("j3", "s3", "java", "translation", "j3 raw", "j3 stripped", "j3 anonymous", "j3"),
    ("g9", "s9", "go", "translation", "unanswered", "unanswered", "unanswered", "g9"),
    ("g1", "s1", "go", "translation", "g1", "'g1'", "g1", "g1"),
]
TEXT_ROWS = [("s1", "say one"), ("s2", 'a "quoted"\ttext\nof two lines'), ("s3", "three"), ("s8", "asked by nobody")]
JUDGED = [
    ("text2code", "text", "python", "s1", "p1", 1),
    ("text2code", "text", "python", "s2", "p1", 1),
    ("text2code", "text", "java", "s3", "j3", 1),
    ("code2code", "python", "java", "p1", "j1", 1),
    ("code2code", "python", "java", "p3", "j3", 1),
    ("code2code", "java", "python", "j1", "p1", 1),
    ("code2code", "java", "python", "j3", "p3", 1),
    ("code2code", "go", "java", "g1", "j1", 1),
]
PAIRS = ["go-java", "java-python", "python-java", "text-java", "text-python"]
CARD = "---\npretty_name: 'A: title'\nlicense: mit\nconfigs: []\n---\n\n# Title\n"


def rows(schema: pa.Schema, values: Sequence[tuple[object, ...]]) -> pa.Table:
    """Return rows as a table; what a row leaves out at its end is null."""
    return pa.Table.from_pylist([dict(zip(schema.names, row, strict=False)) for row in values], schema=schema)


def write_dataset(folder: Path) -> Path:
    """Write the dataset, as ``build`` does."""
    triplets = [tuple(f"{name} {number}" for name in TRIPLETS.names) for number in range(3)]
    tables = {
        "programs": rows(DATASET_PROGRAMS, PROGRAMS),
        "texts": rows(TEXTS, TEXT_ROWS),
        "qrels": rows(QRELS, JUDGED),
        "triplets": rows(TRIPLETS, triplets),
    }
    for config, written in tables.items():
        write_split(folder, config, "test", written)
        write_split(folder, config, "train", written.slice(0, 1))
    (folder / "README.md").write_text(CARD, "utf-8")
    return folder


def write_split(folder: Path, config: str, split: str, table: pa.Table) -> list[Path]:
    """Write one split of a configuration, as ``build`` does."""
    with ShardWriter(folder / "data" / config, table.schema, split, numbered=True) as shards:
        shards.write(table)
        return shards.commit()
