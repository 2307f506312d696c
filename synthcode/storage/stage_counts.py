"""What each stage counts, as the manifest holds it: a run of unknown origin may say anything."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn

from synthcode.errors import InputError

_COUNTS = {str: int}
_CONTAMINATION = {
    str: {"rows": int, "rows_hit": int, "seeds": int, "translations": _COUNTS, "unusable": _COUNTS},
}
_ASKED = {"requested": int, "completed": int, "failed": int, "pending": int}
_TOKENS = ("prompt_tokens", "completion_tokens")
_LEFT = {"exact_duplicates": int, "near_duplicates": int, "contaminated": int, "kept": int}

SHAPES: Mapping[str, Mapping[str, Any]] = {
    "seeds": {"seeds": int, "languages": _COUNTS, "rejected": _COUNTS},
    "dedup_seeds": {
        **dict.fromkeys(("seeds", "seed_duplicates", "exact_duplicates", "near_duplicates", "seeds_contaminated"), int),
        "contamination": _CONTAMINATION,
    },
    "translate": {
        **_ASKED,
        **dict.fromkeys(("prompt_tokens", "completion_tokens", "asked", "already_known", "unmatched_rows"), int),
        "by_language": {str: _ASKED},
        "failures": _COUNTS,
        "failure_messages": {str: str},
    },
    "check": {
        "accepted": int,
        "verified": {str: _COUNTS},
        "rejected": _COUNTS,
        "by_language": {str: {"accepted": int, "rejected": _COUNTS}},
        "not_compiled": {str: str},
        **dict.fromkeys(("judged", "already_known"), int),
    },
    "repair": {
        **_ASKED,
        **dict.fromkeys((*_TOKENS, "accepted", "left", "asked", "already_known"), int),
        "rejected": _COUNTS,
        "verified": {str: _COUNTS},
        "by_language": {str: {**_ASKED, "accepted": int, "rejected": _COUNTS}},
        "rounds": {str: dict.fromkeys((*_ASKED, *_TOKENS, "accepted", "failed_tests"), int)},
        "failures": _COUNTS,
        "failure_messages": {str: str},
    },
    "dedup": {**_LEFT, "by_language": {str: _LEFT}, "contamination": _CONTAMINATION},
    "verify": {
        "verified": {str: _COUNTS},
        "failed": {str: _COUNTS},
        "not_run": {str: str},
        **dict.fromkeys(("run", "already_known"), int),
    },
    "queries": {
        **_ASKED,
        **dict.fromkeys((*_TOKENS, "accepted", "asked", "already_known", "unmatched_rows"), int),
        "rejected": _COUNTS,
        "by_style": {str: {**_ASKED, "accepted": int, "rejected": _COUNTS}},
        "failures": _COUNTS,
        "failure_messages": {str: str},
        **dict.fromkeys(("model", "prompt", "sampling"), str),
    },
    "build": {
        "splits": _COUNTS,
        "by_language": {str: _COUNTS},
        "rows": {str: _COUNTS},
        "contaminated": _COUNTS,
        "below_level": _COUNTS,
    },
}
"""Stage -> key -> kind of its value: ``int``, ``str``, named keys, or one kind for all keys (``str``)."""


class Counts(dict[str, Any]):
    """The counts of a stage. A missing one, in a foreign run or one of another version, is a clear error."""

    def __missing__(self, key: str) -> NoReturn:
        raise InputError(f"the run's manifest does not have {key!r} of a stage", "run the stage again with --force")


def read_counts(stage: str, counts: object) -> Counts:
    """Return the counts of a stage as its entry of the manifest holds them.

    Raises
    ------
    ValueError
        If a value is not of the kind that the stage writes. Other stages and keys may hold anything: they are not read.
    """
    if not isinstance(counts, dict):
        raise ValueError(f"the counts of {stage!r} are not such as it writes")
    present = {key: kind for key, kind in SHAPES.get(stage, {}).items() if key in counts}
    wrong = wrong_place(counts, present)
    if wrong is not None:
        raise ValueError(f"the counts of {stage!r} are not such as it writes ({wrong})")
    return Counts(counts)


def wrong_place(value: object, kind: Any) -> str | None:
    """Return the dotted key of what is not of its kind; None if all is.

    Parameters
    ----------
    value
        What JSON holds.
    kind
        A type; named keys and their kinds; or ``str`` and the one kind of all values. Numbers are not negative.
    """
    if isinstance(kind, type):
        is_kind = isinstance(value, kind) and not (isinstance(value, bool) and kind is not bool)
        return None if is_kind and not (isinstance(value, int) and value < 0) else ""
    if not isinstance(value, dict):
        return ""
    kinds = dict.fromkeys(value, kind[str]) if str in kind else kind
    for key, inner in kinds.items():
        wrong = wrong_place(value.get(key), inner)
        if wrong is not None:
            return f"{key}.{wrong}".rstrip(".")
    return None
