"""Rust: its own compiler builds programs with their tests."""

from __future__ import annotations

from synthcode.verification.languages.rust.programs import with_cases, with_test
from synthcode.verification.languages.rust.runner import open_runner
from synthcode.verification.languages.tested import Controls, TestedLanguage

RUST = TestedLanguage(
    name="rust",
    tools=("rustc",),
    controls=Controls("fn add(a: i64, b: i64) -> i64 { a + b }\n", "fn add(a: i64, b: i64) -> i64 { a - b }\n"),
    open_runner=open_runner,
    with_test=with_test,
    with_cases=with_cases,
)
