"""Programs that wear their compiler out, look around, or speak for others."""

from __future__ import annotations

from pathlib import Path

import pytest

from synthcode.errors import SandboxFailed
from synthcode.verification.compiling.compile import Toolchain
from synthcode.verification.sandboxes.bubblewrap import Bubblewrap
from tests.support.programs.compiled_programs import GOOD, refusals, toolchain

HOSTILE = {
    "c": '#include "/dev/zero"\nint a;',
    "cpp": "template<int N> struct F { F<N + 1> a; F<N + 2> b; }; F<0> f; constexpr long g(long n) "
    "{ return n < 2 ? n : g(n - 1) + g(n - 2); } static_assert(g(60) > 0);",
    "rust": "macro_rules! b { ($($t:tt)*) => { b!($($t)* $($t)*); } } b!(a);",
}


@pytest.mark.slow
@pytest.mark.parametrize("language", HOSTILE)
def test_a_program_that_wears_its_compiler_out_is_refused_alone(language: str) -> None:
    compiler = toolchain(language)
    found = refusals([GOOD[language][0], HOSTILE[language], GOOD[language][0]], compiler, seconds=4)
    assert [said is None for said in found] == [True, False, True]


@pytest.mark.slow
def test_a_compiler_that_was_ended_has_not_taken_the_program() -> None:
    macros = "".join(f"#define A{i + 1} A{i} A{i} A{i} A{i}\n" for i in range(30))
    (said,) = refusals([f"{macros}int a = A30;\n"], toolchain("c"), seconds=1)  # names an unknown A0 as well
    assert str(said).startswith("gcc was ended")


@pytest.mark.slow
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
