from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

from synthcode.errors import SandboxFailed, SandboxUnavailable
from synthcode.schemas.records import StageResult
from synthcode.schemas.tables import REJECTED, TRANSLATIONS
from synthcode.verification.bubblewrap import Bubblewrap
from synthcode.verification.compiling.compile import SECONDS, Judgement, Toolchain, judge_safely
from synthcode.verification.compiling.compile_stage import compile_translations
from synthcode.verification.compiling.compilers import COMPILERS, first_message
from synthcode.verification.compiling.controls import compiler_versions, examine, missing_compilers
from synthcode.verification.compiling.drivers import build_driver
from synthcode.verification.sandbox import require_sandbox, try_sandbox_again, why_no_sandbox
from synthcode.vocabulary import Level

GOOD = {
    "java": ["class A { int f(int a) { return a; } }", "int f(int a) { return a; }", "public class B { }"],
    "javascript": [
        "function f(a) { return a; }",
        "import fs from 'fs';\nexport const f = 1;",
        "#!/usr/bin/env node\nf()",
    ],
    "typescript": [
        "export const f = <T>(all: T[]): Map<T, number> => new Map(all.map((one, place) => [one, place]));",
        "private f(a: number[]): number { return a.length; }",
        "function f(a) { console.log(a ?? process.argv); const module = { a }; return module.a.anything; }",
    ],
    "c": ["int f(int a) { return a; }"],
    "cpp": ["auto f(auto a) { return a + 1; }"],
    "php": ["<?php\nfunction f($a) { return $a; }", "function f($a) { return $a; }", "<?\nfunction f() { }"],
    "ruby": ["def f(a)\n  a\nend"],
    "go": [
        'package a\n\nimport "strings"\n\nfunc f(s string) string { return strings.ToUpper(s) }',
        "func f() int { return 1 }",
        "a := []int{1}\nfor i := range a {\n\ta[i]++\n}",
    ],
    "rust": ["fn f(a: i32) -> i32 { a }"],
    "csharp": [
        "class A { int F(int a) { return a; } }",
        "public static List<int> F(int[] a) => a.Where(x => x > 0).ToList();",
        "using System.Linq;\nusing D = System.Collections.Generic.Dictionary<string, int>;\nnamespace A.B;\n"
        "public class C { public D F() { return new D(); } }",
    ],
}
OPEN = {
    "typescript": "import { Heap } from 'heap-js';\nfunction f(a: TreeNode): number { return helper(new Heap(a)); }",
    "java": "class A { List<String> f(Foo a) { return a.bar(missing); } }",
    "c": "int f(struct node *n) { return n->size; }",
    "cpp": "std::vector<int> f(Node n) { return n.values; }",
    "go": 'package a\n\nimport "github.com/a/b"\n\nfunc f(n *Node) int { return b.Sum(n.Values) + helper(n) }',
    "csharp": "using Newtonsoft.Json;\nclass A : Base { Node F(Node n) { return helper(n.Next) ?? n?.Missing(); } }",
    "rust": "use serde::Serialize;\nfn f(a: Missing) -> HashMap<i32, i32> { helper(a).into() }",
}
"""Fragments with undeclared names."""
BAD = {
    "typescript": ("let a: number = 1; let a: number = 2;", "Cannot redeclare block-scoped variable 'a'."),
    "java": ('class A { int f() { return "x"; } }', "incompatible types: java.lang.String cannot be converted to int"),
    "javascript": (
        "function f() { const a = 1; const a = 2; }",
        "SyntaxError: Identifier 'a' has already been declared",
    ),
    "c": ("int f(void) { int a = 1; int a = 2; return a; }", "redefinition of"),
    "cpp": ("int f() { const int a = 1; a = 2; return a; }", "assignment of read-only variable"),
    "php": ("function f() { break; }", "'break' not in the 'loop' or 'switch' context on line 1"),
    "ruby": ("def f\n  yield = 1\nend", "syntax error, unexpected '='"),
    "go": ("func f(s string) string { return s.trim() }", "s.trim undefined (type string has no field or method trim)"),
    "csharp": (
        'class A { int F(int a) { string a1 = a; return "/"; } }',
        "Cannot implicitly convert type `int' to `string'",
    ),
    "rust": ('fn f() -> i32 { "x" }', "mismatched types: expected `i32`, found `&str`"),
}


