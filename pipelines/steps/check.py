"""The check stage: completions become translations, or are rejected with a reason."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import pyarrow.compute as pc

from synthcode.execution.executor import PoisonPolicy
from synthcode.gate.gate import check as check_batch
from synthcode.gate.gate import reject_all
from synthcode.llm.prompts import load_prompt
from synthcode.pipelines.runs.step import Step, StepResult
from synthcode.pipelines.steps.failures import review_accepted
from synthcode.pipelines.steps.known_verdicts import KnownVerdicts
from synthcode.schemas.tables import CHECK_INPUT, COMPLETIONS, REJECTED, TRANSLATIONS
from synthcode.storage.joins import align_on_seed, join_seed_columns
from synthcode.storage.shards import ShardWriter
from synthcode.storage.verdicts import remove as remove_verdicts
from synthcode.verification.compiling.compile_stage import compile_translations
from synthcode.verification.compiling.controls import broken_compilers, compiler_versions, missing_compilers
from synthcode.verification.sandbox import require_sandbox
from synthcode.vocabulary import LEVELS, LostReason

if TYPE_CHECKING:
    import pyarrow as pa

    from synthcode.gate.gate import CheckConfig
    from synthcode.pipelines.runs.recipe import Recipe
    from synthcode.pipelines.runs.run import Run
    from synthcode.schemas.records import StageResult


BATCH_ROWS = 256


def check_step() -> Step:
    """Return the step that ``check`` runs."""
    return Step(
        name="check",
        requires=("seeds", "translate"),
        settings=lambda recipe: recipe.check,
        inputs=_toolchains,
        execute=_execute,
        summary=_summary,
        review=review_accepted,
        start_over=lambda run: remove_verdicts(run.folder.verdicts),
        run_counts=("judged", "already_known"),
        packages=("pyarrow", "tree-sitter"),
    )


def _toolchains(recipe: Recipe) -> Mapping[str, str]:
    if not recipe.check.compile:
        return {}

    require_sandbox()
    versions = compiler_versions(_targets(recipe))
    # Earlier versions knew fewer levels and claimed too much: their runs are checked again.
    return {"levels": " < ".join(LEVELS), **{f"toolchain:{language}": line for language, line in versions.items()}}


def _targets(recipe: Recipe) -> Sequence[str]:
    return recipe.translate.targets if recipe.translate is not None else ()


def _summary(counts: Mapping[str, Any]) -> str:
    missing = ", ".join(f"{language} ({why})" for language, why in counts.get("not_compiled", {}).items())
    summary = f"{counts['accepted']:,} accepted, {sum(counts['rejected'].values()):,} rejected"
    if counts.get("already_known"):
        summary += f"; {counts['judged']:,} judged, {counts['already_known']:,} already known"
    return f"{summary}; not compiled: {missing}" if missing else summary


def _execute(run: Run) -> StepResult:
    folder = run.folder
    total = run.manifest.stages["translate"].counts["completed"]
    levels: dict[str, Counter[str]] = defaultdict(Counter)
    rejected: dict[str, Counter[str]] = defaultdict(Counter)
    with (
        ShardWriter(folder.translations, TRANSLATIONS) as kept_shards,
        ShardWriter(folder.rejected, REJECTED) as rejected_shards,
        run.reporter.progress("check", total) as bar,
    ):
        verdicts = KnownVerdicts(folder.verdicts, _config(run.recipe), _toolchains(run.recipe))
        verdicts.judge_unknown(_batches(run), partial(_judged, run), bar.advance)
        for kept, refused in verdicts.results(run.executor.cancellable(_batches(run))):
            kept_shards.write(kept)
            rejected_shards.write(refused)
            _tally(levels, kept, "verification")
            _tally(rejected, refused, "reason")
        outputs = kept_shards.commit() + rejected_shards.commit()
    counts = _counts(levels, rejected) | {"judged": verdicts.judged, "already_known": verdicts.known}
    return StepResult(outputs, counts | _not_compiled(run, {*levels, *rejected}))


def _judged(run: Run, batches: Iterator[pa.Table]) -> Iterator[StageResult]:
    function = partial(check_batch, config=_config(run.recipe))
    return _compiled(run, run.executor.map(function, batches, _survival()))


def _tally(counts: Mapping[str, Counter[str]], rows: pa.Table, column: str) -> None:
    """Count the values of a column by target language."""
    for language, value in zip(rows["target_language"].to_pylist(), rows[column].to_pylist(), strict=True):
        counts[language][value] += 1


def _config(recipe: Recipe) -> CheckConfig:
    """Return the gate's settings: answers begin inside of their block where the prompt has opened it."""
    prefilled = recipe.translate is not None and load_prompt(recipe.translate.prompt).is_prefilled
    return replace(recipe.check, prefilled=recipe.check.prefilled or prefilled)


def _compiled(run: Run, splits: Iterable[StageResult]) -> Iterator[StageResult]:
    """Compile the accepted translations, if the recipe says so."""
    if not run.recipe.check.compile:
        yield from splits
        return

    for language, problem in broken_compilers(_targets(run.recipe)).items():
        run.reporter.message(f"warning: {language} is not compiled: {problem}")
    yield from run.executor.map_shared(compile_translations, splits)


def _not_compiled(run: Run, languages: Iterable[str]) -> dict[str, Any]:
    if not run.recipe.check.compile:
        return {}

    return {"not_compiled": missing_compilers(sorted(languages))}


def _counts(levels: Mapping[str, Counter[str]], rejected: Mapping[str, Counter[str]]) -> dict[str, Any]:
    reasons: Counter[str] = sum(rejected.values(), Counter())
    accepted = {language: counter.total() for language, counter in levels.items()}
    return {
        "accepted": sum(accepted.values()),
        "rejected": dict(sorted(reasons.items())),
        "by_language": {
            language: {"accepted": accepted.get(language, 0), "rejected": dict(sorted(rejected[language].items()))}
            for language in sorted({*levels, *rejected})
        },
        "verified": {
            language: {level: levels[language][level] for level in LEVELS if levels[language][level]}
            for language in sorted(levels)
        },
    }


def _batches(run: Run) -> Iterator[pa.Table]:
    """Yield every completion together with its seed, in small batches."""
    folder = run.folder
    completions = (COMPLETIONS, folder.rows(folder.completions))
    for seeds, answered in align_on_seed(folder.rows(folder.seeds), completions):
        answered = answered.filter(pc.is_valid(answered.column("text")))
        columns = {"source_language": "language", "source_code": "code", "entry_point": "entry_point"}
        rows = join_seed_columns(answered, seeds, columns).select(CHECK_INPUT.names)
        for start in range(0, rows.num_rows, BATCH_ROWS):
            yield rows.slice(start, BATCH_ROWS)


def _survival() -> Any:
    details = {"parser_crash": "the parser died on it", "parse_timeout": "the parser did not come back from it"}

    def on_lost_row(batch: pa.Table, reason: LostReason) -> StageResult:
        return reject_all(batch, reason, details[reason])

    return PoisonPolicy(bisect=halve_table, on_lost_row=on_lost_row)


def halve_table(table: pa.Table) -> list[pa.Table]:
    """Split a table into two halves; a table of one row is returned as it is."""
    if table.num_rows < 2:
        return [table]
    middle = table.num_rows // 2
    return [table.slice(0, middle), table.slice(middle)]
