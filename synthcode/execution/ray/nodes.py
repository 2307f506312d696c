"""What every node of a Ray cluster needs: the synthcode of the machine of the command."""

from __future__ import annotations

from importlib.metadata import version

from synthcode.errors import WorkerError
from synthcode.sanitize import one_line

_SHOWN_CHARACTERS = 200


class WrongVersionError(Exception):
    """A node has another version of synthcode: its results could differ."""


def require_version(expected: str) -> None:
    """Refuse to work on a node that has another version than the machine of the command.

    Raises
    ------
    WrongVersionError
        If it has.
    """
    if version("synthcode") != expected:
        raise WrongVersionError(f"it has synthcode {version('synthcode')}")


def unable(problem: Exception, expected: str) -> WorkerError:
    """Return the error for a node that cannot load or run what it is sent, from the last line of what Ray says.

    Parameters
    ----------
    problem
        What Ray, or the node, raised.
    expected
        The version of synthcode on the machine of the command.
    """
    said = one_line(str(problem).strip().rsplit("\n", 1)[-1], _SHOWN_CHARACTERS)
    return WorkerError(
        f"a node of the Ray cluster cannot do the work: {said}",
        f"install synthcode {expected} with the same Python on every node",
    )
