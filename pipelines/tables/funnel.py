"""What became of every row: the counts that must reconcile."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from synthcode.bounded.trees import TREE_ERRORS, parse_json
from synthcode.errors import InputError
from synthcode.llm.journal.journal import Journal
from synthcode.pipelines.runs.stages import ON_REQUEST
from synthcode.pipelines.tables.repairs import STAGE as REPAIR
from synthcode.pipelines.tables.untranslated import untranslated_seeds
from synthcode.storage.layout import RunFolder
from synthcode.storage.manifest import Manifest
from synthcode.storage.stage_counts import wrong_place
from synthcode.vocabulary import LEVELS, SPLITS, STAGES

REQUESTED = "requested"
"""The journal's counts of planned requests by target language, used until the manifest has an entry."""
_CHAIN = STAGES[STAGES.index("translate") :]
"""Stages whose counts reconcile with those of the stage before."""
_ASKED = ("requested", "completed", "failed", "pending")
_QUERIES = (*_ASKED, "accepted", "rejected", "by_style", "failures", "model", "prompt", "sampling")
_TESTED = ("verified", "failed")
_LEFT_OUT = ("contaminated", "below_level")
_LEFT = ("exact_duplicates", "near_duplicates", "contaminated", "kept")


def funnel(folder: RunFolder) -> dict[str, Any]:
    """Count the rows of a run directory.

    Returns
    -------
    dict
        ``seeds``, ``seed_duplicates`` and ``seeds_contaminated`` (taken out before translating), ``requested``,
        ``completed``, ``failed``, ``pending``, ``accepted``, ``verified`` {level: n} (of what was accepted or, once
        tests have run, of what passed them), which is empty in runs of earlier versions, ``rejected`` {reason: n},
        ``exact_duplicates``, ``near_duplicates``, ``contaminated``, ``failed_tests`` {reason: n}, ``below_level`` (what
        did not reach the level that the recipe requires), ``kept`` (what was accepted, without these five),
        ``splits``, ``by_language`` (the same from ``requested`` on,
        for each target language), ``seeds_rejected`` {reason: n}, ``failures`` {kind: n} with ``failure_messages``
        {kind: the commonest message}, ``repairs`` {round: what it requested and gained, which all other counts
        include}, ``queries`` (of requests for queries in other styles: what was requested, accepted and rejected, also
        ``by_style``; empty if the run has none), ``already_known`` (requests that the last translating did not have to
        send), ``awaiting_translation`` (seeds that a changed stage before translating has added), and ``stages``
        {stage: done, incomplete, stale or missing; one that runs only on request is listed once it has run}. Counts of
        a stage that has not run since the one before it changed are left out (zero), so that what is there reconciles.
    """
    manifest = Manifest(folder.path)
    states = _states(manifest)
    shown = _reconciling(manifest, states)
    counts = {name: manifest.stages[name].counts if name in shown else {} for name in STAGES}
    if states["translate"] == "missing":
        counts["translate"] = _journalled(folder)
    waiting = untranslated_seeds(folder) if states["translate"] == "stale" else []
    stages = {name: state for name, state in states.items() if state != "missing" or name not in ON_REQUEST}
    return {**tally(counts), "awaiting_translation": len(waiting), "stages": stages}


def _reconciling(manifest: Manifest, states: Mapping[str, str]) -> set[str]:
    """Return the stages whose counts belong together: each of the chain read what the one before it left."""
    shown = {name for name in STAGES if states[name] in ("done", "incomplete")}
    before: str | None = None
    for name in _CHAIN:
        entry = manifest.stages.get(name)
        if entry is None and name in ON_REQUEST:
            continue
        if entry is None or not all(_is_read(manifest, key, sha) for key, sha in entry.inputs.items()):
            break
        if _lacks_requested(manifest, name):
            break
        if before is None or before in shown:
            shown.add(name)
        before = name
    return shown


def _is_read(manifest: Manifest, key: str, sha: str) -> bool:
    stage, _, path = key.partition(":")
    return stage not in _CHAIN or manifest.output_digest(stage, path) == sha


