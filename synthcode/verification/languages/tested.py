"""The contract of a language whose programs can be tested."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from synthcode.verification.cases.case import TestCase
from synthcode.verification.running.job import CaseProgram, Job, Runner
from synthcode.verification.sandboxes.sandbox import Sandbox


@dataclass(frozen=True)
class TestProgram:
    """A test program of the seed's own for one language, as it stands around the solution."""

    __test__ = False  # pytest would collect it by its name

    after: str
    """What follows the solution."""
    before: str = ""
    """What precedes it: imports, for instance."""
    needs: tuple[str, ...] = ()
    """Packages that it imports, by the names of the language's package index."""


@dataclass(frozen=True)
class Controls:
    """Two programs on which the verdict is known; both define ``add`` of two integers."""

    good: str
    """Adds."""
    bad: str
    """Subtracts: its tests must fail."""


@dataclass(frozen=True)
class TestedLanguage:
    """How programs of one language are run with tests."""

    __test__ = False

    name: str
    tools: tuple[str, ...]
    """Programs that must be on the PATH; the first one reports the version."""
    controls: Controls
    open_runner: Callable[[Mapping[str, Path], Sandbox], Runner]
    """Makes a runner from the paths of the tools and a sandbox that shows them.

    Raises ``Untestable`` if something else is not installed, with the command that installs it.
    """
    with_test: Callable[[str, TestProgram, str], Job]
    """Joins a program, a test of the seed's own and the entry point's name in the seed.

    Raises ``Untestable`` if the test cannot call the program: it calls a name that the program does not define.
    """
    with_cases: Callable[[str, str, Sequence[TestCase]], CaseProgram]
    """Joins a program with a harness that calls its entry point (by its name in the seed) on cases.

    Literals are typed by the signature that the program itself has. Raises ``Untestable`` if no case can be tested.
    """
    version_option: str = "--version"
    """With which the first tool reports its version."""
    needs: tuple[str, ...] = ()
    """Packages outside of the standard library that tests may import, or that the runner itself needs."""
    package_versions: Callable[[], str] = str
    """Names those that are installed, with their versions; verdicts depend on them."""
