"""POJ-104 as CodeXGLUE has it: programs of each split with ``code``, ``label`` and ``index``, scored by MAP@R."""

from __future__ import annotations

from synthcode.publishing.export.cards import readme
from synthcode.publishing.export.codexglue import FILE_NAMES
from synthcode.publishing.export.layout import Place, ProblemsLayout

POJ104 = ProblemsLayout(
    name="poj104",
    programs=lambda split: Place("", FILE_NAMES[split]),
    columns=("index", "code", "label"),
    cards=lambda exported: {"README.md": readme(exported)},
)