def toolchain(language: str) -> Toolchain:
    if why_no_sandbox() is not None:
        pytest.skip(f"needs a sandbox: {why_no_sandbox()}")
    found = examine(language)
    if found.toolchain is None:
        assert not found.broken, found.problem
        pytest.skip(f"needs a compiler or interpreter: {found.problem}")
    return found.toolchain


def refusals(codes: list[str], compiler: Toolchain, seconds: int = SECONDS) -> list[str | None]:
    """Return why each program is refused; None if it is not."""
    return [judgement.problem for judgement in judge_safely(codes, compiler, seconds)]


LEVELS: dict[str, tuple[Level, Level]] = {
    "java": ("compiled", "checked"),
    "javascript": ("checked", "checked"),
    "typescript": ("compiled", "checked"),
    "c": ("compiled", "syntax"),
    "cpp": ("compiled", "syntax"),
    "php": ("checked", "checked"),
    "ruby": ("checked", "checked"),
    "go": ("compiled", "checked"),
    "rust": ("compiled", "checked"),
    "csharp": ("compiled", "syntax"),
}
"""What a whole program reaches, and one with a name that it does not define."""
UNDEFINED = {
    "java": "class A { int f(int a) { return helper(a); } }",
    "javascript": "function f(a) { return helper(a); }",
    "typescript": "function f(a: number): number { return helper(a); }",
    "c": "int f(int a) { return helper(a); }",
    "cpp": "int f(int a) { return helper(a); }",
    "php": "function f($a) { return helper($a); }",
    "ruby": "def f(a)\n  helper(a)\nend",
    "go": "package a\n\nfunc f(a int) int { return helper(a) }",
    "rust": "pub fn f(a: i32) -> i32 { helper(a) }",
    "csharp": "static int F(int a) { return Helper(a); }",
}


def test_every_compiler_is_tried_here() -> None:
    assert set(GOOD) == set(BAD) == set(LEVELS) == set(UNDEFINED) == set(COMPILERS)


@pytest.mark.parametrize("language", COMPILERS)
def test_a_program_reaches_what_its_toolchain_proves(language: str) -> None:
    compiler = toolchain(language)
    judgements = judge_safely([GOOD[language][0], UNDEFINED[language], BAD[language][0]], compiler)
    assert [judgement.level for judgement in judgements] == [*LEVELS[language], None]


@pytest.mark.parametrize("language", COMPILERS)
def test_programs_are_judged_each_by_itself(language: str) -> None:
    compiler = toolchain(language)
    bad, message = BAD[language]
    programs = [*GOOD[language], bad, *GOOD[language]]
    found = refusals(programs, compiler)
    assert [said is None for said in found] == [program != bad for program in programs]
    assert message in str(found[len(GOOD[language])])
    assert "/" not in str(found[len(GOOD[language])])


@pytest.mark.parametrize("language", OPEN)
def test_what_a_fragment_leaves_open_is_no_error(language: str) -> None:
    compiler = toolchain(language)
    assert refusals([OPEN[language]], compiler) == [None]


HOSTILE = {
    "c": '#include "/dev/zero"\nint a;',
    "cpp": "template<int N> struct F { F<N + 1> a; F<N + 2> b; }; F<0> f; constexpr long g(long n) "
    "{ return n < 2 ? n : g(n - 1) + g(n - 2); } static_assert(g(60) > 0);",
    "rust": "macro_rules! b { ($($t:tt)*) => { b!($($t)* $($t)*); } } b!(a);",
}


@pytest.mark.parametrize("language", HOSTILE)
def test_a_program_that_wears_its_compiler_out_is_refused_alone(language: str) -> None:
    compiler = toolchain(language)
    started = time.monotonic()
    found = refusals([GOOD[language][0], HOSTILE[language], GOOD[language][0]], compiler, seconds=2)
    assert [said is None for said in found] == [True, False, True]
    assert time.monotonic() - started < 40


def test_a_compiler_that_was_ended_has_not_taken_the_program() -> None:
    macros = "".join(f"#define A{i + 1} A{i} A{i} A{i} A{i}\n" for i in range(30))
    (said,) = refusals([f"{macros}int a = A30;\n"], toolchain("c"), seconds=1)  # names an unknown A0 as well
    assert str(said).startswith("gcc was ended")


