"""Results as the Hub shows them on a model's page: ``.eval_results/*.yaml``."""

from __future__ import annotations

from collections.abc import Iterable

import yaml

from synthcode import __version__
from synthcode.evaluation.interop.mteb_names import subset_name, task_name
from synthcode.evaluation.interop.mteb_results import Row, Scored
from synthcode.vocabulary import MTEB_METRIC


def eval_results_files(rows: Iterable[Row], scored: Scored, dataset_id: str) -> dict[str, str]:
    """Return the files to put into a model's repository: relative path -> YAML, one file an exit.

    Parameters
    ----------
    rows
        Of ``metrics.csv``: those of one encoder. nDCG@10 is reported, in percent, as mteb does.
    scored
        The encoder and the dataset.
    dataset_id
        The dataset's repository on the Hub.
    """
    from huggingface_hub import EvalResultEntry, eval_result_entries_to_yaml

    entries: dict[int, list[EvalResultEntry]] = {}
    for row in rows:
        if row["metric"] == MTEB_METRIC:
            exit_ = int(row["exit"])
            entries.setdefault(exit_, []).append(
                EvalResultEntry(
                    dataset_id=dataset_id,
                    task_id=_task_id(row, scored.split),
                    value=round(float(row["value"]) * 100, 5),
                    notes=_notes(exit_),
                )
            )
    return {
        f".eval_results/synthcode{f'-exit-{exit_}' if exit_ else ''}.yaml": yaml.safe_dump(
            eval_result_entries_to_yaml(of_exit), sort_keys=False
        )
        for exit_, of_exit in entries.items()
    }


def _task_id(row: Row, split: str) -> str:
    """Return mteb's form: task, subset, split."""
    subset = subset_name(row["query_language"], row["corpus_language"])
    return f"{task_name(row['task'], row['variant'])}_{subset}_{split}"


def _notes(exit_: int) -> str:
    of_exit = f", exit {exit_}" if exit_ else ""
    return f"{MTEB_METRIC}{of_exit}, synthcode {__version__}"
