"""When a stage that came to its end has failed all the same: too few translations, or none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from synthcode.errors import FailedRunError, shell_word
from synthcode.pipelines.steps.failures import (
    failure_lines,
    refuse_many_failures,
    refuse_none,
    refuse_waiting,
    unanswered_languages,
)
from synthcode.pipelines.steps.seed_advice import advice
from synthcode.sanitize import visible

if TYPE_CHECKING:
    from pathlib import Path

    from synthcode.dataset.splits import SplitConfig
    from synthcode.pipelines.runs.run import Run


def review_seeds(run: Run, counts: Mapping[str, Any]) -> Sequence[str]:
    """Refuse to go on without a seed; warn if texts contain the name of what they describe.

    Raises
    ------
    FailedRunError
        If no seed was read.
    """
    named = counts.get("texts_with_entry_point", 0)
    if named:
        return [
            f"warning: {named:,} of {counts['seeds']:,} texts contain the name of the entry point, which gives the "
            "answer away; --text first-paragraph may leave it out, and the variant 'anonymous' renames it"
        ]
    if counts["seeds"]:
        return []
    examples = counts.get("rejected_examples", {})  # older runs have none
    rejected = ", ".join(
        f"{reason} {count:,}" + (f": {visible(examples[reason])}" if reason in examples else "")
        for reason, count in counts["rejected"].items()
    )
    raise FailedRunError(
        f"there are no seeds: {f'every row was rejected ({rejected})' if rejected else 'no row was read'}",
        advice(counts["rejected"], run.folder.path),
    )


def review_translations(run: Run, counts: Mapping[str, Any]) -> Sequence[str]:
    """Return the commonest errors.

    Parameters
    ----------
    run
        Its recipe has the bound, ``backend.max_failed``.
    counts
        Of the stage ``translate``. Pending requests are not failures.

    Raises
    ------
    FailedRunError
        If nothing was translated, or the share of failures is above the bound.
    WaitingForResults
        If requests were written to batch files whose results have yet to come.
    """
    errors = failure_lines(counts)
    refuse_waiting(counts, errors)
    if not counts["requested"] and run.recipe.shard:
        return []  # few seeds, many shards: some have none
    if not counts["requested"]:
        raise FailedRunError(
            "nothing was translated: no seed has a target language other than its own",
            "name other languages with --targets, or read seeds",
        )
    again = f"see 'synthcode show {shell_word(run.folder.path)} --reason failed'; --retry-failed asks again"
    refuse_none(run, counts, errors, "translate", "nothing was translated", again)
    failures = refuse_many_failures(run, counts, errors, again)
    return [*failures, *unanswered_languages(counts["by_language"])]


def review_accepted(run: Run, counts: Mapping[str, Any]) -> Sequence[str]:
    """Return a warning for each target language of which nothing was accepted.

    Raises
    ------
    FailedRunError
        If nothing was accepted in any language.
    """
    command = shell_word(run.folder.path)
    if not counts["accepted"]:
        rejected = sorted(counts["rejected"].items(), key=lambda item: (-item[1], item[0]))
        if not rejected:
            raise FailedRunError(
                "nothing was accepted: there are no completions to check", f"run 'synthcode translate {command}' first"
            )
        reasons = ", ".join(f"{reason} {count:,}" for reason, count in rejected)
        if run.recipe.repair.rounds:
            return [f"warning: nothing was accepted yet: {reasons}"]
        raise FailedRunError(
            f"nothing was accepted: {reasons}", f"see 'synthcode show {command} --reason {rejected[0][0]}'"
        )
    translated = run.manifest.stages["translate"].counts["by_language"]
    rows = {
        language: {**row, "accepted": 0, "rejected": {}, **counts["by_language"].get(language, {})}
        for language, row in translated.items()
    }
    return list(language_warnings(rows, run.folder.path))


def review_repairs(run: Run, counts: Mapping[str, Any]) -> Sequence[str]:
    """Return the commonest errors of repairs, and what the budget left.

    Raises
    ------
    FailedRunError
        If neither a translation nor a repair was accepted, or too large a share of the repairs failed.
    """
    errors = failure_lines(counts)
    refuse_waiting(counts, errors)
    command = shell_word(run.folder.path)
    lines = refuse_many_failures(run, counts, errors, "--retry-failed asks again", "repairs")
    if not run.manifest.stages["check"].counts["accepted"] + counts["accepted"]:
        rejected = Counter(run.manifest.stages["check"].counts["rejected"]) + Counter(counts["rejected"])
        reasons = sorted(rejected.items(), key=lambda item: (-item[1], item[0]))
        named = ", ".join(f"{reason} {count:,}" for reason, count in reasons)
        raise FailedRunError(
            f"nothing was accepted, repairs included: {named}",
            f"see 'synthcode show {command}{f' --reason {reasons[0][0]}' if reasons else ''}'",
        )
    if counts["left"]:
        lines.append(
            f"the budget of {run.recipe.repair.budget or 0:,} tokens is reached: "
            f"{counts['left']:,} failed translations were not repaired"
        )
    return lines


def language_warnings(by_language: Mapping[str, Mapping[str, Any]], run: Path) -> Iterator[str]:
    """Yield a line for each language of which nothing was accepted, though something was finished.

    Parameters
    ----------
    by_language
        Language -> ``completed``, ``failed``, ``accepted`` and ``rejected`` {reason: n}.
    run
        The run directory, for the command to look at the rows.
    """
    for language, row in by_language.items():
        finished = row["completed"] + row["failed"]
        if row["accepted"] or not finished:
            continue
        reasons = {**row["rejected"], **({"failed": row["failed"]} if row["failed"] else {})}
        reason, count = max(reasons.items(), key=lambda item: item[1], default=("unchecked", 0))
        if count:
            yield (
                f"warning: {language}: nothing was accepted of {finished:,} ({reason} {count:,}); "
                f"look at 'synthcode show {shell_word(run)} --language {language} --reason {reason}'"
            )


def review_kept(run: Run, counts: Mapping[str, Any]) -> Sequence[str]:
    """Refuse to build of nothing.

    Raises
    ------
    FailedRunError
        If every accepted translation is a duplicate, or contaminated.
    """
    if counts["kept"]:
        return []
    dropped = ", ".join(
        f"{key.replace('_', ' ')} {counts[key]:,}"
        for key in ("exact_duplicates", "near_duplicates", "contaminated")
        if counts[key]
    )
    raise FailedRunError(
        f"no translation is left: {dropped or 'nothing was accepted'}",
        f"see 'synthcode show {shell_word(run.folder.path)}'; --threshold and --against decide what is taken out",
    )


def review_splits(run: Run, counts: Mapping[str, Any]) -> Sequence[str]:
    """Return a warning for each split without pairs.

    Raises
    ------
    FailedRunError
        If no split has any.
    """
    if not sum(counts["splits"].values()):
        raise FailedRunError(
            "the dataset has no pairs: all were taken out as contaminated, or fail their tests",
            f"see what became of each with: synthcode show {shell_word(run.folder.path)}",
        )
    return list(split_warnings(counts["splits"], run.recipe.splits))


def split_warnings(splits: Mapping[str, int], config: SplitConfig) -> Iterator[str]:
    """Yield a line for each split that has a share and no pairs."""
    for split, count in splits.items():
        if not count and config.fractions[split] > 0:
            yield (
                f"warning: split {split!r} has no pairs: too few groups of related seeds have a translation; "
                "give more seeds, or other shares in the recipe's 'splits'"
            )
