"""Drivers that compile all files: one that dies costs one program, one that cannot be built is broken."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from synthcode.errors import SandboxFailed
from synthcode.verification.compiling.drivers import build_driver
from tests.support.programs.compiled_programs import refusals, toolchain


@pytest.mark.slow
def test_a_compiler_of_all_files_that_dies_costs_one_program(tmp_path: Path) -> None:
    java = toolchain("java")
    assert java.compiler.driver is not None
    driver = tmp_path / "CompileEach.java"
    die = 'if (new String(source).contains("DIE")) System.exit(1);'
    driver.write_text(java.compiler.driver.read_text().replace("StringBuilder log =", f"{die} StringBuilder log =", 1))
    dying = replace(java, compiler=replace(java.compiler, driver=driver))
    programs = ["class A { }", "class DIE { }", "class B { }", "class C { }"]
    assert [said is None for said in refusals(programs, dying)] == [True, False, True, True]


@pytest.mark.slow
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
