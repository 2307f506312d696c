from __future__ import annotations

import random

import pytest

from synthcode.gate.syntax.parser_guards import MAX_DEPTH, MAX_UNCLOSED, hazard
from synthcode.languages.parsing import MAX_BYTES


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"x" * (MAX_BYTES + 1), "too_long"),
        (b"(" * (MAX_DEPTH + 1) + b")" * (MAX_DEPTH + 1), "too_deep"),
        (b"[{(" * 40 + b")}]" * 40, "too_deep"),
        (b"f(" * (MAX_UNCLOSED + 1), "syntax_error"),
        (b"f(" * (MAX_UNCLOSED + 6) + b")" * 5, "syntax_error"),
        (b"int x = 1;\n" * 1_000, "repetitive"),
        (b"(" * MAX_DEPTH + b")" * MAX_DEPTH, None),
        (b"f(" * MAX_UNCLOSED, None),
        (b")" * 1_000, None),
        (b"int x = 1;\n" * 700, None),
        (random.Random(1).randbytes(MAX_BYTES).translate(None, b"()[]{}"), None),
        (b"", None),
    ],
)
def test_hazards(data: bytes, reason: str | None) -> None:
    rejection = hazard(data)
    assert (rejection and rejection.reason) == reason