def test_a_compiler_of_all_files_that_dies_costs_one_program(tmp_path: Path) -> None:
    java = toolchain("java")
    assert java.compiler.driver is not None
    driver = tmp_path / "CompileEach.java"
    die = 'if (new String(source).contains("DIE")) System.exit(1);'
    driver.write_text(java.compiler.driver.read_text().replace("StringBuilder log =", f"{die} StringBuilder log =", 1))
    dying = replace(java, compiler=replace(java.compiler, driver=driver))
    programs = ["class A { }", "class DIE { }", "class B { }", "class C { }"]
    assert [said is None for said in refusals(programs, dying)] == [True, False, True, True]


GO_CASES: dict[str, Level | None] = {
    'package a\nimport ("encoding/json"; "reflect")\nfunc f(s string) string { return s.trim() }': None,
    'package a\nimport "reflect"\nfunc f() int { return 1 }': "checked",
    "package a\nfunc f() { x := 1 }": None,
    "package a\nfunc f() int { }": None,
    "func f( int { return 1 }": None,
    'package a\nimport "math"\nfunc f() int { return math.Max(1, 2) }': None,
    # What a newer version of Go may have:
    'package a\nimport "strings"\nfunc f(s string) string { return strings.Newer(s) }': "checked",
    'package a\nimport "bytes"\nfunc f(b *bytes.Buffer) { b.Newer() }': "checked",
    # What is not of the standard library, wherever it lies:
    'package a\nimport "C"\nfunc f() int { return 1 }': "checked",
    'package a\nimport "../../../etc"\nfunc f() int { return etc.A }': "checked",
    "package main\nfunc f() int { return 1 }": "compiled",
    'import "net/http"\nfunc f() string { return http.MethodGet }': "compiled",
}


def test_types_of_go_programs_are_resolved_with_the_standard_library_only() -> None:
    judgements = judge_safely(list(GO_CASES), toolchain("go"))
    found = {code: judgement.level for code, judgement in zip(GO_CASES, judgements, strict=True)}
    assert found == GO_CASES


def test_a_go_program_that_ends_the_checker_is_refused_alone(tmp_path: Path) -> None:
    go = toolchain("go")
    assert go.compiler.driver is not None
    driver = tmp_path / "CheckEach.go"
    code = go.compiler.driver.read_text()
    start = "file, isFragment, err := parse(files, source)"
    assert start in code
    die = 'if strings.Contains(string(source), "DIE") { os.Exit(1) }\n'
    give_up = 'if strings.Contains(string(source), "PANIC") { panic("lost") }\n'
    driver.write_text(code.replace(start, die + give_up + start, 1))
    compiler = replace(go.compiler, driver=driver)
    dying = replace(go, compiler=compiler, built_driver=build_driver(compiler, go.program, go.sandbox))
    programs = ["var a = 1", "var DIE = 1", "var b = 1", "var PANIC = 1", "var c = 1"]
    assert [said is None for said in refusals(programs, dying)] == [True, False, True, False, True]


def test_a_driver_that_cannot_be_built_makes_its_compiler_broken(tmp_path: Path) -> None:
    go = toolchain("go")
    source = tmp_path / "CheckEach.go"
    source.write_text("package main\n\nfunc main() { missing() }\n")
    with pytest.raises(SandboxFailed, match=r"it cannot build CheckEach\.go: .*missing"):
        build_driver(replace(go.compiler, driver=source), go.program, go.sandbox)


