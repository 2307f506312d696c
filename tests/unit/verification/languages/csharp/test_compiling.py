"""Compiling C# sources together: each costs itself only."""

from __future__ import annotations

from dataclasses import replace

import pytest

from synthcode.verification.languages.csharp.runner import CSharpRunner
from tests.support.programs.benches import runner_of

GOOD = "class A { int F() { return 1; } }"
DEEP = "class A { " * 1500 + "}" * 1500
"""The compiler fails on it."""
SLOW = f"class A {{ string F(string x) {{ return {'x+' * 45_000}x; }} }}"
"""It takes the compiler more than 10 s."""


@pytest.mark.toolchains
def test_a_source_that_the_compiler_does_not_survive_costs_itself_only() -> None:
    runner = runner_of("csharp")
    assert isinstance(runner, CSharpRunner)
    wrong = "class A { int F() { return x; } }"
    found = replace(runner.compiler, seconds=4).compile([GOOD, DEEP, GOOD, SLOW, "", wrong, GOOD])
    assert [bool(one.assembly) for one, _ in found] == [True, False, True, False, True, False, True]
    assert [one.messages for one, _ in found][:5] == [""] * 5
    assert "error CS0103: The name `x' does not exist" in found[5][0].messages
    assert len({seconds for _, seconds in found}) == 1
