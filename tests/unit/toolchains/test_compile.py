from __future__ import annotations

import shutil
import time
from pathlib import Path

import pyarrow as pa
import pytest

from synthcode.errors import SynthcodeError
from synthcode.schemas.records import Split
from synthcode.schemas.tables import REJECTED, TRANSLATIONS
from synthcode.toolchains import compile as compiling
from synthcode.toolchains import sandbox
from synthcode.toolchains.compile import refusals
from synthcode.toolchains.compilers import (
    COMPILERS,
    compiler_versions,
    find_program,
    first_message,
    missing_compilers,
)
from synthcode.toolchains.gate import compile_translations

GOOD = {
    "java": ["class A { int f(int a) { return a; } }", "int f(int a) { return a; }", "public class B { }"],
    "javascript": [
        "function f(a) { return a; }",
        "import fs from 'fs';\nexport const f = 1;",
        "#!/usr/bin/env node\nf()",
    ],
    "c": ["int f(int a) { return a; }"],
    "cpp": ["auto f(auto a) { return a + 1; }"],
    "php": ["<?php\nfunction f($a) { return $a; }", "function f($a) { return $a; }", "<?\nfunction f() { }"],
    "ruby": ["def f(a)\n  a\nend"],
    "go": ["package a\n\nfunc f() int { return 1 }", "func f() int { return 1 }"],
    "rust": ["fn f(a: i32) -> i32 { a }"],
}
OPEN = {
    "java": "class A { List<String> f(Foo a) { return a.bar(missing); } }",
    "c": "size_t f(struct node *n) { return n->size + helper(n); }",
    "cpp": "std::vector<int> f(Node n) { return n.values; }",
    "rust": "use serde::Serialize;\nfn f(a: Missing) -> HashMap<i32, i32> { helper(a).into() }",
}
"""Fragments with names that nobody declares."""
BAD = {
    "java": ('class A { int f() { return "x"; } }', "incompatible types: java.lang.String cannot be converted to int"),
    "javascript": (
        "function f() { const a = 1; const a = 2; }",
        "SyntaxError: Identifier 'a' has already been declared",
    ),
    "c": ("int f(void) { int a = 1; int a = 2; return a; }", "redefinition of"),
    "cpp": ("int f() { const int a = 1; a = 2; return a; }", "assignment of read-only variable"),
    "php": ("function f() { break; }", "'break' not in the 'loop' or 'switch' context on line 1"),
    "ruby": ("def f\n  yield = 1\nend", "syntax error, unexpected '='"),
    "go": ("func f() { x := }", "expected operand, found '}'"),
    "rust": ('fn f() -> i32 { "x" }', "mismatched types: expected `i32`, found `&str`"),
}


def needs(language: str) -> None:
    if find_program(COMPILERS[language]) is None:
        pytest.skip(f"needs {COMPILERS[language].program}")
    if sandbox.why_no_sandbox() is not None:
        pytest.skip(str(sandbox.why_no_sandbox()))


def test_every_compiler_is_tried_here() -> None:
    assert set(GOOD) == set(BAD) == set(COMPILERS)


@pytest.mark.parametrize("language", COMPILERS)
def test_programs_are_judged_each_by_itself(language: str) -> None:
    needs(language)
    bad, message = BAD[language]
    programs = [*GOOD[language], bad, *GOOD[language]]
    found = refusals(programs, COMPILERS[language])
    assert [said is None for said in found] == [program != bad for program in programs]
    assert message in str(found[len(GOOD[language])])
    assert "/" not in str(found[len(GOOD[language])])


@pytest.mark.parametrize("language", OPEN)
def test_what_a_fragment_leaves_open_is_no_error(language: str) -> None:
    needs(language)
    assert refusals([OPEN[language]], COMPILERS[language]) == [None]


HOSTILE = {
    "c": '#include "/dev/zero"\nint a;',
    "cpp": "template<int N> struct F { F<N + 1> a; F<N + 2> b; }; F<0> f; constexpr long g(long n) "
    "{ return n < 2 ? n : g(n - 1) + g(n - 2); } static_assert(g(60) > 0);",
    "rust": "macro_rules! b { ($($t:tt)*) => { b!($($t)* $($t)*); } } b!(a);",
}


@pytest.mark.parametrize("language", HOSTILE)
def test_a_program_that_wears_its_compiler_out_is_refused_alone(language: str) -> None:
    needs(language)
    started = time.monotonic()
    found = refusals([GOOD[language][0], HOSTILE[language], GOOD[language][0]], COMPILERS[language], seconds=2)
    assert [said is None for said in found] == [True, False, True]
    assert time.monotonic() - started < 40


def test_a_compiler_of_all_files_that_dies_or_hangs_costs_one_program(monkeypatch: pytest.MonkeyPatch) -> None:
    needs("java")
    script = compiling._script

    def dying(compiler: object, names: list[str], nonce: str, seconds: int) -> str:
        return f"! grep -l DIE *.java || exit 1; {script(compiler, names, nonce, seconds)}"  # type: ignore[arg-type]

    monkeypatch.setattr(compiling, "_script", dying)
    programs = ["class A { }", "class DIE { }", "class B { }", "class C { }"]
    assert [said is None for said in refusals(programs, COMPILERS["java"])] == [True, False, True, True]


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
        needs(language)
        said = " ".join(str(message) for message in refusals(codes, COMPILERS[language]))
        assert "stolen" not in said
        assert "root:" not in said
        assert str(Path.home()) not in said
    assert list(tmp_path.iterdir()) == [secret]


def test_a_program_cannot_speak_for_the_next() -> None:
    needs("c")
    lie = '#error "\n\n0 1.0.c 0\n"'
    assert [said is None for said in refusals([lie, "int f( {"], COMPILERS["c"])] == [False, False]


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
    needs("c")
    needs("ruby")
    kept = translations(
        ("ruby", GOOD["ruby"][0]), ("c", BAD["c"][0]), ("kotlin", "fun f() = 1"), ("c", GOOD["c"][0]), ("ruby", "f")
    )
    found = compile_translations(Split(kept, REJECTED.empty_table()))
    assert found.kept["request_id"].to_pylist() == ["0", "2", "3", "4"]
    assert found.kept["verification"].to_pylist() == ["compiled", "syntax", "compiled", "compiled"]
    (rejected,) = found.rejected.to_pylist()
    assert (rejected["request_id"], rejected["reason"], rejected["code"]) == ("1", "compile_error", BAD["c"][0])
    assert "redefinition" in rejected["detail"]
    nothing = Split(TRANSLATIONS.empty_table(), REJECTED.empty_table())
    assert compile_translations(nothing) == nothing


def test_a_machine_without_compilers_says_which(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    find_program.cache_clear()
    try:
        assert missing_compilers(["python", "c", "kotlin"]) == {
            "c": "gcc is not on the PATH",
            "kotlin": "there is no quick compiler for it",
        }
        assert compiler_versions() == {}
        kept = translations(("c", BAD["c"][0]))
        assert compile_translations(Split(kept, REJECTED.empty_table())).kept.equals(kept)
    finally:
        find_program.cache_clear()


def test_without_a_sandbox_nothing_is_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox.shutil, "which", lambda name: None)
    sandbox.why_no_sandbox.cache_clear()
    try:
        with pytest.raises(SynthcodeError) as refusal:
            sandbox.require_sandbox()
        assert "bwrap (bubblewrap) is not on the PATH" in refusal.value.problem
        assert "--compile" in refusal.value.fix
    finally:
        sandbox.why_no_sandbox.cache_clear()
