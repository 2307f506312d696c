"""What each stage does, by its name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from synthcode.pipelines.runs.run import Run
from synthcode.pipelines.runs.step import Step, run_if_stale
from synthcode.pipelines.steps.build import build_step
from synthcode.pipelines.steps.check import check_step
from synthcode.pipelines.steps.dedup import dedup_seeds_step, dedup_step
from synthcode.pipelines.steps.seeds import seeds_step
from synthcode.pipelines.steps.translate import translate_step
from synthcode.vocabulary import STAGES

STEPS: Mapping[str, Callable[[], Step]] = {
    "seeds": seeds_step,
    "dedup_seeds": dedup_seeds_step,
    "translate": translate_step,
    "check": check_step,
    "dedup": dedup_step,
    "build": build_step,
}


def run_stages(run: Run, names: Iterable[str] = STAGES, *, force: bool = False) -> None:
    """Run stages in the order of the pipeline, each unless its output is what it would make; see ``run_if_stale``."""
    chosen = set(names)
    for name in STAGES:
        if name in chosen:
            run_if_stale(run, STEPS[name](), force=force)
