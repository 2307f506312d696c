"""Heatmaps that are drawn once: an equal one, which would have the same bytes, is a copy of the first.

Most of the time of a small evaluation is drawing, and most tests evaluate the same dataset with the same encoder.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa

from synthcode.identity import digest

Draw = Callable[[pa.Table, str, Path, str], list[Path]]


def drawn_once(draw: Draw, folder: Path) -> Draw:
    """Return a function that draws what is not in ``folder`` yet, and copies the rest from there."""

    def drawn(metrics: pa.Table, title: str, path: Path, caption: str = "") -> list[Path]:
        known = folder / digest(metrics.to_pylist(), title, caption)
        if not known.exists():
            written = draw(metrics, title, path, caption)
            known.mkdir()
            for file in written:
                shutil.copyfile(file, known / file.suffix)
            return written
        path.parent.mkdir(parents=True, exist_ok=True)
        return [shutil.copyfile(file, path.with_name(path.name + file.name)) for file in sorted(known.iterdir())]

    return drawn
