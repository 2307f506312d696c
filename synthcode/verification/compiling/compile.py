"""Compiling programs in a sandbox: which of them the compiler refuses, and with what message.

Each program has a sandbox of its own, except with compilers that take many programs in one process: there, programs
arrive on a pipe, and no file of one can be named by another. A verdict is the exit status that the sandbox reports, or
a line that the driver writes: never what a compiler prints about a program.
"""

from __future__ import annotations

import base64
import re
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from synthcode.errors import SandboxFailed
from synthcode.verification.compiling.compilers import Compiler, first_message, language_of
from synthcode.verification.compiling.drivers import driver_command
from synthcode.verification.newer_versions import needs_newer
from synthcode.verification.sandboxes.sandbox import Finished, Limits, Sandbox
from synthcode.vocabulary import Level

SECONDS = 10
"""Of processor, for one program."""
START_SECONDS = 20
"""Of processor, for what is done once for many programs."""
WALL_FACTOR = 6
"""How much longer than its seconds of processor a program may take on a busy machine."""
LOG_BYTES = 16_000
"""Of messages, for one program."""

_KILLED = frozenset({137, 152, 153, 134, 139})
"""Exit statuses of what a signal has ended: KILL, XCPU, XFSZ, ABRT, SEGV."""
_CHILD_KILLED = "signal terminated program"
"""What gcc says if that happens to the compiler proper, which is a process of its own."""
_NOT_STARTED = frozenset({126, 127})
"""Exit statuses of what could not be started."""
_GAVE_UP = 2
"""A driver's status for a program on which the compiler failed."""
_UNRESOLVED = 3
"""A driver's status for a program with names that are not resolved."""


@dataclass(frozen=True)
class Toolchain:
    """A compiler of this machine, in its sandbox."""

    compiler: Compiler
    program: Path
    sandbox: Sandbox
    built_driver: bytes = b""
    """What ``build_driver`` has made for it."""


class Judgement(NamedTuple):
    """What a compiler says of a program, in all its forms."""

    level: Level | None
    """The level of verification that the program has reached; None if it is refused."""
    problem: str | None
    """Why it is refused: the compiler's first message. None if it is not."""


class Verdict(NamedTuple):
    """What a compiler says of one form of a program."""

    status: int
    """0 if it takes it."""
    log: str


def judge_safely(codes: Sequence[str], toolchain: Toolchain, seconds: int = SECONDS) -> list[Judgement]:
    """Return what a compiler says of each program, once it has shown that it still works.

    A program that ends its compiler, or keeps it longer than ``seconds``, is refused; no other one is.

    Raises
    ------
    SandboxFailed
        If the compiler cannot be run, or refuses a program afterwards that is known to be good.
    """
    control = toolchain.compiler.control.good
    *judgements, last = judge([*codes, control], toolchain, seconds)
    if last.problem is not None:
        raise SandboxFailed(
            f"{toolchain.program} does not work any more: it refuses a program known to be good ({last.problem})",
            "see what it is with: synthcode doctor; no program was rejected because of this",
        )
    return judgements


def judge(codes: Sequence[str], toolchain: Toolchain, seconds: int = SECONDS) -> list[Judgement]:
    """Return what ``judge_safely`` does, without making sure that the compiler still works."""
    if toolchain.compiler.driver is not None:
        judgements = [_judgement(toolchain, forms, seconds) for forms in _many(codes, toolchain, seconds)]
    else:
        judgements = [_judgement(toolchain, _forms(code, toolchain, seconds), seconds) for code in codes]
    unresolved = Judgement(toolchain.compiler.unresolved, None)
    is_open = [_is_open(code, one, toolchain.compiler) for code, one in zip(codes, judgements, strict=True)]
    return [unresolved if is_not_resolved else one for one, is_not_resolved in zip(judgements, is_open, strict=True)]


def _is_open(code: str, judgement: Judgement, compiler: Compiler) -> bool:
    """Return whether a verdict is not on the whole program, or depends on the compiler's age."""
    if judgement.problem is not None:
        return needs_newer(language_of(compiler), code, judgement.problem)
    return judgement.level == compiler.level and compiler.leaves_out is not None and compiler.leaves_out(code)


