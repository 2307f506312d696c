"""What of the Go compiler's messages counts against a program."""

from __future__ import annotations

import pytest

from synthcode.verification.languages.go.runner import misfit


@pytest.mark.parametrize(
    ("messages", "reason"),
    [
        ("./solution.go:3:5: undefined: x", ""),
        ("./solution.go:3:5: undefined: x\n./test.go:9:1: undefined: y", ""),
        ("./test.go:9:1: undefined: y", "its tests do not fit its types: undefined: y"),
        ("main.go:9:1: cannot use 1", "its tests do not fit its types: cannot use 1"),
        ("solution.go:3:5: undefined: max", "it needs a newer version of Go: undefined: max"),
        ("solution.go:3:5: undefined: maximum", ""),
        (
            "solution.go:3:8: could not import slices (file not found)",
            "it needs a newer version of Go: could not import slices (file not found)",
        ),
        (
            "solution.go:4:1: cannot range over n (variable of type int)",
            "it needs a newer version of Go: cannot range over n (variable of type int)",
        ),
        ("link: main.main: not defined", ""),
    ],
)
def test_only_what_is_wrong_with_the_program_counts(messages: str, reason: str) -> None:
    assert misfit(messages) == reason
