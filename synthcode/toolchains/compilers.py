"""What looks at the programs of each language without running them."""

from __future__ import annotations

import functools
import re
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

_JAVA_DRIVER = Path(__file__).with_name("CompileEach.java")
_SOURCE_FILE = r"(?:in )?(?:/box/)?\d+\.\d+\.\w+:?"

_C_NAMES = (
    "undeclared|unknown type name|implicit declaration|No such file or directory|incomplete type|has no member"
    "|storage size of|was not declared|has not been declared|does not name a|is not a member of|no arguments to"
    "|is not a template|is not a class"
)
"""How gcc says that it does not know a name, or only its name."""
_RUST_NAMES = r"error\[E0(404|405|407|411|412|422|423|424|425|432|433|437|463|531|573|574|576|583|599)\]"
"""See ``rustc --explain E0425`` and so on: the errors of name resolution, and E0599, a method of an unknown trait."""


@dataclass(frozen=True)
class Compiler:
    """How programs of a language are looked at; nothing of them is run.

    A translation is a fragment: a function without its imports and without what it calls. So what a compiler says of
    names that it cannot find is no error, and neither is what it says beside that.
    """

    program: str
    command: str
    """In shell; ``{file}`` is the file."""
    message: str
    """The first match of this pattern tells what is wrong: its group, or all of it."""
    unknown_names: str | None = None
    """A pattern that is found in the messages where a name was not."""
    forms: tuple[tuple[str, str, str], ...] = ()
    """Suffix of the file, and what is put before and behind the code: the program passes if it does so in any form."""
    opening: tuple[str, str] = ("", "")
    """What is found in programs that say where they begin, and what is put before the others."""
    gigabytes: int | None = 4
    """Of address space; None where the program reserves more than it uses and is told otherwise."""
    at_once: str | None = None
    """A command that looks at all files, instead of one for each."""


COMPILERS: Mapping[str, Compiler] = {
    "java": Compiler(
        "javac",
        "",
        r"line \d+: .*",
        unknown_names=r"\((?:cant\.resolve|doesnt\.exist|cant\.access|not\.def|static\.imp)",
        forms=((".java", "", ""), (".java", "class C { ", "\n}\n")),
        gigabytes=None,
        at_once="java -Xmx768m -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:-UsePerfData CompileEach.java {nonce}",
    ),
    "javascript": Compiler(
        "node",
        "node --max-old-space-size=512 --check {file}",
        r"\w*Error: .*",
        forms=((".cjs", "", ""), (".mjs", "", "")),
        gigabytes=None,
    ),
    "c": Compiler("gcc", "gcc -fsyntax-only -w -std=gnu17 {file}", r"error: (.*)", _C_NAMES, ((".c", "", ""),)),
    "cpp": Compiler(
        "g++",
        "g++ -fsyntax-only -w -std=gnu++20 -ftemplate-depth=256 {file}",
        r"error: (.*)",
        _C_NAMES,
        ((".cpp", "", ""),),
    ),
    "php": Compiler(
        "php",
        "php -n -d short_open_tag=1 -l {file}",
        r"(?:Parse|Fatal) error: (.*)",
        forms=((".php", "", ""),),
        opening=("<?", "<?php "),
    ),
    "ruby": Compiler("ruby", "ruby --disable=gems -c {file}", r"\d+: (.*)", None, ((".rb", "", ""),)),
    "go": Compiler("gofmt", "gofmt -e <{file} 2>&1 >/dev/null", r"\d+:\d+: (.*)", None, ((".go", "", ""),)),
    "rust": Compiler(
        "rustc",
        "rustc --crate-name program --crate-type lib --edition 2021 --emit=metadata --out-dir /tmp"
        " -A warnings --error-format=short {file}",
        r"error(?:\[E\d+\])?: (.*)",
        f"{_RUST_NAMES}|cannot find|couldn't read",
        ((".rs", "", ""),),
    ),
}
"""Python is not here: the syntax gate is its own parser. Of the others there is no compiler that is quick enough."""


def missing_compilers(languages: Iterable[str]) -> dict[str, str]:
    """Return, for each language whose programs are not compiled on this machine, why not."""
    reasons = {}
    for language in languages:
        compiler = COMPILERS.get(language)
        if compiler is None and language != "python":
            reasons[language] = "there is no quick compiler for it"
        elif compiler is not None and find_program(compiler) is None:
            reasons[language] = f"{compiler.program} is not on the PATH"
    return reasons


def compiler_versions() -> dict[str, str]:
    """Return, for each language with a compiler on this machine, a line that says which."""
    versions = {}
    for language, compiler in COMPILERS.items():
        program = find_program(compiler)
        if program is not None:
            flag = "version" if compiler.program == "gofmt" else "--version"
            path = program.with_name("go") if compiler.program == "gofmt" else program
            done = subprocess.run([path, flag], capture_output=True, text=True, check=False)
            versions[language] = (done.stdout or done.stderr).strip().split("\n")[0]
    return versions


@functools.cache
def find_program(compiler: Compiler) -> Path | None:
    """Return where the compiler lies, behind all links and wrappers; None where there is none."""
    found = shutil.which(compiler.program)
    if found is None:
        return None
    if compiler.program == "rustc":  # on most machines rustup's, which chooses one of several
        done = subprocess.run([found, "--print", "sysroot"], capture_output=True, text=True, check=False)
        inside = Path(done.stdout.strip()) / "bin" / "rustc"
        return inside if done.returncode == 0 and inside.is_file() else None
    return Path(found).resolve()


def first_message(compiler: Compiler, log: str) -> str:
    """Return what is wrong in one line, without paths or characters that a terminal would obey."""
    found = re.search(compiler.message, log)
    if found is not None:
        told = found[1] if found.re.groups else found[0]
    else:
        told = next((line for line in log.splitlines() if line.strip()), "")
    told = re.sub(_SOURCE_FILE, "", told)
    return " ".join("".join(character if character.isprintable() else " " for character in told).split())[:200]


def java_driver() -> Path:
    """Return the program that compiles many files in one process: ``javac`` takes half a second to start."""
    return _JAVA_DRIVER
