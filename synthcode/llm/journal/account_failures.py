"""Failures that an earlier version stored as final, and that say nothing about their requests."""

from __future__ import annotations

import re

from synthcode.llm.backend import ACCESS, ErrorKind
from synthcode.llm.error_bodies import ServerWords, as_names
from synthcode.llm.failures import judge

_FORM = re.compile(r"(?P<kind>\w+): HTTP (?P<status>\d{3}): ?(?P<words>.*)", re.DOTALL)


def is_account_failure(error: str) -> bool:
    """Return whether a ``Completion.error`` is about the key, the account or the address.

    Earlier versions took 402, 403 and redirects for bad requests, and went on after a 401. Such a request is pending.
    """
    kind = error.partition(":")[0]
    if kind in ACCESS:
        return True
    form = _FORM.match(error)
    if kind != ErrorKind.BAD_REQUEST or form is None:
        return False
    words = form["words"]
    verdict = judge(int(form["status"]), ServerWords(None, as_names(words), words.lower(), words))
    return verdict.kind in ACCESS or verdict.suspicion is not None
