"""JavaScript: Node runs programs with their tests."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from synthcode.verification.languages.javascript.packages import installed_versions
from synthcode.verification.languages.javascript.programs import with_cases, with_test
from synthcode.verification.languages.tested import Controls, TestedLanguage
from synthcode.verification.running.job import Runner
from synthcode.verification.running.parallel import ParallelRunner
from synthcode.verification.running.programs import RUN_LIMITS, ProgramRunner
from synthcode.verification.sandboxes.sandbox import Sandbox

NODE_LIMITS = replace(RUN_LIMITS, address_space_bytes=None, data_bytes=1 << 30)
"""V8 reserves much more memory than it uses."""
NODE_OPTIONS = ("--max-old-space-size=512", "--no-warnings")
MESSAGE = re.compile(r"(?m)^(?:uncaught: )?((?:\w{0,100}(?:Error|Exception)\b|throw |Uncaught).*)|^uncaught: (.*)")


def _runner(tools: Mapping[str, Path], sandbox: Sandbox) -> Runner:
    command = (str(tools["node"]), *NODE_OPTIONS, "harness.js")
    return ParallelRunner(ProgramRunner(sandbox, command, MESSAGE, NODE_LIMITS))


JAVASCRIPT = TestedLanguage(
    name="javascript",
    tools=("node",),
    controls=Controls("function add(a, b) { return a + b; }", "function add(a, b) { return a - b; }"),
    open_runner=_runner,
    with_test=with_test,
    with_cases=with_cases,
    needs=("lodash",),
    package_versions=partial(installed_versions, "lodash"),
)
