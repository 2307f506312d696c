"""BigCloneBench as CodeXGLUE has it: ``data.jsonl`` of ``idx`` and ``func``, and lists of two ids and a label."""

from __future__ import annotations

from synthcode.publishing.export.cards import readme
from synthcode.publishing.export.codexglue import FILE_NAMES
from synthcode.publishing.export.layout import ClonesLayout, Place

BIGCLONEBENCH = ClonesLayout(
    name="bigclonebench",
    programs=Place("", "data"),
    program_columns=("idx", "func"),
    pairs=lambda split: Place("", FILE_NAMES[split]),
    cards=lambda exported: {"README.md": readme(exported)},
)
