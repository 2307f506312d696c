"""What all figures share: drawn without a screen, in colours that stay apart in grey, written as PNG and SVG."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COLOURS = ("#08306b", "#6baed6", "#a63603", "#fdae6b")
"""Dark and light of a cold and a warm hue: their greys differ, too."""

MARKERS = ("o", "s", "^", "D")

_STYLE: dict[Any, Any] = {
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 10,
    "legend.frameon": False,
    "text.parse_math": False,  # a dollar in somebody's name is a dollar
    "svg.hashsalt": "synthcode",  # the same picture, the same bytes
}


@contextmanager
def figure(width: float, height: float) -> Iterator[Figure]:
    """Give an empty figure of so many inches, with the style of all; the caller saves it."""
    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with matplotlib.rc_context(_STYLE):
        drawn = Figure(figsize=(width, height), layout="constrained")
        FigureCanvasAgg(drawn)
        yield drawn


def save(drawn: Figure, path: Path) -> list[Path]:
    """Write a figure beside ``path`` as PNG and SVG; return both paths."""
    path.parent.mkdir(parents=True, exist_ok=True)
    files = [path.with_name(f"{path.name}.{kind}") for kind in ("png", "svg")]
    for file in files:
        metadata = {"Date": None} if file.suffix == ".svg" else {"Software": None}
        drawn.savefig(file, dpi=200, metadata=metadata)
    return files
