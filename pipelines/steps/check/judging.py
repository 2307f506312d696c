"""Judging completions by the gate: those of first requests, and those of repairs."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import pyarrow.compute as pc

from synthcode.execution.executor import PoisonPolicy
from synthcode.gate.gate import check as check_batch
from synthcode.gate.gate import reject_all
from synthcode.llm.prompts import load_prompt
from synthcode.pipelines.steps.check.known_verdicts import KnownVerdicts
from synthcode.schemas.tables import CHECK_INPUT, COMPLETIONS
from synthcode.storage.large_tables.joins import align_on_seed, join_seed_columns
from synthcode.verification.compiling.compile_stage import compile_translations
from synthcode.verification.compiling.controls import broken_compilers, compiler_versions
from synthcode.verification.sandboxes.sandbox import require_sandbox
from synthcode.vocabulary import LEVELS, LostReason

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

    from synthcode.gate.config import CheckConfig
    from synthcode.pipelines.runs.recipe import Recipe
    from synthcode.pipelines.runs.reporter import Bar
    from synthcode.pipelines.runs.run import Run
    from synthcode.schemas.records import StageResult

BATCH_ROWS = 256


class Judge:
    """Judges completions, each once.

    Parameters
    ----------
    run
        The run; its recipe says whether to compile as well.
    verdicts
        Where verdicts are kept.
    config
        The gate's settings.
    """

    def __init__(self, run: Run, verdicts: Path, config: CheckConfig) -> None:
        self._run, self._config = run, config
        self._known = KnownVerdicts(verdicts, config, gate_toolchains(run.recipe))

    @property
    def judged(self) -> int:
        """Completions that were judged."""
        return self._known.judged

    @property
    def known(self) -> int:
        """Completions whose verdict was known."""
        return self._known.known

    def judge(self, batches: Callable[[], Iterator[pa.Table]], bar: Bar) -> Iterator[StageResult]:
        """Yield the verdicts on all completions, in their order.

        Parameters
        ----------
        batches
            Returns the completions (schema ``CHECK_INPUT``); it is called twice.
        bar
            Advances by each completion that is judged or known.
        """
        self._known.judge_unknown(batches(), self._judged, bar.advance)
        yield from self._known.results(self._run.executor.cancellable(batches()))

    def _judged(self, batches: Iterator[pa.Table]) -> Iterator[StageResult]:
        function = partial(check_batch, config=self._config)
        return self._compiled(self._run.executor.map(function, batches, _survival()))

    def _compiled(self, splits: Iterable[StageResult]) -> Iterator[StageResult]:
        """Compile the accepted translations, if the recipe says so."""
        if not self._run.recipe.check.compile:
            yield from splits
            return

        for language, problem in broken_compilers(_targets(self._run.recipe)).items():
            self._run.reporter.message(f"warning: {language} is not compiled: {problem}")
        yield from self._run.executor.map_shared(compile_translations, splits)


class VerdictTally:
    """Counts verdicts by target language."""

    def __init__(self) -> None:
        self._levels: dict[str, Counter[str]] = defaultdict(Counter)
        self._rejected: dict[str, Counter[str]] = defaultdict(Counter)

    @property
    def languages(self) -> set[str]:
        """The target languages so far."""
        return {*self._levels, *self._rejected}

    def add(self, kept: pa.Table, refused: pa.Table) -> None:
        """Count translations and rejected completions."""
        for counts, rows, column in ((self._levels, kept, "verification"), (self._rejected, refused, "reason")):
            for language, value in zip(rows["target_language"].to_pylist(), rows[column].to_pylist(), strict=True):
                counts[language][value] += 1

    def plus(self, *others: VerdictTally) -> VerdictTally:
        """Return the counts of this tally and others together."""
        total = VerdictTally()
        for one in (self, *others):
            for counts, more in ((total._levels, one._levels), (total._rejected, one._rejected)):
                for language, counter in more.items():
                    counts[language] += counter
        return total

    def counts(self) -> dict[str, Any]:
        """Return ``accepted``, ``rejected`` {reason: n}, both ``by_language``, ``verified`` {language: {level: n}}."""
        levels, rejected = self._levels, self._rejected
        reasons: Counter[str] = sum(rejected.values(), Counter())
        accepted = {language: counter.total() for language, counter in levels.items()}
        return {
            "accepted": sum(accepted.values()),
            "rejected": dict(sorted(reasons.items())),
            "by_language": {
                language: {"accepted": accepted.get(language, 0), "rejected": dict(sorted(rejected[language].items()))}
                for language in sorted(self.languages)
            },
            "verified": {
                language: {level: levels[language][level] for level in LEVELS if levels[language][level]}
                for language in sorted(levels)
            },
        }


def gate_toolchains(recipe: Recipe) -> Mapping[str, str]:
    """Return what compiles translations on this machine; empty if the recipe does not compile them."""
    if not recipe.check.compile:
        return {}

    require_sandbox()
    versions = compiler_versions(_targets(recipe))
    # Earlier versions knew fewer levels and claimed too much: their runs are checked again.
    return {"levels": " < ".join(LEVELS), **{f"toolchain:{language}": line for language, line in versions.items()}}


def _targets(recipe: Recipe) -> Sequence[str]:
    return recipe.translate.targets if recipe.translate is not None else ()


def gate_config(recipe: Recipe) -> CheckConfig:
    """Return the gate's settings for translations: answers begin inside of their block if the prompt has opened it."""
    prefilled = recipe.translate is not None and load_prompt(recipe.translate.prompt).is_prefilled
    return replace(recipe.check, prefilled=recipe.check.prefilled or prefilled)


def repair_gate_config(recipe: Recipe) -> CheckConfig:
    """Return the gate's settings for repairs, whose prompt is another one."""
    return replace(recipe.check, prefilled=load_prompt(recipe.repair.prompt).is_prefilled)


def gate_batches(run: Run, completions: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """Yield completions (schema ``COMPLETIONS``) with their seeds, as the gate takes them, in small batches."""
    folder = run.folder
    for seeds, answered in align_on_seed(folder.rows(folder.seeds), (COMPLETIONS, completions)):
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
