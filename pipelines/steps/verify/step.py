"""The verify stage: translations that are left after deduplication are run with tests, in the sandbox."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from synthcode.execution.distribution import anywhere
from synthcode.languages import LANGUAGES
from synthcode.pipelines.runs.step import Step, StepResult
from synthcode.pipelines.steps.verify.known_tests import KnownTests, Row, candidate_of
from synthcode.pipelines.steps.verify.tester import Work
from synthcode.pipelines.steps.verify.untested import review_tests, whys_untested
from synthcode.pipelines.tables.surviving_rows import SurvivingRows
from synthcode.schemas.tables import VERIFICATION
from synthcode.storage.known_verdicts.store import remove as remove_verdicts
from synthcode.storage.large_tables.joins import join_seed_columns
from synthcode.storage.shards import write_table
from synthcode.strict_settings import to_tree
from synthcode.verification.benches import open_bench
from synthcode.verification.compiling.controls import examine
from synthcode.verification.config import VerifyConfig
from synthcode.verification.harness_version import harness_version
from synthcode.verification.sandboxes.sandbox import require_sandbox
from synthcode.verification.seed_cases import SeedCases, SeedTest, seed_tests
from synthcode.verification.verify import Verified
from synthcode.vocabulary import LEVELS

if TYPE_CHECKING:
    from synthcode.pipelines.runs.recipe import Recipe
    from synthcode.pipelines.runs.run import Run

SEEDS_AT_ONCE = 32
"""Seeds whose solutions are run together."""
_SEEDS_PER_PIECE = 512
_SEED_COLUMNS = {"tests": "tests", "entry_point": "entry_point"}


def verify_step(*, is_shard: bool = False) -> Step:
    """Return the step that ``verify`` runs.

    Parameters
    ----------
    is_shard
        Whether the run is that of a shard: what deduplication leaves of it is not known, so that all accepted
        translations are run.
    """
    return Step(
        name="verify",
        requires=("seeds", "check", *(() if is_shard else ("dedup",))),
        optional_inputs=("dedup_seeds", "repair"),
        settings=verify_settings,
        inputs=verify_inputs,
        execute=_execute,
        summary=_summary,
        review=review_tests,
        start_over=lambda run: remove_verdicts(run.folder.test_verdicts),
        run_counts=("run", "already_known"),
        is_wanted=lambda recipe: recipe.verify is not None,
        packages=("pyarrow", "tree-sitter"),
    )


def verify_settings(recipe: Recipe) -> Any:
    """Return what changes the table: not where verdicts are kept."""
    tree = to_tree(_config(recipe))
    return {key: value for key, value in tree.items() if key != "cache"}


def _config(recipe: Recipe) -> VerifyConfig:
    return recipe.verify or VerifyConfig()


def _languages(recipe: Recipe) -> list[str]:
    """Return the target languages that are verified."""
    targets = recipe.translate.targets if recipe.translate is not None else ()
    chosen = _config(recipe).languages
    return [name for name in targets if name in LANGUAGES and (chosen is None or name in chosen)]


def verify_inputs(recipe: Recipe) -> Mapping[str, str]:
    """Return what runs and compiles translations on this machine."""
    require_sandbox()
    versions = {"harness": harness_version()}
    for language in ("python", *_languages(recipe)):
        bench, compiler = open_bench(language), examine(language)
        versions[f"runner:{language}"] = bench.version or bench.problem
        versions[f"toolchain:{language}"] = compiler.version or compiler.problem
    return versions


def _summary(counts: Mapping[str, Any]) -> str:
    levels: Counter[str] = sum(map(Counter, counts["verified"].values()), Counter())
    failed: Counter[str] = sum(map(Counter, counts["failed"].values()), Counter())
    parts = [f"{levels[level]:,} {level}" for level in reversed(LEVELS) if levels[level]]
    parts += [f"{count:,} {reason}" for reason, count in sorted(failed.items())]
    if differ := sum(counts["differ"].values()):
        parts.append(f"{differ:,} of the tested differ from their source on further inputs")
    known = f"; {counts['run']:,} run, {counts['already_known']:,} already known"
    return (", ".join(parts) or "no translation to verify") + known


class Piece(NamedTuple):
    """Some seeds that have translations, and those."""

    seeds: list[SeedTest]
    rows: list[dict[str, Any]]
    others: list[dict[str, Any]]
    """Translations into languages that are not verified."""


class VerifiedRows(NamedTuple):
    """What tests say of translations."""

    table: pa.Table
    """Schema ``VERIFICATION``."""
    run: int
    """Translations that were run; the verdicts on the others were known."""


def _execute(run: Run) -> StepResult:
    verified: dict[str, Counter[str]] = defaultdict(Counter)
    failed: dict[str, Counter[str]] = defaultdict(Counter)

    def pieces() -> Iterator[Piece]:
        left = SurvivingRows(run, (), ()) if run.recipe.shard is not None else SurvivingRows.of(run)
        return pieces_of(run, left.aligned())

    table, count = verify_rows(run, pieces)
    _tally(table, verified, failed)
    for piece in pieces():
        for row in piece.others:
            verified[row["target_language"]][row["verification"]] += 1
    counts = {
        "verified": _plain(verified),
        "differ": dict(sorted(Counter(_differing(table)).items())),
        "failed": _plain(failed),
        "not_run": _not_run(sorted({*verified, *failed})),
        "untested": dict(sorted(Counter(whys_untested(table)).items())),
        "run": count,
        "already_known": table.num_rows - count,
    }
    return StepResult([write_table(run.folder.verification, table)], counts)


def verify_rows(run: Run, pieces: Callable[[], Iterator[Piece]], label: str = "verify") -> VerifiedRows:
    """Run translations with their tests, each once: verdicts are kept in the run.

    Parameters
    ----------
    run
        The run; its recipe says how translations are verified.
    pieces
        Returns the translations, as ``pieces_of`` makes them; it is called up to five times.
    label
        What progress is called.
    """
    tables = [VERIFICATION.empty_table()]
    with KnownTests(run.folder.test_verdicts, _config(run.recipe)) as known:
        known.prune()
        _find_cases(run, known, pieces, label)
        count = _run_unknown(run, known, pieces, label)
        for piece in pieces():
            cases = known.cases(piece.seeds)
            rows = [candidate_of(row, cases) for row in piece.rows]
            tables.append(_table(rows, cases, known, strict=_config(run.recipe).strict))
    return VerifiedRows(pa.concat_tables(tables), count)


def pieces_of(run: Run, aligned: Iterable[tuple[pa.Table, ...]]) -> Iterator[Piece]:
    """Yield seeds with their translations, some at a time.

    Parameters
    ----------
    run
        The run; its recipe says which languages are verified.
    aligned
        Seeds (schema ``SEEDS``), and the translations of the same seeds.
    """
    languages = pa.array(_languages(run.recipe), pa.string())
    for seeds, translations in aligned:
        seeds = seeds.filter(pc.is_in(seeds["seed_id"], value_set=pc.unique(translations["seed_id"])))
        for start in range(0, seeds.num_rows, _SEEDS_PER_PIECE):
            some = seeds.slice(start, _SEEDS_PER_PIECE)
            rows = join_seed_columns(translations, some, _SEED_COLUMNS)
            chosen = pc.is_in(rows["target_language"], value_set=languages)
            others = rows.filter(pc.invert(chosen)).select(["target_language", "verification"])
            tests = seed_tests(some.to_pylist())
            yield Piece(tests, _named(rows.filter(chosen).to_pylist(), tests), others.to_pylist())


def _named(rows: list[dict[str, Any]], tests: Sequence[SeedTest]) -> list[dict[str, Any]]:
    """Return translations with the entry points of their seeds' solutions, also where the seeds name none."""
    names = {seed.seed_id: seed.entry_point for seed in tests}
    return [{**row, "entry_point": row["entry_point"] or names.get(row["seed_id"])} for row in rows]