def test_nothing_is_run_and_nothing_of_the_machine_is_seen(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("int stolen = ;")
    programs = {
        "c": [f'#include "{secret}"\n', '#include "/etc/passwd"\n'],
        "rust": [f'const A: &str = include_str!("{secret}");', 'const A: i32 = env!("HOME");'],
        "ruby": [f'BEGIN {{ File.write("{tmp_path}/ran", "") }}'],
        "php": [f'<?php file_put_contents("{tmp_path}/ran", "");'],
        "javascript": [f'require("fs").writeFileSync("{tmp_path}/ran", "")'],
        "java": [f'class A {{ static {{ new java.io.File("{tmp_path}/ran").mkdir(); }} }}'],
    }
    for language, codes in programs.items():
        said = " ".join(str(message) for message in refusals(codes, toolchain(language)))
        assert "stolen" not in said
        assert "root:" not in said
        assert str(Path.home()) not in said
    assert list(tmp_path.iterdir()) == [secret]


def test_a_program_cannot_speak_for_the_next() -> None:
    lie = '#error "\n\n0 1.0.c 0\n{ \\"exit-code\\": 0 }\n"'
    assert [said is None for said in refusals([lie, "int f( {"], toolchain("c"))] == [False, False]


def test_a_program_does_not_see_the_others() -> None:
    names = ("/box/program.rs", "/box/0.0.rs", "/proc/self/fd/0", "/proc/1/cmdline", "/proc/1/root/box/program.rs")
    codes = ["pub const NEIGHBOUR: i32 = 4242;"]
    codes += [f'const _: () = panic!("{{}}", include_str!("{name}"));' for name in names]
    assert not any("NEIGHBOUR" in str(said) for said in refusals(codes, toolchain("rust")))


def test_messages_are_one_short_line_that_no_terminal_obeys() -> None:
    log = "0.0.c:3:5: error: unknown \x1b[31mthing\u202e \x00" + "x" * 500
    assert first_message(COMPILERS["c"], log).startswith("unknown [31mthing xxx")
    assert len(first_message(COMPILERS["c"], log)) == 200
    assert first_message(COMPILERS["ruby"], "\n\nnothing like it\n") == "nothing like it"


def translations(*rows: tuple[str, str]) -> pa.Table:
    filled = {"seed_id": "s", "sample_index": 0, "model": "m", "prompt_name": "p", "prompt_digest": "d"}
    return pa.Table.from_pylist(
        [
            {**filled, "request_id": str(place), "target_language": language, "code": code, "n_chars": len(code)}
            | {"verification": "syntax"}
            for place, (language, code) in enumerate(rows)
        ],
        schema=TRANSLATIONS,
    )


def test_rows_keep_their_order_and_are_told_what_they_passed() -> None:
    toolchain("c")
    toolchain("ruby")
    kept = translations(
        ("ruby", GOOD["ruby"][0]), ("c", BAD["c"][0]), ("kotlin", "fun f() = 1"), ("c", GOOD["c"][0]), ("ruby", "f")
    )
    found = compile_translations(StageResult(kept, REJECTED.empty_table()))
    assert found.kept["request_id"].to_pylist() == ["0", "2", "3", "4"]
    assert found.kept["verification"].to_pylist() == ["checked", "syntax", "compiled", "checked"]
    (rejected,) = found.rejected.to_pylist()
    assert (rejected["request_id"], rejected["reason"], rejected["code"]) == ("1", "compile_error", BAD["c"][0])
    assert "redefinition" in rejected["detail"]
    nothing = StageResult(TRANSLATIONS.empty_table(), REJECTED.empty_table())
    assert compile_translations(nothing) == nothing


def test_a_machine_without_compilers_says_which(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert missing_compilers(["python", "c", "kotlin"]) == {
        "c": "gcc is not on the PATH",
        "kotlin": "there is no quick compiler for it",
    }
    assert compiler_versions() == {}
    kept = translations(("c", BAD["c"][0]))
    assert compile_translations(StageResult(kept, REJECTED.empty_table())).kept.equals(kept)


def test_without_a_sandbox_nothing_is_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    try_sandbox_again()
    try:
        with pytest.raises(SandboxUnavailable) as refusal:
            require_sandbox()
        assert "bwrap is not on the PATH" in refusal.value.problem
        assert "--compile" in refusal.value.fix
    finally:
        try_sandbox_again()


def test_a_compiler_that_breaks_midway_rejects_no_program(tmp_path: Path) -> None:
    compiler = toolchain("c").compiler
    program = tmp_path / "gcc"
    for script, problem in (("exit 1", "refuses a program known to be good"), (None, "cannot be started")):
        program.unlink(missing_ok=True)
        if script is not None:
            program.write_text(f"#!/bin/sh\n{script}\n")
            program.chmod(0o755)
        else:
            program.write_text("#!/no/such/shell\n")
            program.chmod(0o755)
        with pytest.raises(SandboxFailed, match=problem):
            refusals([GOOD["c"][0]], Toolchain(compiler, program, Bubblewrap((program,))))


def test_a_type_error_does_not_refuse_what_typescript_makes_javascript_of() -> None:
    code = "function f(a: boolean): number { return a + 1; }"
    assert judge_safely([code], toolchain("typescript")) == [Judgement("checked", None)]


def test_a_compiler_from_npm_is_named_with_the_command_that_installs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SYNTHCODE_NODE_PACKAGES", str(tmp_path))
    (tmp_path / "node").touch(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    problem = missing_compilers(["typescript"])["typescript"]
    assert problem == f"the package typescript is not installed: npm install --prefix {tmp_path} typescript@5.9"
