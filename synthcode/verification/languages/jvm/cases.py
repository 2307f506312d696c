"""Programs of the JVM joined with the cases that a driver calls their entry points on."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Protocol

from synthcode.verification.cases.case import TestCase, Untestable
from synthcode.verification.languages.jvm.types import Signature, passed, untestable_cases
from synthcode.verification.languages.jvm.wire import encoded_cases
from synthcode.verification.languages.single_precision import is_single
from synthcode.verification.running.job import CaseProgram, Job


class Joinable(Protocol):
    """A program, read from its source."""

    @property
    def body(self) -> bytes:
        """All but its package and imports."""

    def joined(self, body: str, imports: Sequence[str], /) -> str:
        """Return the program with another body and further imports."""


def joined_with_cases(
    program: Joinable, file: str, entry_point: str, signatures: Sequence[Signature], cases: Sequence[TestCase]
) -> CaseProgram:
    """Return a program with its cases, in a file.

    Parameters
    ----------
    program
        Is to be called.
    file
        The name of its file.
    entry_point
        As the program spells it.
    signatures
        Of all that has that name.
    cases
        Those that no signature takes are left out, each with the reason.

    Raises
    ------
    Untestable
        If no case is left.
    """
    untestable = untestable_cases(signatures, cases)
    fitting = {place: passed(signatures, case) for place, case in enumerate(cases) if place not in untestable}
    if not fitting:
        raise Untestable(next(iter(untestable.values()), "there is no case"))
    options = {"entry_point": entry_point, "cases": base64.b64encode(encoded_cases(fitting)).decode()}
    whole = program.joined(program.body.decode("utf-8", "replace"), ())
    language = "java" if file.endswith(".java") else "kotlin"
    job = Job({file: whole}, options=options)
    return CaseProgram(job, untestable, is_typed=True, is_single=is_single(whole, language))
