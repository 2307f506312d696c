"""Rust's compiler: programs are linked with its libraries as shared ones, which takes a third of the time."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from pathlib import Path

from synthcode.errors import SandboxFailed
from synthcode.sanitize import one_line
from synthcode.verification.languages.rust.programs import HARNESS
from synthcode.verification.languages.rust.sources import EVERY_CRATE
from synthcode.verification.running.compiled import CompiledRunner
from synthcode.verification.running.job import Runner
from synthcode.verification.running.parallel import ParallelRunner
from synthcode.verification.running.programs import REFUSED
from synthcode.verification.sandboxes.sandbox import Limits, Sandbox

_HARNESS_FILE = Path(__file__).with_name("harness.rs")
_PREPARE_LIMITS = Limits(cpu_s=120, wall_s=300, processes=256, open_files=1024, output_bytes=64 << 20)
_OPTIONS = "-C opt-level=0 -C debuginfo=0 -C prefer-dynamic --cap-lints allow --error-format=short"
_BUILD = f"""
set -- "$1" "$2" "/tmp/lib$2.rlib"
"$1" {_OPTIONS} --edition 2021 --crate-type rlib --crate-name "$2" -o "$3" harness.rs >&2 && cat "$3"
"""
_RUN = """
compile() {
  "%(rustc)s" %(options)s "$@" --crate-name solution --extern %(harness)s=lib%(harness)s.rlib \
    -o /tmp/solution solution.rs
}
if ! compile --edition 2021 2> /tmp/said; then
  if ! grep -q "only allowed in Rust 2024" /tmp/said || ! compile --edition 2024; then
    if grep -q "cfg(%(crates)s)" solution.rs; then compile --edition 2021 --cfg %(crates)s 2> /tmp/said; fi
    cat /tmp/said >&2; exit %(refused)d
  fi
fi
LD_LIBRARY_PATH="%(library)s" /tmp/solution
status=$?
[ $status = %(refused)d ] && exit 1
exit $status
"""
_MESSAGE = re.compile(
    r"(?m)^(?:[\w./]{1,80}\.rs:\d+:\d+: error(?:\[E\d+\])?: |error: |thread .{0,80} panicked at .{0,80}\n"
    r"|(?=thread .{0,80} has overflowed its stack))(.*)"
)
_PROBLEM = re.compile(r"(?m)^(?:/box/)?(\w+)\.rs:\d+:\d+: error(?:\[E\d+\])?: (.*)")
_NEWER = re.compile(r"use of unstable library feature|\bis unstable\b|\bis experimental\b|error\[E0658\]")
_CRATE = re.compile(r"(?:unlinked crate|undeclared crate or module|can't find crate for) `(\w+)`")
_MODULES = (
    "alloc any array ascii borrow boxed cell char clone cmp collections convert env error f32 f64 ffi fmt fs hash "
    "hint i32 i64 io iter marker mem num ops option panic path process ptr rc result slice str string sync thread "
    "time u32 u64 vec "
)
_STANDARD_MODULES = frozenset(_MODULES.split())
"""A program that uses one of these without importing it is wrong."""


def open_runner(tools: Mapping[str, Path], sandbox: Sandbox) -> Runner:
    """Return a runner of Rust programs, with the harness compiled once.

    Raises
    ------
    SandboxFailed
        If the toolchain does not work.
    """
    rustc = str(tools["rustc"])
    library = _output(sandbox, '"$1" --print target-libdir', [rustc], {}).decode("utf-8", "replace").strip()
    name = f"harness{secrets.token_hex(16)}"
    compiled = _output(sandbox, _BUILD, [rustc, name], {"harness.rs": _HARNESS_FILE.read_bytes()})
    given = {"rustc": rustc, "options": _OPTIONS, "harness": name, "library": library, "refused": REFUSED}
    given["crates"] = EVERY_CRATE
    prepared = {f"lib{name}.rlib": compiled}
    return ParallelRunner(CompiledRunner(sandbox, _RUN % given, _MESSAGE, misfit, prepared, (HARNESS, name)))


def misfit(messages: str) -> str:
    """Return why the compiler's messages do not count against a translation; empty if they do."""
    crates = [name for name in _CRATE.findall(messages) if name not in _STANDARD_MODULES]
    if crates:
        return f"it needs the crate {crates[0]}"
    newer = next((line for line in messages.splitlines() if _NEWER.search(line)), "")
    if newer:
        return f"it needs another version of Rust: {one_line(newer, 100)}"
    problems = _PROBLEM.findall(messages)
    if problems and all(file != "solution" for file, _ in problems):
        return f"its tests do not fit its types: {one_line(problems[0][1], 100)}"
    return ""


def _output(sandbox: Sandbox, script: str, arguments: list[str], files: Mapping[str, bytes]) -> bytes:
    done = sandbox.run(["sh", "-c", script, "prepare", *arguments], files, _PREPARE_LIMITS)
    if done.exit_code != 0:
        said = one_line(done.stderr.decode("utf-8", "replace"), 200)
        raise SandboxFailed(f"the harness of Rust cannot be prepared: {said}", "see: synthcode doctor")
    return done.stdout
