"""How the toolchain of each language checks programs without running them, and what its acceptance proves."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from synthcode.sanitize import one_line
from synthcode.verification.languages.csharp.compiling import DRIVER, LIBRARIES
from synthcode.verification.languages.csharp.diagnostics import UNRESOLVED
from synthcode.verification.languages.csharp.sources import lacks_namespaces, whole_program
from synthcode.vocabulary import Level

_JAVA_DRIVER = Path(__file__).with_name("CompileEach.java")
_TYPESCRIPT_DRIVER = Path(__file__).with_name("CheckEach.js")
_GO_DRIVER = Path(__file__).with_name("CheckEach.go")
_SOURCE_FILE = r"(?:in )?(?:/box/)?program\.\w+:?"

_C_NAMES = (
    "undeclared|unknown type name|error: implicit declaration|No such file or directory|incomplete type|undefined type"
    "|has no member"
    "|storage size of|was not declared|has not been declared|does not name a|is not a member of|no arguments to"
    "|is not a template|is not a class|is not a namespace-name"
)
"""How gcc says that it does not know a name, or only its name."""
_RUST_NAMES = r"error\[E0(404|405|407|411|412|422|423|424|425|432|433|437|463|531|573|574|576|583|599)\]"
"""See ``rustc --explain E0425`` and so on: the errors of name resolution, and E0599, a method of an unknown trait."""


@dataclass(frozen=True)
class Control:
    """Two small programs that show whether a compiler works: its verdicts on them are known."""

    good: str
    bad: str


@dataclass(frozen=True)
class Compiler:
    """How programs of a language are compiled or checked; none of them is run.

    A translation is a fragment: a function without its imports and without the functions that it calls. So unresolved
    names are not treated as errors, and neither are the other messages about such a program. It is not ``compiled``.
    """

    program: str
    level: Level
    """What a program has reached that the compiler accepts: ``checked`` if no names and types are resolved."""
    arguments: tuple[str, ...]
    """The name of the file comes last; with a driver in Java, these are options of ``java``, in C# its own."""
    message: str
    """The first match of this pattern is the error: its group, or all of it."""
    control: Control
    unknown_names: str | None = None
    """A pattern found in the messages about names that the compiler does not know."""
    assumed_names: str | None = None
    """A pattern found in warnings about names that it does not know either, in programs that it accepts."""
    unresolved: Level = "checked"
    """What a program with such names has reached: ``syntax`` if the compiler mixes parsing and resolving names."""
    forms: tuple[tuple[str, str, str], ...] = ()
    """Suffix of the file, and what is put before and after the code: the program passes if it does so in any form."""
    opening: tuple[str, str] = ("", "")
    """What is found in programs that say where they begin, and what is put before the others."""
    completed: Callable[[str], str] = str
    """Makes a whole program of a fragment."""
    leaves_out: Callable[[str], bool] | None = None
    """Whether a program made so lacks something that the fragment names, such as a library."""
    gigabytes: int | None = 4
    """Of address space; None if the program reserves more than it uses and is limited by its arguments."""
    threads: int = 16
    """Processes and threads that it may have."""
    driver: Path | None = None
    """A program in Java, Go, JavaScript or C# that checks many files in one process: see ``drivers.py``."""
    version: tuple[str, str] = ("", "--version")
    """The program next to it that reports the version (empty: itself), and the option for that."""
    mode: str = ""
    """The argument that makes it check a program's syntax only."""
    package: tuple[str, str] = ("", "")
    """A package of npm that is the compiler itself, and how people call that."""

    @property
    def name(self) -> str:
        """How people call it, such as ``php -l``."""
        return self.package[1] or f"{self.program} {self.mode}".rstrip()


