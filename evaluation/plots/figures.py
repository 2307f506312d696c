"""Common parts of all figures: drawn without a screen, with names of any length inside, written as PNG and SVG."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from synthcode.sanitize import visible

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LETTERS_AN_INCH = 10
"""Of a title, at least."""
DOTS_AN_INCH = 200

_STYLE: dict[Any, Any] = {
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 10,
    "legend.frameon": False,
    "text.parse_math": False,  # a dollar in a name is a dollar
    "svg.hashsalt": "synthcode",  # the same picture, the same bytes
}


def can_draw() -> bool:
    """Return whether matplotlib is installed."""
    return find_spec("matplotlib") is not None


@contextmanager
def figure(width: float, height: float) -> Iterator[Figure]:
    """Give an empty figure of so many inches, with the style of all; the caller saves it."""
    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with matplotlib.rc_context(_STYLE):
        drawn = Figure(figsize=(width, height), dpi=DOTS_AN_INCH, layout="constrained")
        FigureCanvasAgg(drawn)
        yield drawn


def wrapped(text: str, width: int) -> str:
    """Return other people's text in lines of so many letters, fit to be drawn."""
    return "\n".join(textwrap.wrap(visible(text), width))


def title_lines(text: str, inches: float) -> str:
    """Return a title in lines that fit a figure of that width."""
    return wrapped(text, int(LETTERS_AN_INCH * inches))


def with_caption(title: str, caption: str, inches: float) -> str:
    """Return a title with a caption in lines of its own below it, that fit a figure of that width."""
    return f"{title}\n{title_lines(caption, inches)}" if caption else title


def save(drawn: Figure, path: Path) -> list[Path]:
    """Write a figure as PNG and SVG at ``path`` with these suffixes; return both paths."""
    path.parent.mkdir(parents=True, exist_ok=True)
    files = [path.with_name(f"{path.name}.{kind}") for kind in ("png", "svg")]
    # matplotlib would lay it out for each file, and draw it once more for that: most of the time of a small evaluation.
    if (layout := drawn.get_layout_engine()) is not None:
        layout.execute(drawn)
        drawn.set_layout_engine(None)  # "none" would leave a placeholder, for which it draws once more too
    for file in files:
        metadata = {"Date": None} if file.suffix == ".svg" else {"Software": None}
        drawn.savefig(file, metadata=metadata)
    return files
