"""The names of tasks, subsets and languages in mteb."""

from __future__ import annotations

from collections.abc import Iterable

from synthcode.vocabulary import IN_WORDS, MTEB_METRIC, QUERY_STYLES, Metric, style_task

MTEB_NAMES: dict[Metric, str] = {
    "MRR@10": "mrr_at_10",
    "nDCG@10": "ndcg_at_10",
    "R@1": "recall_at_1",
    "R@5": "recall_at_5",
    "R@10": "recall_at_10",
    "MAP": "map",
}
"""Ours -> mteb's. mteb cuts MAP at some rank, ``map_at_1000`` at most; ours is of the whole ranking."""

MAIN_SCORE = MTEB_NAMES[MTEB_METRIC]

CLONES = "clones"
"""The task of pair classification."""
LABELS = "classification"
"""The task of classification."""

_TASKS: dict[str, str] = {
    "text2code": "Text2Code",
    "code2code": "Code2Code",
    CLONES: "Clones",
    LABELS: "Classification",
    **{style_task(style): f"Text2Code{style.capitalize()}" for style in QUERY_STYLES},
}
_PROGRAMMING = {
    **{name: name for name in ("python", "java", "javascript", "typescript", "go", "php", "ruby", "c", "rust")},
    "cpp": "c++",
    "csharp": "c#",
}
"""Ours -> mteb's, of the languages that mteb 2.26 knows."""


def task_name(task: str, variant: str) -> str:
    """Return the name of a task: ``SynthcodeCode2CodeStripped``."""
    return f"Synthcode{_TASKS[task]}{variant.capitalize()}"


def subset_name(query_language: str, corpus_language: str) -> str:
    """Return the name of a subset: ``python-java``; ``text-java`` asks in words."""
    return f"{query_language}-{corpus_language}"


def languages_of(subset: str) -> list[str]:
    """Return the languages of a subset as mteb writes them: ``["python-Code", "java-Code"]``.

    Words are English. A language that mteb does not know is ``zxx-Zxxx``, its code for what has none.
    """
    return list(dict.fromkeys(_language(name) for name in subset.split("-")))


def languages_of_all(subsets: Iterable[str]) -> dict[str, list[str]]:
    """Return the languages of each subset."""
    return {subset: languages_of(subset) for subset in subsets}


def _language(name: str) -> str:
    if name in IN_WORDS:
        return "eng-Latn"
    return f"{_PROGRAMMING[name]}-Code" if name in _PROGRAMMING else "zxx-Zxxx"
