"""A small recipe for runs that are shared among machines, and the answers of its model."""

from __future__ import annotations

import re
from pathlib import Path

from synthcode.storage.shards import shards_of
from tests.support.runs.seeded_run import seeded_run
from tests.support.services.chat_server import MODEL, Asked, Reply, completion


def write_recipe(folder: Path, seeds: int, base_url: str) -> Path:
    """Write seeds and a recipe that translates them by a server."""
    folder.mkdir()
    seeded_run(folder, seeds)
    recipe = folder / "recipe.yaml"
    recipe.write_text(
        f"seeds: {{adapter: table, path: seeds.jsonl}}\ntranslate: {{targets: [ruby], model: {MODEL}}}\n"
        f"dedup: {{threshold: 1.0}}\nbackend: {{base_urls: ['{base_url}']}}\nexecution: {{concurrency: 2}}\n"
    )
    return recipe


def number_of(asked: Asked) -> int:
    """Return the number of the seed that a request is for."""
    found = re.search(r"add_(\d+)", asked.prompt)
    assert found
    return int(found[1])


def ruby(asked: Asked) -> Reply:
    """Answer with a program that no other seed has."""
    number = number_of(asked)
    lines = "\n".join(f"  total_{number} += {number * place + place}" for place in range(8))
    code = f"def add_{number}(a, b)\n  total_{number} = a + b\n{lines}\n  total_{number}\nend\n"
    return Reply(completion(f"```ruby\n{code}```\n"))


def tables(run: Path) -> dict[str, bytes]:
    """Return every Parquet file that a run makes of its answers."""
    translations = [file for stage in ("seeds", "translations", "rejected") for file in shards_of(run / stage)]
    files = [*translations, run / "clusters.parquet", *sorted((run / "dataset").rglob("*.parquet"))]
    return {str(file.relative_to(run)): file.read_bytes() for file in files}
