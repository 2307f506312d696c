"""PHP: its command line runs programs with their tests."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from synthcode.verification.languages.php.extensions import extensions, installed_extensions, missing_extension
from synthcode.verification.languages.php.programs import with_cases, with_test
from synthcode.verification.languages.tested import Controls, TestedLanguage
from synthcode.verification.running.job import Runner
from synthcode.verification.running.parallel import FILLING_A_CORE, ParallelRunner
from synthcode.verification.running.programs import ProgramRunner
from synthcode.verification.sandboxes.sandbox import Sandbox

_MESSAGE = re.compile(r"(?m)^uncaught: (.*)|(?:Fatal|Parse) error: (.*)")
_SETTINGS = ("display_errors=stderr", "short_open_tag=1", "memory_limit=1G", "serialize_precision=-1")


def _runner(tools: Mapping[str, Path], sandbox: Sandbox) -> Runner:
    loaded, _ = extensions(tools["php"], sandbox)
    settings = [word for setting in (*_SETTINGS, *(f"extension={one}" for one in loaded)) for word in ("-d", setting)]
    command = (str(tools["php"]), "-n", *settings, "harness.php")
    programs = ProgramRunner(sandbox, command, _MESSAGE, misfit=missing_extension)
    return ParallelRunner(programs, FILLING_A_CORE)


PHP = TestedLanguage(
    name="php",
    tools=("php",),
    controls=Controls("function add($a, $b) { return $a + $b; }", "function add($a, $b) { return $a - $b; }"),
    open_runner=_runner,
    with_test=with_test,
    with_cases=with_cases,
    package_versions=installed_extensions,
)
