"""The errors that a user sees: what is wrong, and what to do about it."""

from __future__ import annotations

import difflib
import os
import shlex
from collections.abc import Iterable


class SynthcodeError(Exception):
    """Anything that stops a command and that the user can fix.

    Parameters
    ----------
    problem
        What is wrong, naming the file, row, column, value or bound. One line.
    fix
        What to do about it. One line.
    """

    def __init__(self, problem: str, fix: str) -> None:
        # A file's name, a column's or a library's words may hold line ends.
        self.problem = " ".join(problem.splitlines())
        self.fix = " ".join(fix.splitlines())
        super().__init__(self.problem, self.fix)

    def __str__(self) -> str:
        return f"{self.problem}\n{self.fix}"


class InputError(SynthcodeError):
    """An argument, file, table or recipe that cannot be used."""


class ServerError(SynthcodeError):
    """A model server or a Hub that cannot be reached, stopped, or lacks what was requested."""


class AccessError(ServerError):
    """A server that refuses every request until the user changes the key, the account or the address."""


class LockedError(SynthcodeError):
    """A run directory that another process holds."""


class StorageError(SynthcodeError):
    """A disk that is full, or a file that cannot be read or written."""


class WorkerError(SynthcodeError):
    """Worker processes that die whatever they are given: the machine, not a row, is at fault."""


class FailedRunError(SynthcodeError):
    """A stage that ended, and whose result is a failure: nothing translated or accepted, or too much that failed."""


class WaitingForResults(SynthcodeError):
    """Requests that were written to files, and whose results have yet to come: the run is neither done nor failed."""


class SandboxUnavailable(SynthcodeError):
    """No sandbox can be started on this machine."""


class SandboxFailed(SynthcodeError):
    """A sandbox broke before or while a program ran in it: nothing is known about the program."""


class Interrupted(Exception):
    """The user asked to stop (Ctrl-C): what was in flight is stored, the stage is not done."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return `` (did you mean 'x'?)`` for the known word nearest to ``word``, or an empty string."""
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f" (did you mean {near[0]!r}?)" if near else ""


def shell_word(value: str | os.PathLike[str]) -> str:
    """Return a name as a word of a command that a message gives, and that stands in single quotes there.

    What a shell would take apart is put in double quotes, for single ones would end the command within the message.
    """
    word = os.fspath(value)
    if shlex.quote(word) == word:
        return word
    return '"' + "".join(f"\\{letter}" if letter in '"\\$`' else letter for letter in word) + '"'


def first_line(problem: BaseException) -> str:
    """Return the first line of what a library says in many, or the kind of error where it says nothing."""
    return next((line.strip() for line in str(problem).splitlines() if line.strip()), type(problem).__name__)
