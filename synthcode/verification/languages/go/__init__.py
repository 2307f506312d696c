"""Go: its own compiler builds programs with their tests."""

from __future__ import annotations

from synthcode.verification.languages.go.programs import with_cases, with_test
from synthcode.verification.languages.go.runner import open_runner
from synthcode.verification.languages.tested import Controls, TestedLanguage

GO = TestedLanguage(
    name="go",
    tools=("go",),
    controls=Controls("func add(a int, b int) int { return a + b }\n", "func add(a int, b int) int { return a - b }\n"),
    open_runner=open_runner,
    with_test=with_test,
    with_cases=with_cases,
    version_option="version",
)
