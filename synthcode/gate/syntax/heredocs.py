"""Here-documents of Ruby: one may hold another in its interpolation, which the grammar cannot follow."""

from __future__ import annotations

import re

_OPENING = re.compile(rb"<<[~-](?P<quote>[\"'`]?)(?P<mark>[A-Za-z_]\w{0,80})(?P=quote)")


def without_heredocs(data: bytes) -> bytes:
    """Return a text on the same lines whose here-documents are empty."""
    lines: list[bytes] = []
    pending: list[bytes] = []  # the marks at which the here-documents of the last line of code end
    for line in data.split(b"\n"):
        if not pending:
            lines.append(line)
            pending = [found["mark"] for found in _OPENING.finditer(line)]
        elif line.strip() == pending[0]:
            lines.append(line)
            pending.pop(0)
        else:
            lines.append(b"")
    return data if pending else b"\n".join(lines)