def _find_cases(run: Run, known: KnownTests, pieces: Callable[[], Iterator[Piece]], label: str) -> None:
    """Find and store the test cases of all seeds."""

    def unknown() -> Iterator[list[SeedTest]]:
        for piece in pieces():
            left = known.seeds_without_cases(piece.seeds)
            for start in range(0, len(left), SEEDS_AT_ONCE):
                yield left[start : start + SEEDS_AT_ONCE]

    total = sum(map(len, unknown()))
    if not total:
        return
    with run.reporter.progress(f"{label}: cases", total) as bar:
        for found in anywhere(run.executor)(known.tester.find_cases, unknown()):
            known.add_cases(found)
            bar.advance(len(found))


def _run_unknown(run: Run, known: KnownTests, pieces: Callable[[], Iterator[Piece]], label: str) -> int:
    """Run the translations whose verdict is not known, and store the verdicts; return how many there were."""

    def unknown() -> Iterator[Work]:
        for piece in pieces():
            cases = known.cases(piece.seeds)
            yield from known.unknown([candidate_of(row, cases) for row in piece.rows])

    count, total = 0, sum(len(work.keys) for work in unknown())
    if not total:
        return count
    with run.reporter.progress(label, total) as bar:
        for verdicts in anywhere(run.executor)(known.tester.run, unknown()):
            known.add(verdicts)
            bar.advance(len(verdicts))
            count += len(verdicts)
    return count


