"""A program to run with its tests, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, Protocol, Self

RunStatus = Literal["completed", "stopped", "failed", "crashed", "timed_out", "refused", "misfit"]
"""How a program ended.

``completed``: the harness came to its end. ``stopped``: the program ended itself before that, with success.
``failed``: it ended with an error, such as an exception. ``crashed``: a signal ended it, or it used too much memory or
wrote too much. ``timed_out``: it was killed at a limit of time. ``refused``: its compiler did not accept it.
``misfit``: its compiler refused only the harness or the test around it, this version of the compiler is too old for it,
or it needs a library that this machine lacks: nothing is known of it.
"""

END = "end"
"""The last line of every harness."""


@dataclass(frozen=True)
class Job:
    """The files of a whole program: a translation and a harness that tests it.

    The harness reads one line from standard input before any code of the translation runs: a nonce that the
    translation cannot know. It writes its results to standard output, each on a line of its own that begins with the
    nonce and a space; when all tests have passed or all cases have run, it writes ``END`` so, as its last line.
    """

    files: Mapping[str, str]
    """Name -> content, without folders."""
    main: str = ""
    """What is started, if the language needs to know: a class, or a file."""
    needs: tuple[str, ...] = ()
    """Packages that the tests import, such as ``lodash``."""
    options: Mapping[str, str] = field(default_factory=dict)
    """What else the runner of this language has to know."""


class Ran(NamedTuple):
    """What came of a job."""

    status: RunStatus
    lines: tuple[str, ...]
    """What the harness wrote, in order, without the nonce and without ``END``."""
    message: str
    """The first error in one line; empty if there was none."""
    seconds: float
    """Wall time, of its share if it ran together with others."""
    used_up: bool = False
    """Whether it was killed because it had used its seconds of the processor: more wall clock changes nothing."""


class CaseProgram(NamedTuple):
    """A job that calls a translation on test cases.

    Its harness writes, for each case that can be tested, its place, a space and its result as canonical JSON
    (``synthcode.verification.cases.results``): ``3 [1, 2]``. A case may have several lines: an argument can be given
    in several forms, and the case passes if one result is right.
    """

    job: Job
    untestable: Mapping[int, str]
    """The cases, by place, that do not fit the translation's signature or have no literal; and why."""
    is_typed: bool = False
    """Whether all its results are of one type."""
    is_single: bool = False
    """Whether it computes with single precision."""


class Runner(Protocol):
    """Runs jobs of one language, each out of the others' reach."""

    def run(self, jobs: Sequence[Job]) -> list[Ran]:
        """Run jobs; a job that crashes, hangs or exits changes the result of no other one.

        Raises
        ------
        SandboxFailed
            If the sandbox or the toolchain broke: nothing is known of any job then.
        """

    def with_patience(self, factor: float) -> Self:
        """Return a runner that gives each program so many times the wall clock."""