def _judgement(toolchain: Toolchain, forms: Sequence[Verdict], seconds: int) -> Judgement:
    """Judge a program by what is said of each of its forms."""
    compiler = toolchain.compiler
    for form in forms:
        if form.status == 0:
            assumes = compiler.assumed_names is not None and re.search(compiler.assumed_names, form.log)
            return Judgement(compiler.unresolved if assumes else compiler.level, None)
    if compiler.driver is not None and any(form.status == _UNRESOLVED for form in forms):
        return Judgement(compiler.unresolved, None)
    if any(form.status in _KILLED or _CHILD_KILLED in form.log for form in forms):
        return Judgement(None, f"{compiler.program} was ended: it took more than {seconds} s, or too much memory")
    names = compiler.unknown_names
    if names is not None and any(re.search(names, form.log) for form in forms):
        return Judgement(compiler.unresolved, None)
    # Of two forms the one with fewer complaints is what was meant.
    status, log = min(forms, key=lambda form: form.log.count("\n"))
    return Judgement(None, first_message(compiler, log) or f"{compiler.program} exits with {status}")


def _forms(code: str, toolchain: Toolchain, seconds: int) -> list[Verdict]:
    """Compile a program in each of its forms, up to the first that passes."""
    verdicts: list[Verdict] = []
    for suffix, source in _sources(code, toolchain.compiler):
        verdicts.append(_alone(f"program{suffix}", source, toolchain, seconds))
        if verdicts[-1].status == 0:
            break
    return verdicts


def _sources(code: str, compiler: Compiler) -> Iterator[tuple[str, bytes]]:
    mark, opening = compiler.opening
    completed = compiler.completed(code)
    opened = completed if mark in completed else opening + completed
    for suffix, before, after in compiler.forms:
        yield suffix, f"{before}{opened}{after}".encode("utf-8", "replace")


def _alone(name: str, source: bytes, toolchain: Toolchain, seconds: int) -> Verdict:
    command = [str(toolchain.program), *toolchain.compiler.arguments]
    limits = _limits(toolchain.compiler, seconds)
    done = toolchain.sandbox.run([*command, name], {name: source}, limits)
    return Verdict(done.exit_code, _messages(done, toolchain))


def _messages(done: Finished, toolchain: Toolchain) -> str:
    said = (done.stderr + b"\n" + done.stdout).decode("utf-8", "replace").strip()
    if done.exit_code in _NOT_STARTED:
        raise SandboxFailed(
            f"{toolchain.program} cannot be started in the sandbox: {first_message(toolchain.compiler, said)}",
            "see what it is with: synthcode doctor",
        )
    return said


def _limits(compiler: Compiler, seconds: int) -> Limits:
    space = compiler.gigabytes << 30 if compiler.gigabytes is not None else None
    return Limits(
        cpu_s=seconds,
        wall_s=START_SECONDS + WALL_FACTOR * seconds,
        address_space_bytes=space,
        processes=compiler.threads,
        output_bytes=LOG_BYTES,
    )


def _many(codes: Sequence[str], toolchain: Toolchain, seconds: int) -> list[list[Verdict]]:
    """Compile programs in one process; one that ends it, or makes it give up, is compiled again in its own process."""
    count = len(toolchain.compiler.forms)
    judged, done = _run_driver(codes, toolchain, seconds)
    bad = next((place for place, forms in enumerate(judged) if any(one.status == _GAVE_UP for one in forms)), None)
    judged = judged if bad is None or len(codes) == 1 else judged[:bad]
    if len(judged) == len(codes):
        return judged
    if len(codes) == 1:
        return [[Verdict(done.exit_code or 1, _messages(done, toolchain))] * count]
    alone = len(judged)
    rest = _many(codes[alone + 1 :], toolchain, seconds) if codes[alone + 1 :] else []
    return [*judged, *_many([codes[alone]], toolchain, seconds), *rest]


def _run_driver(codes: Sequence[str], toolchain: Toolchain, seconds: int) -> tuple[list[list[Verdict]], Finished]:
    """Return the verdicts on those programs at the start that the driver came to the end of."""
    compiler = toolchain.compiler
    sources = [source for code in codes for _, source in _sources(code, compiler)]
    limits = Limits(
        cpu_s=START_SECONDS + seconds + len(sources),
        wall_s=WALL_FACTOR * (START_SECONDS + seconds + len(sources)),
        address_space_bytes=compiler.gigabytes << 30 if compiler.gigabytes is not None else None,
        processes=compiler.threads,
        output_bytes=len(sources) * LOG_BYTES,
    )
    command, files = driver_command(compiler, toolchain.program, toolchain.built_driver)
    stdin = b"".join(struct.pack(">I", len(source)) + source for source in sources)
    done = toolchain.sandbox.run(command, files, limits, stdin=stdin)
    lines = done.stdout.decode("ascii", "replace").split("\n")[:-1]
    verdicts = [_verdict(line) for line in lines]
    count = len(compiler.forms)
    whole = len(verdicts) // count * count
    return [verdicts[start : start + count] for start in range(0, whole, count)], done


def _verdict(line: str) -> Verdict:
    status, _, log = line.partition(" ")
    return Verdict(int(status), base64.b64decode(log).decode("utf-8", "replace"))