def tally(counts: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return what ``funnel`` returns, but for ``stages``, from the counts of every stage (empty where it has none)."""
    languages = sorted({*counts["translate"].get("by_language", {}), *counts["check"].get("by_language", {})})
    by_language = {
        language: _row({name: _of_language(name, counts[name], language) for name in STAGES}) for language in languages
    }
    totals = {name: _total(name, counts[name]) for name in STAGES}
    return {
        "seeds": counts["seeds"].get("seeds", 0),
        "seeds_rejected": counts["seeds"].get("rejected", {}),
        "seed_duplicates": counts["dedup_seeds"].get("seed_duplicates", 0),
        "seeds_contaminated": counts["dedup_seeds"].get("seeds_contaminated", 0),
        **_row(totals),
        "failures": dict(
            sorted(
                _sums(*(counts[name].get("failures", {}) for name in ("translate", REPAIR))).items(),
                key=lambda item: -item[1],
            )
        ),
        "failure_messages": {
            **counts[REPAIR].get("failure_messages", {}),
            **counts["translate"].get("failure_messages", {}),
        },
        "repairs": counts[REPAIR].get("rounds", {}),
        "queries": _queries(counts["queries"]),
        "already_known": counts["translate"].get("already_known", 0),
        "by_language": by_language,
    }


def _queries(counts: Mapping[str, Any]) -> dict[str, Any]:
    """Return what became of the requests for queries."""
    return {key: counts[key] for key in _QUERIES if key in counts}


def _total(stage: str, counts: Mapping[str, Any]) -> Mapping[str, Any]:
    if stage in ("check", REPAIR):
        return {**counts, "verified": _summed(counts.get("verified", {}))}
    if stage == "verify":
        return {name: _summed(counts.get(name, {})) for name in _TESTED}
    if stage != "build":
        return counts
    return {**counts.get("splits", {}), **{name: sum(counts.get(name, {}).values()) for name in _LEFT_OUT}}


def _summed(by_language: Mapping[str, Mapping[str, int]]) -> Counter[str]:
    return sum(map(Counter, by_language.values()), Counter())


def _of_language(stage: str, counts: Mapping[str, Any], language: str) -> Mapping[str, Any]:
    row = counts.get("by_language", {}).get(language, {})
    if stage in ("check", REPAIR):
        return {**row, "verified": counts.get("verified", {}).get(language, {})}
    if stage == "verify":
        return {name: counts.get(name, {}).get(language, {}) for name in _TESTED}
    if stage != "build":
        return dict(row)
    return {**row, **{name: counts.get(name, {}).get(language, 0) for name in _LEFT_OUT}}


def _row(counts: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    taken_out = counts["build"].get("contaminated", 0)  # only of the training split
    left = {key: counts["dedup"].get(key, 0) for key in _LEFT}
    failed, below = counts["verify"].get("failed", {}), counts["build"].get("below_level", 0)
    levels = counts["verify"].get("verified")
    if not levels:
        levels = _sums(counts["check"].get("verified", {}), counts[REPAIR].get("verified", {}))
    kept = left.pop("kept") - taken_out - sum(failed.values()) - below
    left |= {"contaminated": left["contaminated"] + taken_out}
    return {
        **{key: counts["translate"].get(key, 0) + counts[REPAIR].get(key, 0) for key in _ASKED},
        "accepted": counts["check"].get("accepted", 0) + counts[REPAIR].get("accepted", 0),
        "verified": {name: levels[name] for name in LEVELS if levels.get(name)},
        "rejected": _sums(counts["check"].get("rejected", {}), counts[REPAIR].get("rejected", {})),
        **left,
        "failed_tests": dict(sorted(failed.items())),
        "below_level": below,
        "kept": kept,
        "splits": {split: counts["build"].get(split, 0) for split in SPLITS},
    }


def _sums(*counts: Mapping[str, int]) -> dict[str, int]:
    total: Counter[str] = sum(map(Counter, counts), Counter())
    return dict(sorted(total.items()))


def _states(manifest: Manifest) -> dict[str, str]:
    """Tell of every stage whether it still describes what its inputs are now."""
    states: dict[str, str] = {}
    for name in STAGES:
        entry = manifest.stages.get(name)
        if entry is None:
            states[name] = "missing"
        elif _lacks_requested(manifest, name) or any(
            _has_changed(manifest, states, key, sha) for key, sha in entry.inputs.items()
        ):
            states[name] = "stale"
        else:
            states[name] = "done" if entry.complete else "incomplete"
    return states


def _lacks_requested(manifest: Manifest, name: str) -> bool:
    """Return whether a stage has run without one before it that was requested since."""
    requested = (stage for stage in ON_REQUEST & set(STAGES[: STAGES.index(name)]) if stage in manifest.stages)
    return any(not any(key.startswith(f"{stage}:") for key in manifest.stages[name].inputs) for stage in requested)


def _has_changed(manifest: Manifest, states: Mapping[str, str], key: str, sha: str) -> bool:
    stage, _, path = key.partition(":")
    if stage not in STAGES:
        return False  # a file outside the run directory: looked at when the stage is run
    return states.get(stage) in ("stale", "missing") or manifest.output_digest(stage, path) != sha


def _requested(journal: Journal) -> dict[str, int]:
    try:
        requested: dict[str, int] = parse_json(journal.get_meta(REQUESTED) or "{}")
        wrong = wrong_place(requested, {str: int})
    except TREE_ERRORS:
        wrong = "JSON"
    if wrong is not None:
        raise InputError(f"{journal.path} is damaged: its note of the requests", "run 'synthcode translate' again")
    return requested


def _journalled(folder: RunFolder) -> dict[str, Any]:
    """Count what a translation under way, or one that was stopped, has stored so far."""
    if not folder.journal.is_file():
        return {}
    with Journal(folder.journal, read_only=True) as journal:
        requested = _requested(journal)
        stored, failures = journal.counts(), dict(journal.failures().most_common())
    by_language = {}
    for language, asked in requested.items():
        # The journal also has what an earlier prompt or model answered: no more counts than is asked now.
        failed = min(stored.failed[language], asked)
        completed = min(stored.completed[language], asked - failed)
        row = {"requested": asked, "completed": completed, "failed": failed, "pending": asked - completed - failed}
        by_language[language] = row
    totals = {key: sum(row[key] for row in by_language.values()) for key in _ASKED}
    return {**totals, "failures": failures, "by_language": by_language}
