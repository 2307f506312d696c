"""Kotlin: its compiler and one virtual machine for many programs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from synthcode.errors import SandboxFailed
from synthcode.verification.languages.jvm.compiling import BatchCompiler
from synthcode.verification.languages.jvm.drivers import build_drivers
from synthcode.verification.languages.jvm.runner import JvmRunner
from synthcode.verification.languages.kotlin.programs import with_cases, with_test
from synthcode.verification.languages.tested import Controls, TestedLanguage
from synthcode.verification.running.job import Runner
from synthcode.verification.sandboxes.sandbox import Sandbox

_COMPILER = (Path(__file__).with_name("CompileKotlin.java"), Path(__file__).with_name("Recent.kt"))
_ARCHIVE = "kotlin-compiler.jar"
_ITS_OWN = (
    "annotations-*",
    "kotlin-stdlib",
    "kotlin-reflect",
    "kotlin-script-runtime",
    "trove4j",
    "kotlinx-coroutines*",
)
"""What the compiler uses. Its archive names these as well, but not by paths that hold where they are links."""
_LIBRARIES = ("kotlin-stdlib.jar", "kotlin-stdlib-jdk7.jar", "kotlin-stdlib-jdk8.jar", "kotlin-reflect.jar")


def _runner(tools: Mapping[str, Path], sandbox: Sandbox) -> Runner:
    folder = tools["kotlinc"].resolve().parents[1] / "lib"
    if not (folder / _ARCHIVE).is_file():
        raise SandboxFailed(f"{_ARCHIVE} does not lie in {folder}", "reinstall Kotlin's compiler")
    libraries = tuple(str(folder / name) for name in _LIBRARIES if (folder / name).is_file())
    drivers = build_drivers(tools["javac"], sandbox, _COMPILER)
    used = (path for name in _ITS_OWN for path in sorted(folder.glob(f"{name}.jar")))
    archives = tuple(map(str, (folder / _ARCHIVE, *used)))
    compiler = BatchCompiler(sandbox, tools["java"], drivers, "CompileKotlin", libraries, archives)
    return JvmRunner(sandbox, tools["java"], drivers, compiler, libraries)


KOTLIN = TestedLanguage(
    name="kotlin",
    tools=("kotlinc", "javac", "java"),
    controls=Controls("fun add(a: Int, b: Int): Int = a + b\n", "fun add(a: Int, b: Int): Int = a - b\n"),
    open_runner=_runner,
    with_test=with_test,
    with_cases=with_cases,
    version_option="-version",
)