def _table(rows: Sequence[Row], cases: Mapping[str, SeedCases], known: KnownTests, *, strict: bool) -> pa.Table:
    """Return verdicts in the form of ``VERIFICATION``."""
    verdicts = known.verdicts(rows)
    if strict:
        verdicts = [_strict(verdict, row) for verdict, row in zip(verdicts, rows, strict=True)]
    return pa.Table.from_pylist(
        [
            {
                "request_id": row.request_id,
                "seed_id": row.seed_id,
                "target_language": row.language,
                "level": verdict.level,
                "tests": verdict.tests,
                "passed": verdict.passed,
                "more_tests": verdict.more_tests,
                "more_passed": verdict.more_passed,
                "reason": verdict.reason,
                "detail": verdict.detail or None,
                "toolchain": known.toolchain(row.language).bench.version or None,
                "seconds": verdict.seconds,
                "mutation_score": cases[row.seed_id].mutation_score if row.seed_id in cases else None,
            }
            for row, verdict in zip(rows, verdicts, strict=True)
        ],
        schema=VERIFICATION,
    )


def _strict(verdict: Verified, row: Row) -> Verified:
    """Reject what differs from the seed's solution on a further input."""
    if verdict.reason is not None or verdict.more_reason is None:
        return verdict
    return verdict._replace(level=row.candidate.level, reason=verdict.more_reason, detail=verdict.more_detail)


def _tally(table: pa.Table, verified: Mapping[str, Counter[str]], failed: Mapping[str, Counter[str]]) -> None:
    columns = (table[name].to_pylist() for name in ("target_language", "level", "reason"))
    for language, level, reason in zip(*columns, strict=True):
        counter, value = (verified, level) if reason is None else (failed, reason)
        counter[language][value] += 1


def _differing(table: pa.Table) -> Sequence[str]:
    """Return the languages of the rows that pass the seed's tests and differ from its solution on a further input."""
    differs = pc.less(table["more_passed"], table["more_tests"])
    languages: list[str] = table.filter(pc.and_(differs, pc.is_null(table["reason"])))["target_language"].to_pylist()
    return languages


def _plain(counts: Mapping[str, Counter[str]]) -> dict[str, dict[str, int]]:
    return {language: dict(sorted(counts[language].items())) for language in sorted(counts)}


def _not_run(languages: Sequence[str]) -> dict[str, str]:
    """Return why the programs of a language are not run on this machine."""
    return {name: bench.problem for name in languages if (bench := open_bench(name)).runner is None}
