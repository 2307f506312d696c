"""Tests that CI must not skip: all but those that need a toolchain, an extra or a right that the machine lacks."""

from __future__ import annotations

import os
from collections.abc import Generator

import pytest

VARIABLE = "SYNTHCODE_NO_SKIPS"
"""Set to 1, it turns every other skip into a failure."""
ALLOWED = (
    "needs a compiler or interpreter: ",
    "needs a sandbox: ",
    "needs chromium: ",
    "needs coir-eval and faiss-cpu",
    "needs Slurm ",
    "needs the right to mount",
    "needs vLLM",
)
"""What the reasons begin with."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Fail a test that was skipped for another reason than those allowed."""
    report = yield
    if os.environ.get(VARIABLE) == "1" and report.skipped and not hasattr(report, "wasxfail"):
        assert isinstance(report.longrepr, tuple)
        reason = report.longrepr[2].removeprefix("Skipped: ")
        if not reason.startswith(ALLOWED):
            report.outcome = "failed"
            report.longrepr = f"skipped ({reason}), which {VARIABLE} forbids"
    return report