COMPILERS: Mapping[str, Compiler] = {
    "java": Compiler(
        "javac",
        "compiled",
        ("-Xmx768m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-XX:-UsePerfData"),
        r"line \d+: .*",
        Control("class A { int f() { return 1; } }", 'class A { int f() { return "x"; } }'),
        unknown_names=r"\((?:cant\.resolve|doesnt\.exist|cant\.access|not\.def|static\.imp)",
        forms=((".java", "", ""), (".java", "class C { ", "\n}\n")),
        gigabytes=None,
        threads=256,
        driver=_JAVA_DRIVER,
    ),
    "javascript": Compiler(
        "node",
        "checked",
        ("--max-old-space-size=512", "--check"),
        r"(?<!\w)\w*?Error: .*",
        Control("function f() { return 1; }", "function f( { return 1; }"),
        forms=((".cjs", "", ""), (".mjs", "", "")),
        gigabytes=None,
        threads=64,
        mode="--check",
    ),
    "typescript": Compiler(
        "node",
        "compiled",
        ("--max-old-space-size=1024", "--no-warnings"),
        r"(?<!\d)\d+:\d+: (.*)",
        Control(
            "const f = (a: string[]): number => Math.max(...a.map((one) => one.length));",
            "function f(): number { const a = 1; a = 2; return a; }",
        ),
        forms=((".ts", "", ""), (".ts", "class C { ", "\n}\n")),
        gigabytes=None,
        threads=64,
        driver=_TYPESCRIPT_DRIVER,
        package=("typescript", "tsc"),
    ),
    "c": Compiler(
        "gcc",
        "compiled",
        ("-fsyntax-only", "-std=gnu17", "-fno-diagnostics-show-caret", "-ftrack-macro-expansion=0"),
        r"error: (.*)",
        Control("int f(void) { return 1; }", "int f(void) { return 1 }"),
        unknown_names=_C_NAMES,
        assumed_names=r"warning: (?:incompatible )?implicit declaration",
        unresolved="syntax",
        forms=((".c", "", ""),),
    ),
    "cpp": Compiler(
        "g++",
        "compiled",
        ("-fsyntax-only", "-w", "-std=gnu++20", "-ftemplate-depth=256"),
        r"error: (.*)",
        Control("int f() { return 1; }", "int f() { return 1 }"),
        unknown_names=_C_NAMES,
        unresolved="syntax",
        forms=((".cpp", "", ""),),
    ),
    "php": Compiler(
        "php",
        "checked",
        ("-n", "-d", "short_open_tag=1", "-l"),
        r"(?:Parse|Fatal) error: (.*)",
        Control("function f() { return 1; }", "function f( { return 1; }"),
        forms=((".php", "", ""),),
        opening=("<?", "<?php "),
        mode="-l",
    ),
    "ruby": Compiler(
        "ruby",
        "checked",
        ("--disable=gems", "-c"),
        r"(?<!\d)\d+: (.*)",
        Control("def f\n  1\nend", "def f(\n  1\nend"),
        forms=((".rb", "", ""),),
        mode="-c",
    ),
    "go": Compiler(
        "go",
        "compiled",
        (),
        r"(?<!\d)\d+:\d+: (.*)",
        Control(
            'import "strings"\nfunc f(s string) string { return strings.ToUpper(s) }', 'func f() int { return "x" }'
        ),
        forms=((".go", "", ""),),
        threads=64,
        driver=_GO_DRIVER,
        version=("", "version"),
    ),
    "csharp": Compiler(
        "mcs",
        "compiled",
        ("10", "verdicts", "-nologo", "-unsafe", "-warn:0", *LIBRARIES),
        r"error CS\d+: (.*)",
        Control(
            "public static int F(List<int> a) => a.Sum();",
            'class A { int F() { return "x"; } }',
        ),
        unknown_names=UNRESOLVED,
        unresolved="syntax",
        forms=((".cs", "", ""),),
        completed=whole_program,
        leaves_out=lacks_namespaces,
        gigabytes=None,
        threads=64,
        driver=DRIVER,
    ),
    "rust": Compiler(
        "rustc",
        "compiled",
        (
            *("--crate-name", "program", "--crate-type", "lib", "--edition", "2021", "--emit=metadata"),
            *("--out-dir", "/tmp", "-A", "warnings", "--error-format=short"),
        ),
        r"error(?:\[E\d+\])?: (.*)",
        Control("pub fn f() -> i32 { 1 }", 'pub fn f() -> i32 { "x" }'),
        unknown_names=f"{_RUST_NAMES}|cannot find|couldn't read",
        forms=((".rs", "", ""),),
        threads=64,
    ),
}
"""Python is not here: the syntax gate has run its parser. Of the others there is no compiler that is quick enough."""


def language_of(compiler: Compiler) -> str:
    """Return the language of a compiler."""
    return next(
        name for name, one in COMPILERS.items() if one.program == compiler.program and one.forms == compiler.forms
    )


def highest_level(language: str) -> tuple[Level, str | None]:
    """Return the level of verification that a language's translations can reach, and the program that decides it."""
    compiler = COMPILERS.get(language)
    return (compiler.level, compiler.name) if compiler is not None else ("syntax", None)


def first_message(compiler: Compiler, log: str) -> str:
    """Return what is wrong in one line, without paths or characters that a terminal would obey."""
    found = re.search(compiler.message, log)
    if found is not None:
        message = found[1] if found.re.groups else found[0]
    else:
        message = next((line for line in log.splitlines() if line.strip()), "")
    message = re.sub(_SOURCE_FILE, "", message)
    return one_line(message, 200)
