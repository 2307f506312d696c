"""Java: one javac and one virtual machine for many programs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from synthcode.verification.languages.java.programs import with_cases, with_test
from synthcode.verification.languages.jvm.compiling import BatchCompiler
from synthcode.verification.languages.jvm.drivers import build_drivers
from synthcode.verification.languages.jvm.runner import JvmRunner
from synthcode.verification.languages.tested import Controls, TestedLanguage
from synthcode.verification.running.job import Runner
from synthcode.verification.sandboxes.sandbox import Sandbox

_COMPILER = Path(__file__).with_name("CompileJava.java")


def _runner(tools: Mapping[str, Path], sandbox: Sandbox) -> Runner:
    drivers = build_drivers(tools["javac"], sandbox, [_COMPILER])
    return JvmRunner(sandbox, tools["java"], drivers, BatchCompiler(sandbox, tools["java"], drivers, "CompileJava"))


JAVA = TestedLanguage(
    name="java",
    tools=("javac", "java"),
    controls=Controls(
        "class Adder { static int add(int a, int b) { return a + b; } }",
        "class Adder { static int add(int a, int b) { return a - b; } }",
    ),
    open_runner=_runner,
    with_test=with_test,
    with_cases=with_cases,
)
