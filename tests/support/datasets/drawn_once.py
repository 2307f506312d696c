"""Heatmaps that are drawn once: another one with the same words is a copy of the first, whatever its numbers.

Most of the time of a small evaluation is drawing, and no test of a whole command reads numbers off a picture: those of
``draw_heatmap`` itself do.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa

from synthcode.identity import digest

Draw = Callable[[pa.Table, str, Path, str], list[Path]]
WORDS = ["variant", "query_language", "corpus_language"]


def drawn_once(draw: Draw, folder: Path) -> Draw:
    """Return a function that draws what is not in ``folder`` yet, and copies the rest from there.

    Several processes may share the folder: a picture is moved there when it is whole.
    """

    def drawn(metrics: pa.Table, title: str, path: Path, caption: str = "") -> list[Path]:
        known = folder / digest(metrics.select(WORDS).to_pylist(), title, caption)
        if not known.exists():
            written = draw(metrics, title, path, caption)
            whole = Path(tempfile.mkdtemp(dir=folder))
            for file in written:
                shutil.copyfile(file, whole / file.suffix)
            try:
                whole.rename(known)
            except OSError:  # another process was quicker
                shutil.rmtree(whole)
            return written
        path.parent.mkdir(parents=True, exist_ok=True)
        return [shutil.copyfile(file, path.with_name(path.name + file.name)) for file in sorted(known.iterdir())]

    return drawn
