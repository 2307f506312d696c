"""Seeds from a text file: a line holds an id, a text and a Python expression, with tabs between them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from synthcode.identity import file_digest
from synthcode.seeds.adapters.adapter import Adapter
from synthcode.seeds.config import SeedsConfig
from synthcode.seeds.raw import RawSeed


def read(config: SeedsConfig) -> Iterator[RawSeed]:
    """Yield a seed for each line."""
    for line in Path(config.path).read_text("utf-8").splitlines():
        name, text, expression = line.split("\t")
        code = f"def {name}(x):\n    return {expression}\n"
        yield RawSeed("acme", name, language="python", text=text, code=code)


def inputs(config: SeedsConfig) -> dict[str, str]:
    """Return the file's digest."""
    return {"lines": file_digest(Path(config.path))}


ADAPTER = Adapter(read, inputs)
