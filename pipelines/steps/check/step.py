"""The check stage: completions become translations, or are rejected with a reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from synthcode.pipelines.runs.step import Step, StepResult
from synthcode.pipelines.steps.check.judging import (
    Judge,
    VerdictTally,
    gate_batches,
    gate_config,
    gate_toolchains,
)
from synthcode.pipelines.steps.reviews import review_accepted
from synthcode.schemas.tables import COMPLETIONS, REJECTED, TRANSLATIONS
from synthcode.storage.known_verdicts.store import remove as remove_verdicts
from synthcode.storage.shards import ShardWriter
from synthcode.verification.compiling.controls import missing_compilers

if TYPE_CHECKING:
    import pyarrow as pa

    from synthcode.pipelines.runs.run import Run


def check_step() -> Step:
    """Return the step that ``check`` runs."""
    return Step(
        name="check",
        requires=("seeds", "translate"),
        settings=lambda recipe: recipe.check,
        inputs=gate_toolchains,
        execute=_execute,
        summary=_summary,
        review=review_accepted,
        start_over=lambda run: remove_verdicts(run.folder.verdicts),
        run_counts=("judged", "already_known"),
        packages=("pyarrow", "tree-sitter"),
    )


def _summary(counts: Mapping[str, Any]) -> str:
    missing = ", ".join(f"{language} ({why})" for language, why in counts.get("not_compiled", {}).items())
    summary = f"{counts['accepted']:,} accepted, {sum(counts['rejected'].values()):,} rejected"
    if counts.get("already_known"):
        summary += f"; {counts['judged']:,} judged, {counts['already_known']:,} already known"
    return f"{summary}; not compiled: {missing}" if missing else summary


def _execute(run: Run) -> StepResult:
    folder = run.folder
    tally = VerdictTally()
    with (
        ShardWriter(folder.translations, TRANSLATIONS) as kept_shards,
        ShardWriter(folder.rejected, REJECTED) as rejected_shards,
        run.reporter.progress("check", run.manifest.stages["translate"].counts["completed"]) as bar,
    ):
        judge = Judge(run, folder.verdicts, gate_config(run.recipe))
        for kept, refused in judge.judge(partial(_batches, run), bar):
            kept_shards.write(kept)
            rejected_shards.write(refused)
            tally.add(kept, refused)
        outputs = kept_shards.commit() + rejected_shards.commit()
    counts = tally.counts() | {"judged": judge.judged, "already_known": judge.known}
    return StepResult(outputs, counts | _not_compiled(run, tally.languages))


def _not_compiled(run: Run, languages: Iterable[str]) -> dict[str, Any]:
    if not run.recipe.check.compile:
        return {}

    return {"not_compiled": missing_compilers(sorted(languages))}


def _batches(run: Run) -> Iterator[pa.Table]:
    """Yield every completion together with its seed, in small batches."""
    return gate_batches(run, run.folder.rows(run.folder.completions, COMPLETIONS.names))
