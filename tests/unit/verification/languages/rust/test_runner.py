"""What of the Rust compiler's messages counts against a program."""

from __future__ import annotations

import pytest

from synthcode.verification.languages.rust.runner import misfit


@pytest.mark.parametrize(
    ("messages", "reason"),
    [
        ("solution.rs:3:5: error[E0425]: cannot find value `x`", ""),
        ("solution.rs:3:5: error[E0308]: a\n/box/own_test.rs:9:1: error[E0308]: b", ""),
        ("/box/own_test.rs:9:1: error[E0308]: mismatched types", "its tests do not fit its types: mismatched types"),
        ("calls.rs:9:1: error[E0277]: no Form", "its tests do not fit its types: no Form"),
        (
            "solution.rs:3:5: error[E0433]: use of unresolved module or unlinked crate `itertools`",
            "it needs the crate itertools",
        ),
        ("solution.rs:3:5: error[E0433]: use of unresolved module or unlinked crate `fmt`", ""),
        (
            "solution.rs:1:5: error[E0658]: use of unstable library feature `x`",
            "it needs another version of Rust: solution.rs:1:5: error[E0658]: use of unstable library feature `x`",
        ),
        ("error: linking with `cc` failed", ""),
    ],
)
def test_only_what_is_wrong_with_the_program_counts(messages: str, reason: str) -> None:
    assert misfit(messages) == reason
