"""C#: Mono compiles and runs programs with their tests."""

from __future__ import annotations

from synthcode.verification.languages.csharp.programs import with_cases, with_test
from synthcode.verification.languages.csharp.runner import open_runner
from synthcode.verification.languages.tested import Controls, TestedLanguage

CSHARP = TestedLanguage(
    name="csharp",
    tools=("mcs", "mono"),
    controls=Controls(
        "public class Sum { public static int Add(int a, int b) { return a + b; } }\n",
        "public class Sum { public static int Add(int a, int b) { return a - b; } }\n",
    ),
    open_runner=open_runner,
    with_test=with_test,
    with_cases=with_cases,
)
