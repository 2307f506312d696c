"""Where results of ``evaluate`` go: each choice of what is scored has a folder of its own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from synthcode.errors import InputError
from synthcode.identity import digest
from synthcode.sanitize import short_name
from synthcode.storage.layout import RunFolder
from synthcode.vocabulary import CORPORA, PRECISIONS, QUERY_STYLES, SCORED_VARIANTS, style_task

if TYPE_CHECKING:
    from synthcode.evaluation.results_json import Facts
    from synthcode.evaluation.retrieval.benchmark import Benchmark

UNNAMED = frozenset({"base-url", "source"})
"""Settings that the folder's name leaves out: a server's address, and where the dataset is."""

LONGEST_VALUE = 40
"""Of a setting in a folder's name, in characters."""


def settings_of(given: Mapping[str, Any], whole: Benchmark, scored: Benchmark) -> dict[str, str]:
    """Return the settings that decide what is scored, where they differ from the defaults.

    Parameters
    ----------
    given
        The command's options.
    whole, scored
        The benchmark, and the part of it that ``--task`` and ``--languages`` leave.
    """
    variants = sorted(set(given["variants"] or SCORED_VARIANTS))
    tasks = {cell.task for cell in scored.cells}
    of_styles = {style_task(style) for style in given["query_styles"]}  # their own setting names them
    found = {
        "task": ",".join(sorted(tasks - of_styles or tasks)) if tasks != {cell.task for cell in whole.cells} else "",
        "languages": ",".join(scored.languages) if scored.languages != whole.languages else "",
        "query-style": ",".join(style for style in QUERY_STYLES if style in given["query_styles"]),
        "require": "" if scored.requirement is None else scored.requirement.level,
        "corpus": ",".join(name for name in CORPORA if name in given["corpora"]),
        "distractors": ",".join(given["distractors"]),
        "graded": "ndcg" if given["graded"] else "",
        "limit": str(given["limit"] or ""),
        "split": given["split"] if given["original"] is None and given["split"] != "test" else "",
        "variant": ",".join(variants) if variants != sorted(SCORED_VARIANTS) else "",
        "dims": ",".join(map(str, sorted(set(given["dims"])))),
        "precision": ",".join(name for name in PRECISIONS if name in given["precisions"]),
    }
    return {name: value for name, value in found.items() if value} | encoder_settings(given)


def encoder_settings(given: Mapping[str, Any]) -> dict[str, str]:
    """Return the settings of the encoder, where they differ from the defaults."""
    found = {
        "exits": given["exits"] if given["exits"] != "all" else "",
        "max-tokens": str(given["max_tokens"] or ""),
        "prompt": "\n".join(sorted(given["prompts"])),
        "choice": ",".join(sorted(given["choices"])),
        "revision": given["revision"] or "",
        "dtype": given["dtype"] if given["dtype"] != "auto" and given["encoder"] != "bm25" else "",
        "first": PurePath(given["first"] or "").name,
        "top": str(given["top"] or ""),
        "fusion": given["fusion"] or "" if given["fusion"] != "rrf" and given["weight"] is None else "",
        "weight": "" if given["weight"] is None else f"{given['weight']:g}",
        "base-url": _address(given["base_url"]),
    }
    return {name: value for name, value in found.items() if value}


def usual_folder(dataset: Path | None, original: str | None, encoder: str) -> Path:
    """Return ``RUN/evaluation/ENCODER`` for a run or its dataset, and otherwise ``results/DATASET/ENCODER`` here."""
    run = run_of(dataset)
    folder = RunFolder(run).evaluation if run is not None else Path("results") / slug(str(dataset or original))
    return folder / slug(short_name(encoder))


def run_of(dataset: Path | None) -> Path | None:
    """Return the run directory that a dataset is, or is in; only a manifest makes a folder a run."""
    if dataset is None:
        return None
    whole = dataset.resolve()
    return next((folder for folder in (whole, whole.parent) if RunFolder(folder).is_run), None)


def named_after(folder: Path, settings: Mapping[str, str]) -> Path:
    """Return a folder with the settings in its name; default settings change nothing."""
    parts = [f"_{name}-{_short(value)}" for name, value in settings.items() if name not in UNNAMED]
    return folder.with_name(folder.name + "".join(parts))


def refuse_other_settings(folder: Path, known: Facts, digest_: str, settings: Mapping[str, str]) -> None:
    """Refuse to replace results that were made with other settings.

    Raises
    ------
    InputError
        If the settings differ, or the results are of a dataset in another place with other content.
    """
    if different := different_settings(known, digest_, settings):
        raise InputError(
            f"{folder} holds results of other settings: {different}",
            "give --out for another folder, or --force to replace them",
        )


def different_settings(known: Facts, digest_: str, settings: Mapping[str, str]) -> str:
    """Return what the known results were made with, where that differs from the settings; empty if nothing differs."""
    names = [name for name in {**known.settings, **settings} if known.settings.get(name) != settings.get(name)]
    parts = [f"{name} {known.settings.get(name) or 'default'}" for name in names if name != "source"]
    if "source" in names and known.dataset_digest != digest_:
        parts.append(f"dataset {known.dataset}")
    return ", ".join(parts)


def slug(name: str) -> str:
    """Return a name as part of a path."""
    return re.sub(r"[^\w.@,-]+", "-", name).strip("-.")


def _short(value: str) -> str:
    """Return a value as part of a path: as it is, or a digest if it is long or has other characters."""
    return value if slug(value) == value and len(value) <= LONGEST_VALUE else digest(value)[:8]


def _address(url: str | None) -> str:
    """Return a server's host and port: a URL can hold a password."""
    parts = urlsplit(url or "")
    return parts.netloc.rpartition("@")[2]
