"""Go's compiler and linker, called without the ``go`` command: that takes several times as long."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from pathlib import Path

from synthcode.errors import SandboxFailed
from synthcode.sanitize import one_line
from synthcode.verification.languages.go.programs import HARNESS
from synthcode.verification.languages.go.sources import ASSERT
from synthcode.verification.running.compiled import CompiledRunner
from synthcode.verification.running.job import Runner
from synthcode.verification.running.parallel import ParallelRunner
from synthcode.verification.running.programs import REFUSED
from synthcode.verification.sandboxes.sandbox import Limits, Sandbox

_FOLDER = Path(__file__).parent
_LIBRARY = "library.txt"
_PREPARE_LIMITS = Limits(
    cpu_s=300, wall_s=600, address_space_bytes=None, processes=256, open_files=1024, output_bytes=64 << 20
)
_FIND = """
export GOCACHE=/tmp/cache GOPATH=/tmp/path GO111MODULE=off GOPROXY=off GOTOOLCHAIN=local GOFLAGS= CGO_ENABLED=0
go="$1"
"$go" env GOTOOLDIR GOROOT GOOS GOARCH | {
    read -r tools; read -r root; read -r system; read -r machine
    echo "$tools"
    library="$root/pkg/${system}_$machine"
    cd "$library" && find . -name '*.a' | sed "s,^\\./\\(.*\\)\\.a$,packagefile \\1=$library/\\1.a,"
}
"""
_BUILD = """
set -e
"$1/compile" -p "$2" -complete -importcfg library.txt -pack -o /tmp/package.a "$3" >&2
cat /tmp/package.a
"""
_RUN = """
export GOMAXPROCS=1 # other programs are compiled at the same time
if ! { "%(tools)s/compile" -e -p main -complete -importcfg library.txt -pack -o /tmp/main.a ./*.go &&
       "%(tools)s/link" -s -w -importcfg library.txt -o /tmp/main /tmp/main.a; } >/tmp/errors; then
    cat /tmp/errors >&2
    exit %(refused)d
fi
GOMAXPROCS=2 /tmp/main
status=$?
[ $status = %(refused)d ] && exit 1
if [ $status = 137 ]; then # Go ignores SIGXCPU, which precedes it
    echo "CPU time limit exceeded" >&2
    exit 152
fi
exit $status
"""
_MESSAGE = re.compile(
    r"(?m)^(?:[\w./]{1,80}\.go:\d+:\d+: |[ \t]{1,16}\w{1,40}\.go:\d{1,9}: "
    r"|(?=CPU time|panic: |fatal error: |runtime: ))(.*)"
)
_PROBLEM = re.compile(r"(?m)^(?:\./)?(\w+)\.go:\d+:\d+: (.*)")
_NEWER = re.compile(
    r"could not import (?:slices|maps|cmp|iter|unique|log/slog|math/rand/v2)\b|undefined: (?:min|max|clear)$"
    r"|cannot range over .*(?:int|func)|undefined: (?:strings|bytes)\.(?:CutPrefix|CutSuffix|ContainsFunc|Lines)"
    r"|undefined: (?:errors\.Join|time\.Date(?:Time|Only)|sync\.Once(?:Func|Value))|requires go1\.\d+"
)


def open_runner(tools: Mapping[str, Path], sandbox: Sandbox) -> Runner:
    """Return a runner of Go programs, with the harness compiled once.

    Raises
    ------
    SandboxFailed
        If the toolchain does not work.
    """
    found = _output(sandbox, _FIND, [str(tools["go"])], {}).decode("utf-8", "replace").splitlines()
    if len(found) < 2:
        raise SandboxFailed("go has no compiled standard library", "install Go 1.19, as golang-go of Debian 12 is")
    folder, *library = found
    path = f"harness{secrets.token_hex(16)}"
    listed = "\n".join(library)
    prepared = {}
    for archive, source, package in (("harness.a", "harness.go", path), ("assert.a", "assert.go", ASSERT)):
        files = {source: (_FOLDER / source).read_bytes(), _LIBRARY: "\n".join(library).encode()}
        prepared[archive] = _output(sandbox, _BUILD, [folder, package, source], files)
        listed += f"\npackagefile {package}=/box/{archive}"
    prepared[_LIBRARY] = f"{listed}\n".encode()
    script = _RUN % {"tools": folder, "refused": REFUSED}
    return ParallelRunner(CompiledRunner(sandbox, script, _MESSAGE, misfit, prepared, (HARNESS, path)))


def misfit(messages: str) -> str:
    """Return why the compiler's messages do not count against a translation; empty if they do."""
    problems = _PROBLEM.findall(messages)
    newer = next((text for _, text in problems if _NEWER.search(text)), "")
    if newer:
        return f"it needs a newer version of Go: {one_line(newer, 100)}"
    if problems and all(file != "solution" for file, _ in problems):
        return f"its tests do not fit its types: {one_line(problems[0][1], 100)}"
    return ""


def _output(sandbox: Sandbox, script: str, arguments: list[str], files: Mapping[str, bytes]) -> bytes:
    done = sandbox.run(["sh", "-c", script, "prepare", *arguments], files, _PREPARE_LIMITS)
    if done.exit_code != 0:
        said = one_line(done.stderr.decode("utf-8", "replace"), 200)
        raise SandboxFailed(f"the harness of Go cannot be prepared: {said}", "see: synthcode doctor")
    return done.stdout
