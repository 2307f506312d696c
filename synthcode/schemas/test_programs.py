"""How the column ``tests`` of the seeds holds a test program.

A test that follows the solution is the text as it is. One that stands around it, as in Go, where imports come first,
has a line ``{{solution}}`` where the solution goes.
"""

from __future__ import annotations

import re

SOLUTION = "{{solution}}"
_LINE = re.compile(r"^[ \t]*\{\{solution\}\}[ \t]*\r?(?:\n|\Z)", re.MULTILINE)


def around_solution(before: str, after: str) -> str:
    """Return a test program from what precedes the solution and what follows it."""
    return f"{before.rstrip()}\n\n{SOLUTION}\n\n{after}" if before.strip() else after


def parts_of(program: str) -> tuple[str, str]:
    """Return what precedes the solution in a test program, and what follows it."""
    found = _LINE.search(program)
    return (program[: found.start()], program[found.end() :]) if found else ("", program)
