"""The repair stage: failed translations are requested again with their errors, and judged like all others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from synthcode.llm.journal.journal import Journal
from synthcode.llm.prompts import load_prompt
from synthcode.pipelines.runs.step import Step, StepResult, fingerprint, run_if_stale
from synthcode.pipelines.steps.check.judging import gate_toolchains
from synthcode.pipelines.steps.failures import FailureCounts
from synthcode.pipelines.steps.repair.failed_tests import repairs_failed_tests, write_failed_tests
from synthcode.pipelines.steps.repair.plan import TokenBudget, repair_plan
from synthcode.pipelines.steps.repair.round import TOKENS, RoundResult, run_round
from synthcode.pipelines.steps.reviews import review_repairs
from synthcode.pipelines.steps.translate.plan import translate_config
from synthcode.pipelines.steps.translate.recording import asked_counts, cost_of
from synthcode.pipelines.steps.verify.step import verify_inputs, verify_settings
from synthcode.pipelines.tables.repairs import ANSWERS, STAGE, round_folder
from synthcode.storage.known_verdicts.store import remove as remove_verdicts

if TYPE_CHECKING:
    from synthcode.pipelines.runs.recipe import Recipe
    from synthcode.pipelines.runs.run import Run
    from synthcode.storage.layout import RunFolder


def repair_step() -> Step:
    """Return the step that repairs failed translations."""
    return Step(
        name=STAGE,
        requires=("seeds", "translate", "check"),
        settings=_settings,
        inputs=_toolchains,
        execute=_execute,
        summary=_summary,
        review=review_repairs,
        again=lambda run, counts: bool(counts["failed"]) and run.recipe.backend.retry_failed,
        start_over=lambda run: remove_verdicts(run.folder.repair_verdicts),
        is_wanted=lambda recipe: recipe.repair.rounds > 0,
        run_counts=(
            "asked",
            "already_known",
            "failures",
            "failure_messages",
            *TOKENS,
            "cost",
            "waiting",
            "results_folder",
        ),
        packages=("pyarrow", "aiohttp", "tree-sitter"),
    )


def repair_if_changed(run: Run) -> None:
    """Run the step before a later one, unless it is only incomplete: ``translate`` asks again for what is missing."""
    step = repair_step()
    if not step.is_wanted(run.recipe):
        run.manifest.forget(step.name)
        return
    entry = run.manifest.stages.get(step.name)
    mark, _ = fingerprint(run, step, step.inputs(run.recipe))
    if entry is None or entry.fingerprint != mark or run.manifest.differences(step.name):
        run_if_stale(run, step)


def _settings(recipe: Recipe) -> Any:
    sampling = translate_config(recipe).sampling
    tests = [verify_settings(recipe)] if repairs_failed_tests(recipe) else []
    return [recipe.repair, load_prompt(recipe.repair.prompt).digest, sampling, recipe.check, *tests]


def _toolchains(recipe: Recipe) -> Mapping[str, str]:
    return {**gate_toolchains(recipe), **(verify_inputs(recipe) if repairs_failed_tests(recipe) else {})}


def _summary(counts: Mapping[str, Any]) -> str:
    others = "".join(f", {counts[key]:,} {key}" for key in ("failed", "pending") if counts[key])
    rounds, tokens = len(counts["rounds"]), sum(counts[key] for key in TOKENS)
    spent = f"; {tokens:,} tokens" if tokens else ""
    return (
        f"{counts['completed']:,} of {counts['requested']:,} completed{others}, {counts['accepted']:,} accepted in "
        f"{rounds} round{'s' if rounds > 1 else ''}{spent}"
    )


def _execute(run: Run) -> StepResult:
    _remove_rounds(run.folder)
    rounds: list[RoundResult] = []
    outputs = [write_failed_tests(run, 0).file] if repairs_failed_tests(run.recipe) else []
    with Journal(run.folder.repair_journal) as journal:
        damaged = journal.drop_damaged()
        if damaged:
            run.reporter.message(f"repair: {damaged:,} damaged answers in {journal.path} are asked again")
        longest = translate_config(run.recipe).sampling.longest_answer or 0
        budget = TokenBudget(run.recipe.repair.budget, journal, longest)
        while len(rounds) < run.recipe.repair.rounds and not budget.is_reached:
            plan = repair_plan(run, len(rounds) + 1)
            if rounds and not plan.count():
                break
            rounds.append(run_round(plan, journal, budget))
            if rounds[-1].waiting:
                break
            if repairs_failed_tests(run.recipe):
                failed = write_failed_tests(run, plan.round)
                rounds[-1].failed_tests = failed.failing
                outputs.append(failed.file)
    counts = _counts(run.recipe, rounds)
    complete = counts["pending"] == 0 and not any(done.passing or done.waiting for done in rounds)
    outputs += [file for done in rounds for file in done.outputs]
    return StepResult(outputs, counts, state=[run.folder.repair_journal], complete=complete)


def _remove_rounds(folder: RunFolder) -> None:
    """Remove the tables of earlier repairs: there may have been more rounds."""
    for table in ANSWERS:
        for shard in round_folder(folder, table).glob("repair*-[0-9]*.parquet"):
            shard.unlink()
    for file in folder.repairs.glob("failed_tests*.parquet"):
        file.unlink()


def _counts(recipe: Recipe, rounds: Sequence[RoundResult]) -> dict[str, Any]:
    totals: dict[str, Counter[str]] = {
        name: sum((getattr(done, name) for done in rounds), Counter())
        for name in ("requested", "completed", "failed", "tokens")
    }
    asked = asked_counts(totals["requested"], totals["completed"], totals["failed"])
    tally = rounds[0].tally.plus(*(done.tally for done in rounds[1:])).counts()
    failures = FailureCounts()
    for done in rounds:
        for error in done.errors:
            failures.add(error)
    nothing: dict[str, Any] = {"accepted": 0, "rejected": {}}
    by_language = {
        language: {**row, **tally["by_language"].get(language, nothing)}
        for language, row in asked["by_language"].items()
    }
    tokens = {name: totals["tokens"][name] for name in TOKENS}
    return {
        **asked,
        **tally,
        "by_language": by_language,
        "rounds": {str(done.number): _round_counts(done) for done in rounds},
        "left": sum(done.left for done in rounds),
        "asked": sum(done.asked for done in rounds),
        "already_known": sum(done.already_known for done in rounds),
        **failures.counts(),
        **tokens,
        "cost": cost_of(recipe, tokens),
        **(rounds[-1].waiting if rounds else {}),
    }


def _round_counts(done: RoundResult) -> dict[str, int]:
    asked = asked_counts(done.requested, done.completed, done.failed)
    del asked["by_language"]
    gained = {"accepted": done.tally.counts()["accepted"], "failed_tests": done.failed_tests}
    return {**asked, **gained, **{name: done.tokens[name] for name in TOKENS}}
