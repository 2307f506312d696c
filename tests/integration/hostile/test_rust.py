"""Rust programs that attack the machine, their neighbours or their own tests."""

from __future__ import annotations

import pytest

from synthcode.verification.cases.case import Untestable
from synthcode.verification.languages.rust.programs import with_cases
from synthcode.verification.languages.tested import TestProgram
from tests.support.programs.hostile_programs import CASES, assert_each_costs_itself_only
from tests.support.programs.tested_programs import TestedPrograms

GOOD = "fn square(a: i32) -> i32 { a * a }"


def body(statements: str) -> str:
    """Return a program whose function does something and returns a wrong result."""
    return f"fn square(a: i32) -> i32 {{ {statements}; 1 }}"


def if_any(expression: str) -> str:
    """Return a program that is right only if an attack succeeds."""
    return body(f"if {expression} {{ return a * a; }}")


ENDLESS = {
    "fork bomb": (
        body('loop { let _ = std::process::Command::new("/proc/self/exe").spawn(); }'),
        "test_timeout|test_crash",
    ),
    "threads": (
        body("loop { let _ = std::thread::Builder::new().spawn(|| loop {}); }"),
        "test_timeout|test_failed|test_crash",
    ),
    "memory": (
        body("let mut x = Vec::new(); loop { x.push(vec![1u8; 1 << 26]); }"),
        "test_timeout|test_failed|test_crash",
    ),
    "output": (body('loop { println!("0 4"); }'), "test_timeout|test_crash"),
    "loop": (body("let mut x = a as u64; loop { x = x.wrapping_add(1); }"), "test_timeout"),
    "sleep": (body("std::thread::sleep(std::time::Duration::from_secs(3600))"), "test_timeout"),
}
HOSTILE = {
    "disk": (
        body(
            'use std::io::Write; let mut f = std::fs::File::create("/tmp/x").unwrap(); '
            "loop { f.write_all(&[0u8; 1 << 16]).unwrap(); }"
        ),
        "test_failed|test_crash",
    ),
    "signal to the parent": (
        body(
            'extern "C" { fn getppid() -> i32; fn kill(a: i32, b: i32) -> i32; } unsafe { kill(getppid(), 9); }'
            "std::thread::sleep(std::time::Duration::from_secs(1))"
        ),
        "test_crash",
    ),
    "exit": (body("std::process::exit(0)"), "test_failed"),
    "abort": (body("std::process::abort()"), "test_crash"),
    "reads": (
        body(
            "let mut l = String::new(); std::io::stdin().read_line(&mut l).unwrap();"
            'println!("\\n{} 0 4\\n{} 1 9\\n{} end", l, l, l); std::process::exit(0)'
        ),
        "test_failed",
    ),
    "forged lines": (body('println!("\\n0 4\\n1 9\\nend"); std::process::exit(0)'), "test_failed"),
    "names": (
        "mod std { }\nmacro_rules! assert_eq { ($($x:tt)*) => {} }\nmacro_rules! panic { ($($x:tt)*) => {} }\n"
        "#[allow(non_camel_case_types)] struct String;\n" + body(""),
        "test_failed",
    ),
    "exported names": (
        "#[macro_export] macro_rules! assert_eq { ($($x:tt)*) => {} }\n" + body(""),
        "test_failed",
    ),
    "panic hook": (body("std::panic::set_hook(Box::new(|_| std::process::exit(0))); panic!()"), "test_failed"),
    "payload": (
        "struct D; impl Drop for D { fn drop(&mut self) { std::process::exit(0) } }\n"
        + body("if a > 0 { std::panic::panic_any(D) }"),
        "test_failed",
    ),
    "network": (if_any('std::net::TcpStream::connect("1.1.1.1:53").is_ok()'), "test_failed"),
    "accounts": (if_any('std::fs::read("/etc/passwd").is_ok()'), "test_failed"),
    "environment": (if_any('std::env::vars().any(|(n, _)| n.contains("SYNTHCODE"))'), "test_failed"),
    "others": (if_any('std::fs::read_dir("/box").unwrap().count() > 3'), "test_failed"),
    "deletes": (
        body('for f in ["/box", "/usr", "/tmp"] { let _ = std::fs::remove_dir_all(f); }'),
        "test_failed",
    ),
    "links": (
        if_any(
            'std::os::unix::fs::symlink("/etc/shadow", "/tmp/x").is_ok() && std::fs::read("/tmp/x").is_ok_and(|x| '
            "!x.is_empty())"
        ),
        "test_failed",
    ),
    "own equality": (
        "struct I; impl PartialEq<i32> for I { fn eq(&self, _: &i32) -> bool { true } }\n" + body("let _ = I == 4"),
        "test_failed",
    ),
    "files while compiling": (body('let x = include_str!("/etc/passwd"); return x.len() as i32'), "compile_error"),
}


@pytest.mark.slow
def test_each_costs_itself_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYNTHCODE_SECRET", "1")
    assert_each_costs_itself_only("rust", GOOD, HOSTILE)


@pytest.mark.toolchains
def test_each_endless_one_costs_itself_only() -> None:
    assert_each_costs_itself_only("rust", GOOD, ENDLESS, endless_s=2)


@pytest.mark.parametrize(
    "code",
    [
        '#[link_section = ".init_array"] static X: extern "C" fn() = x; extern "C" fn x() {}',
        "#[no_mangle] pub extern fn write() {}",
        '#[export_name = "write"] pub extern fn w() {}',
        "#[global_allocator] static A: B = B;",
        'core::arch::global_asm!("");',
    ],
)
def test_what_would_run_before_the_harness_is_not_run(code: str) -> None:
    with pytest.raises(Untestable, match="how programs are linked"):
        with_cases(f"{code}\n{GOOD}", "square", CASES)


@pytest.mark.slow
def test_a_test_of_its_own_is_not_passed_early() -> None:
    test = TestProgram("fn main() { assert_eq!(square(2), 4); }")
    codes = [GOOD, *(HOSTILE[name][0] for name in ("exit", "reads", "forged lines", "names", "exported names"))]
    outcomes = TestedPrograms("rust").judge_tests("square", [(code, test) for code in codes])
    assert [outcome.reason for outcome in outcomes] == [None, *["test_failed"] * 5]
