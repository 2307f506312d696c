"""Run a recipe, watch it, and print what became of every row.

python examples/run_a_recipe.py [RUN]
"""

from __future__ import annotations

import sys

import synthcode
from synthcode.api.calls import Progress


def show(progress: Progress) -> None:
    """Print messages; a notebook would move a bar here."""
    if not progress.label:
        print(progress.note)


run = synthcode.run("quickstart", sys.argv[1] if len(sys.argv) > 1 else "runs/quickstart", on_progress=show)
counts = run.status()
print(f"{counts['seeds']} seeds, {counts['accepted']} translations accepted, {counts['kept']} kept")
print(f"the dataset is in {run.dataset}")
