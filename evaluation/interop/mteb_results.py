"""Results as mteb keeps them: ``mteb.ResultCache(FOLDER)`` loads what :func:`result_files` describes.

One model a folder, one experiment an exit (``experiment_kwargs={"exit": 9}``), one file a task, one entry a pair
of languages. mteb itself is not needed to write them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from synthcode.errors import InputError
from synthcode.evaluation.interop.mteb_names import MAIN_SCORE, MTEB_NAMES, languages_of, subset_name, task_name

Row = Mapping[str, Any]
"""A line of ``metrics.csv``: numbers, or the text that a CSV reader gives of them."""

_HUB_NAME = re.compile(r"\w[\w.-]*/\w[\w.-]*")
_UNSAFE = re.compile(r"[^\w.-]+")
_MODEL_META: dict[str, Any] = {
    **dict.fromkeys(
        ("loader", "release_date", "languages", "n_parameters", "memory_usage_mb", "max_tokens", "embed_dim"), None
    ),
    **dict.fromkeys(("license", "open_weights", "public_training_code", "public_training_data"), None),
    **dict.fromkeys(("similarity_fn_name", "use_instructions", "training_datasets"), None),
    "framework": [],
}
"""Fields that mteb's ``ModelMeta`` requires and that are unknown here."""


@dataclass(frozen=True)
class Scored:
    """The encoder and the dataset of some results."""

    encoder: str
    """Its specification: ``mose:NAME``."""
    revision: str
    """Of the encoder: a commit, or its identity."""
    dataset: str
    """Revision or digest of the dataset."""
    split: str


def model_name(encoder: str) -> str:
    """Return an encoder's name in mteb's form: that on the Hub, or ``local/NAME``.

    ``st:intfloat/e5-small-v2`` is ``intfloat/e5-small-v2``, ``bm25`` is ``local/bm25``, ``mose:/data/mine`` is
    ``local/mine``.
    """
    name = encoder.partition(":")[2].partition("@")[0] or encoder
    return name if _HUB_NAME.fullmatch(name) else f"local/{_safe(PurePosixPath(name).name)}"


def result_files(rows: Iterable[Row], scored: Scored) -> dict[str, str]:
    """Return the files of a folder that ``mteb.ResultCache`` reads: relative path -> JSON.

    Parameters
    ----------
    rows
        Of ``metrics.csv``: those of one encoder, all of its exits, tasks and variants.
    scored
        The encoder and the dataset.

    Raises
    ------
    InputError
        If a cell has no nDCG@10, mteb's main score.
    """
    files: dict[str, str] = {}
    for (exit_, name), scores in _by_task(rows).items():
        folder = _folder(scored, exit_)
        files[f"{folder}/{name}.json"] = _json(_task_result(name, scores, scored))
        files[f"{folder}/model_meta.json"] = _json(_model_meta(scored, exit_))
    return files


def _folder(scored: Scored, exit_: int) -> str:
    model = model_name(scored.encoder).replace("/", "__")
    experiment = f"/experiments/exit_{exit_}" if exit_ else ""
    return f"results/{model}/{_safe(scored.revision)}{experiment}"


def _by_task(rows: Iterable[Row]) -> dict[tuple[int, str], dict[str, dict[str, float]]]:
    """Return (exit, task) -> subset -> scores."""
    found: dict[tuple[int, str], dict[str, dict[str, float]]] = {}
    for row in rows:
        metric = MTEB_NAMES.get(row["metric"])
        if metric is None:
            continue
        task = int(row["exit"]), task_name(row["task"], row["variant"])
        subset = subset_name(row["query_language"], row["corpus_language"])
        scores = found.setdefault(task, {}).setdefault(subset, {})
        scores[metric] = float(row["value"])
        scores |= {f"{metric}_{bound}": float(row[bound]) for bound in ("lo", "hi") if row[bound] not in (None, "")}
        scores["n_queries"] = int(row["n"])
    return found


def _task_result(name: str, by_subset: Mapping[str, Mapping[str, float]], scored: Scored) -> dict[str, Any]:
    entries = []
    for subset, scores in sorted(by_subset.items()):
        if MAIN_SCORE not in scores:
            raise InputError(f"{name} {subset}: no nDCG@10, mteb's main score", "score it with 'synthcode evaluate'")
        common = {"main_score": scores[MAIN_SCORE], "hf_subset": subset, "languages": languages_of(subset)}
        entries.append({**scores, **common})
    return {
        "dataset_revision": scored.dataset,
        "task_name": name,
        "mteb_version": None,
        "scores": {scored.split: entries},
        "evaluation_time": None,
        "kg_co2_emissions": None,
    }


def _model_meta(scored: Scored, exit_: int) -> dict[str, Any]:
    named = {"name": model_name(scored.encoder), "revision": scored.revision}
    return {**named, **_MODEL_META, "experiment_kwargs": {"exit": exit_} if exit_ else None}


def _safe(name: str) -> str:
    """Return a name that is one file name, and none of those with a meaning."""
    return _UNSAFE.sub("_", name).lstrip(".") or "unnamed"


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, indent=2) + "\n"
