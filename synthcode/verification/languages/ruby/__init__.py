"""Ruby: its interpreter runs programs with their tests."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from synthcode.verification.languages.ruby.programs import with_cases, with_test
from synthcode.verification.languages.tested import Controls, TestedLanguage
from synthcode.verification.running.job import Runner
from synthcode.verification.running.parallel import FILLING_A_CORE, ParallelRunner
from synthcode.verification.running.programs import ProgramRunner
from synthcode.verification.sandboxes.sandbox import Sandbox

_MESSAGE = re.compile(r"(?m)^uncaught: (.*)|((?:Syntax|NoMemory|SystemStack)Error.*)")
_NOT_LOADED = re.compile(r"LoadError: cannot load such file -- ([\w./-]{1,100})")


def _runner(tools: Mapping[str, Path], sandbox: Sandbox) -> Runner:
    command = (str(tools["ruby"]), "--disable=gems", "-W0", "harness.rb")
    programs = ProgramRunner(sandbox, command, _MESSAGE, misfit=_missing_library)
    return ParallelRunner(programs, FILLING_A_CORE)


def _missing_library(message: str) -> str:
    found = _NOT_LOADED.search(message)
    return f"it needs the library {found[1]}" if found is not None else ""


RUBY = TestedLanguage(
    name="ruby",
    tools=("ruby",),
    controls=Controls("def add(a, b)\n  a + b\nend", "def add(a, b)\n  a - b\nend"),
    open_runner=_runner,
    with_test=with_test,
    with_cases=with_cases,
)
