"""Which compilers of this machine can be trusted: each is given programs first on which its verdict is known.

A compiler, or a sandbox, that is wrong about them is broken, and judges no program.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from synthcode.errors import SandboxFailed
from synthcode.execution.child_processes import trusted_path
from synthcode.verification.compiling.compile import Toolchain, judge
from synthcode.verification.compiling.compilers import COMPILERS
from synthcode.verification.compiling.drivers import build_driver
from synthcode.verification.languages.javascript.packages import (
    install_command,
    installed_versions,
    missing_packages,
)
from synthcode.verification.programs import find_tool
from synthcode.verification.sandboxes.sandbox import (
    Limits,
    open_sandbox,
    require_sandbox,
    sandbox_name,
    try_sandbox_again,
)

_VERSION_CHARACTERS = 200


@dataclass(frozen=True)
class Examined:
    """What is known of a language's compiler on this machine."""

    toolchain: Toolchain | None
    """None if its programs cannot be compiled here."""
    version: str = ""
    """How the compiler is called, and what it says of its version."""
    problem: str = ""
    """Why not."""
    broken: bool = False
    """Whether there is a compiler that does not work."""


def examine(language: str) -> Examined:
    """Find the compiler of a language and try it. It is tried once in a process.

    Raises
    ------
    SandboxUnavailable
        If there is a compiler but no sandbox.
    """
    return _examine(language, trusted_path(), sandbox_name())


def examine_all(languages: Iterable[str] = COMPILERS) -> dict[str, Examined]:
    """Return what is known of the compiler of each language, in the order given."""
    names = [language for language in languages if language != "python"]
    with ThreadPoolExecutor() as pool:
        return dict(zip(names, pool.map(examine, names), strict=True))


def missing_compilers(languages: Iterable[str]) -> dict[str, str]:
    """Return, for each language whose programs are not compiled on this machine, why not."""
    return {name: found.problem for name, found in examine_all(languages).items() if found.toolchain is None}


def broken_compilers(languages: Iterable[str]) -> dict[str, str]:
    """Return, for each language with a compiler that does not work, what is wrong with it."""
    return {name: found.problem for name, found in examine_all(languages).items() if found.broken}


def compiler_versions(languages: Iterable[str] = COMPILERS) -> dict[str, str]:
    """Return, for each language with a compiler that works, a line that says which."""
    return {name: found.version for name, found in examine_all(languages).items() if found.toolchain is not None}


@functools.cache
def _examine(language: str, path: str, sandbox: str) -> Examined:
    compiler = COMPILERS.get(language)
    if compiler is None:
        return Examined(None, problem="there is no quick compiler for it")
    program = find_tool(compiler.program)
    if program is None:
        return Examined(None, problem=f"{compiler.program} is not on the PATH")
    package, _ = compiler.package
    if package and missing_packages(package):
        return Examined(None, problem=f"the package {package} is not installed: {install_command(package)}")
    require_sandbox()
    box = open_sandbox((program,))
    try:
        toolchain = Toolchain(compiler, program, box, build_driver(compiler, program, box))
        problem = _problem(toolchain)
        version = "" if problem else _version(toolchain)
    except SandboxFailed as failure:
        try_sandbox_again()
        require_sandbox()  # it may be the sandbox that broke, not this compiler
        problem, version = failure.problem, ""
    if problem:
        return Examined(None, problem=f"{compiler.program} does not work: {problem}", broken=True)
    is_named = version.startswith(compiler.name)
    return Examined(toolchain, version if is_named else ": ".join(filter(None, (compiler.name, version))))


def _problem(toolchain: Toolchain) -> str:
    """Return what is wrong with a compiler, or nothing."""
    control = toolchain.compiler.control
    good, bad = judge([control.good, control.bad], toolchain)
    if good.problem is not None:
        return f"it refuses a program that is known to be good ({good.problem})"
    if good.level != toolchain.compiler.level:
        return f"it resolves no names in a program that is known to be good ({good.level})"
    return "" if bad.problem is not None else "it takes a program that is known to be bad"


def _version(toolchain: Toolchain) -> str:
    package, _ = toolchain.compiler.package
    if package:
        return installed_versions(package)
    name, option = toolchain.compiler.version
    program = toolchain.program.with_name(name) if name else toolchain.program
    limits = Limits(cpu_s=60, wall_s=300, address_space_bytes=None, processes=toolchain.compiler.threads)
    done = toolchain.sandbox.run([str(program), option], limits=limits)
    lines = (done.stdout or done.stderr).decode("utf-8", "replace").strip().splitlines()
    if done.exit_code != 0 or not lines:
        return ""
    return "".join(character for character in lines[0] if character.isprintable())[:_VERSION_CHARACTERS]
