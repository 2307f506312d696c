"""The tasks of one ``synthcode evaluate``: each is scored after the other, and has a results folder of its own."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import click

from synthcode.errors import SynthcodeError
from synthcode.vocabulary import RETRIEVAL

if TYPE_CHECKING:
    from synthcode.pipelines.steps.evaluate.classification.fine_tuned_scores import FineTunedEvaluation
    from synthcode.pipelines.steps.evaluate.classification.frozen_scores import FrozenEvaluation
    from synthcode.pipelines.steps.evaluate.classification.frozen_task import Rows
    from synthcode.pipelines.steps.evaluate.evaluation_input import Evaluation


class Outcome(NamedTuple):
    """What a task came to."""

    rows: Sequence[Mapping[str, Any]]
    """Scores, as ``results.json`` holds them."""
    warnings: Sequence[str]
    show: Callable[[], None]
    """Prints the scores."""


class Job(Protocol):
    """One task that is to be scored."""

    @property
    def task(self) -> str:
        """Its name."""

    @property
    def evaluation(self) -> Evaluation:
        """Who is scored, and where results go."""

    def run(self, *, force: bool, may_replace: bool) -> Outcome:
        """Score unless the results are current."""


@dataclass(frozen=True)
class RetrievalJob:
    """The tasks of retrieval."""

    evaluation: Evaluation
    task: str = RETRIEVAL

    def run(self, *, force: bool, may_replace: bool) -> Outcome:
        """Score unless the results are current."""
        from synthcode.evaluation.output.compressed_scores import read_compressed_scores
        from synthcode.evaluation.results.coverage import warnings_of
        from synthcode.evaluation.results.graded_scores import graded_entries
        from synthcode.evaluation.results.score_entries import score_entry
        from synthcode.evaluation.retrieval.ranks import read_graded_ranks
        from synthcode.pipelines.commands.scoring.printed_scores import print_compressed, print_graded, print_means
        from synthcode.pipelines.runs.interrupt import watch_for_stop
        from synthcode.pipelines.steps.evaluate.evaluation import evaluate_if_stale

        evaluation = self.evaluation
        with watch_for_stop(evaluation.reporter.message) as stop:
            scored = evaluate_if_stale(replace(evaluation, stop=stop), force=force, may_replace=may_replace)
            stop.raise_if_set()  # the last step may have ended before it looked
        macros, covered, notes = scored
        rows = [score_entry(macro, estimate, covered[macro]) for macro, estimate in sorted(macros.items())]
        compressed = read_compressed_scores(evaluation.folder)
        graded = graded_entries(read_graded_ranks(evaluation.folder), evaluation.resamples)
        warnings = warnings_of(covered.values())

        def show() -> None:
            print_means(macros, covered, evaluation.folder, notes)
            print_graded(graded)
            print_compressed(compressed)

        return Outcome([*rows, *graded, *compressed], warnings, show)


@dataclass(frozen=True)
class FrozenJob:
    """Pairs of clones, or a published benchmark."""

    frozen: FrozenEvaluation
    show: Callable[[FrozenEvaluation, Rows], None]

    @property
    def task(self) -> str:
        """``clones`` or ``classification``."""
        return self.frozen.task.name

    @property
    def evaluation(self) -> Evaluation:
        """Who is scored, and where results go."""
        return self.frozen.evaluation

    def run(self, *, force: bool, may_replace: bool) -> Outcome:
        """Score unless the results are current."""
        from synthcode.pipelines.runs.interrupt import watch_for_stop
        from synthcode.pipelines.steps.evaluate.classification.frozen_scores import score_frozen_if_stale

        with watch_for_stop(self.evaluation.reporter.message) as stop:
            frozen = replace(self.frozen, evaluation=replace(self.evaluation, stop=stop))
            rows = score_frozen_if_stale(frozen, force=force, may_replace=may_replace)
            stop.raise_if_set()
        return _outcome(rows, frozen.task.warnings, lambda: self.show(frozen, rows))


@dataclass(frozen=True)
class FineTunedJob:
    """Heads on pairs of clones, or on a published benchmark."""

    chosen: FineTunedEvaluation

    @property
    def task(self) -> str:
        """``clones_fine_tuned`` or ``classification_fine_tuned``."""
        return self.chosen.task.name

    @property
    def evaluation(self) -> Evaluation:
        """Who is scored, and where results go."""
        return self.chosen.evaluation

    def run(self, *, force: bool, may_replace: bool) -> Outcome:
        """Score unless the results are current."""
        from synthcode.pipelines.runs.interrupt import watch_for_stop
        from synthcode.pipelines.steps.evaluate.classification.fine_tuned_scores import score_fine_tuned_if_stale

        with watch_for_stop(self.evaluation.reporter.message) as stop:
            chosen = replace(self.chosen, evaluation=replace(self.evaluation, stop=stop))
            rows = score_fine_tuned_if_stale(chosen, force=force, may_replace=may_replace)
            stop.raise_if_set()
        return _outcome(rows, chosen.task.warnings, lambda: self._show(rows))

    def _show(self, rows: Rows) -> None:
        from synthcode.evaluation.classification.stored_scores import overall
        from synthcode.pipelines.commands.scoring.printed_scores import print_scores

        for variant in self.chosen.task.variants:
            mine = [row for row in overall(rows) if row["variant"] == variant]
            print_scores(f"{self.chosen.classifier.task}, {variant}", mine, "fine-tuned heads")
        click.echo("the heads were trained for this task: do not compare with scores of frozen vectors", err=True)
        click.echo(f"all of it is in {self.evaluation.folder}", err=True)


def _outcome(rows: Rows, warnings: Sequence[str], show_scores: Callable[[], None]) -> Outcome:
    """Return scores, with a warning if they rest on few problems."""
    from synthcode.evaluation.classification.stored_scores import overall
    from synthcode.evaluation.results.coverage import few_problems

    few = few_problems(min(row["groups"] for row in overall(rows)))

    def show() -> None:
        show_scores()
        for warning in few:
            click.echo(f"warning: {warning}", err=True)

    return Outcome(rows, [*warnings, *few], show)


def run_jobs(jobs: Sequence[Job], *, force: bool, may_replace: bool, as_json: bool) -> None:
    """Score tasks one after another, and print their scores; with JSON, one object for all of them.

    Raises
    ------
    SynthcodeError
        If a task cannot be scored. The tasks before it are printed, and the others are named.
    """
    done: list[dict[str, Any]] = []
    for place, job in enumerate(jobs):
        try:
            outcome = job.run(force=force, may_replace=may_replace)
        except SynthcodeError as error:
            if as_json:
                failure = {"problem": error.problem, "fix": error.fix}
                _print_json([*done, {**_about(job), "error": failure}])
            elif later := [other.task for other in jobs[place + 1 :]]:
                click.echo(f"evaluate: {job.task} failed; not scored: {', '.join(later)}", err=True)
            raise
        done.append({**_about(job), "scores": outcome.rows, "warnings": outcome.warnings})
        if not as_json:
            outcome.show()
    if as_json:
        _print_json(done)


def _about(job: Job) -> dict[str, Any]:
    evaluation = job.evaluation
    benchmark = evaluation.benchmark
    named = {"task": job.task, "encoder": evaluation.label, "dataset": benchmark.name, "split": benchmark.split}
    return {**named, "folder": str(evaluation.folder)}


def _print_json(tasks: Sequence[Mapping[str, Any]]) -> None:
    click.echo(json.dumps({"tasks": tasks}, indent=2, default=list))
