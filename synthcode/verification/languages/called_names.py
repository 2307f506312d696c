"""The name by which a test calls the function that it tests."""

from __future__ import annotations

import re

from synthcode.entry_points import spelling
from synthcode.verification.cases.case import Untestable

_NAME = re.compile(r"[A-Za-z_$][\w$]*[?!]?")


def called_name(test: str, entry_point: str) -> str:
    """Return the first name in a test that is the entry point's in any naming convention.

    Parameters
    ----------
    test
        A test program of the seed's own, in any language.
    entry_point
        The function's name in the seed, which may be in another language.

    Raises
    ------
    Untestable
        If there is none.
    """
    looked_for = spelling(re.split(r"\.|::|->|#", entry_point)[-1])
    names: list[str] = _NAME.findall(test)
    found = next((name for name in names if looked_for and spelling(name) == looked_for), None)
    if found is None:
        raise Untestable(f"its test does not call {entry_point}")
    return found
