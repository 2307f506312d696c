"""What each stage does, by its name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from synthcode.pipelines.runs.run import Run
from synthcode.pipelines.runs.step import Step, run_if_stale
from synthcode.pipelines.steps.build.step import build_step
from synthcode.pipelines.steps.check.step import check_step
from synthcode.pipelines.steps.dedup.step import dedup_seeds_step, dedup_step
from synthcode.pipelines.steps.queries.step import queries_step
from synthcode.pipelines.steps.repair.step import repair_step
from synthcode.pipelines.steps.seeds import seeds_step
from synthcode.pipelines.steps.translate.step import translate_step
from synthcode.pipelines.steps.verify.step import verify_step
from synthcode.vocabulary import STAGES

STEPS: Mapping[str, Callable[[], Step]] = {
    "seeds": seeds_step,
    "dedup_seeds": dedup_seeds_step,
    "translate": translate_step,
    "check": check_step,
    "repair": repair_step,
    "dedup": dedup_step,
    "verify": verify_step,
    "queries": queries_step,
    "build": build_step,
}


def run_stages(run: Run, names: Iterable[str] = STAGES, *, force: bool = False) -> None:
    """Run stages in the order of the pipeline, each unless its output is what it would make; see ``run_if_stale``.

    A stage that the recipe does not request, or no longer, is forgotten: no other one reads what it has left.
    """
    chosen = set(names)
    for name in STAGES:
        step = STEPS[name]()
        if name in chosen and step.is_wanted(run.recipe):
            run_if_stale(run, step, force=force)
        elif name in chosen and name in run.manifest.stages:
            run.manifest.forget(name)
