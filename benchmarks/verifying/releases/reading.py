"""Which benchmark a folder holds."""

from __future__ import annotations

from pathlib import Path

from verifying.releases.humaneval_x import HumanEvalX
from verifying.releases.mbxp import Mbxp
from verifying.releases.release import Release


def release_in(data: Path) -> Release:
    """Return the benchmark that a folder holds: HumanEval-X if a file is named as one of its, else MBXP."""
    is_humaneval_x = any(data.rglob("humaneval_python.jsonl*"))
    return HumanEvalX(data) if is_humaneval_x else Mbxp(data)
