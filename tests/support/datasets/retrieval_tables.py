"""A small benchmark that tests make: problems in three languages, some programs missing, some equal."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa

from synthcode.dataset.retrieval import QrelsMaker
from synthcode.evaluation.retrieval.benchmark import Tables
from synthcode.schemas.tables import DATASET_PROGRAMS, TEXTS, TRIPLETS
from tests.support.datasets.small_dataset import rows, write_split

WORDS = ("sum", "list", "sort", "tree", "path", "prime", "string", "merge", "count", "date", "graph", "queue")
FORMS = {"python": "def {name}(x):\n    return {a}({b}, x)", "java": "int {name}(int x) {{ return {a}({b}, x); }}"}
FORMS["go"] = "func {name}(x int) int {{ return {a}({b}, x) }}"


def tables(problems: int = 12) -> Tables:
    """Return problems whose programs share words: every third lacks Go, problems 0 and 1 share their Java program."""
    made: list[tuple[object, ...]] = []
    texts: list[tuple[object, ...]] = []
    for number in range(problems):
        a, b = WORDS[number % 12], WORDS[(number * 5 + number // 12) % 12]
        texts.append((f"s{number:03}", f"Take the {a} of the {b}, number {number}."))
        for language, form in FORMS.items():
            if language == "go" and number % 3 == 2:
                continue
            program = f"{language}-{number:03}"
            document = "java-000" if program == "java-001" else program
            code = form.format(name=f"{a}_{b}_{number}", a=a, b=b)
            anonymous = form.format(name="f", a=a, b=b)
            raw = f"{code}  // {texts[-1][1]}"
            made.append((program, f"s{number:03}", language, "seed", raw, code, anonymous, document, None))
    programs = rows(DATASET_PROGRAMS, made)
    return Tables(programs, rows(TEXTS, texts), QrelsMaker(["java-000"]).judge(programs), {"s000": "c", "s001": "c"})


def words_of(made: Tables) -> list[str]:
    """Return the words of descriptions and stripped programs, between blanks and next to signs."""
    texts = [*made.texts["text"].to_pylist(), *made.programs["code_stripped"].to_pylist()]
    return sorted({word for text in texts for word in re.findall(r"\w+|[^\w\s]+", text)})


def with_levels(made: Tables, levels: Mapping[str, str]) -> Tables:
    """Return the tables with the named programs as translations that reached a level."""
    rows = [
        {**row, "origin": "translation", "verification": levels[row["program_id"]]}
        if row["program_id"] in levels
        else row
        for row in made.programs.to_pylist()
    ]
    return made._replace(programs=pa.Table.from_pylist(rows, DATASET_PROGRAMS))


def write_dataset(folder: Path, problems: int = 12, split: str = "test") -> Path:
    """Write the benchmark as a published dataset lies on disk."""
    return write_tables(folder, tables(problems), split)


def write_tables(folder: Path, made: Tables, split: str = "test") -> Path:
    """Write tables as a published dataset lies on disk."""
    triplet = dict.fromkeys(TRIPLETS.names, "")
    pairs = [{**triplet, "seed_id": seed, "cluster_id": cluster} for seed, cluster in made.problems.items()]
    triplets = pa.Table.from_pylist(pairs, TRIPLETS)
    shards = {"programs": made.programs, "texts": made.texts, "qrels": made.qrels, "triplets": triplets}
    for config, written in shards.items():
        write_split(folder, config, split, written)
    return folder
