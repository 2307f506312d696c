"""A dataset by its name on the Hub: its tables are fetched once and kept in the Hub's own cache."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from synthcode.errors import InputError, first_line
from synthcode.network.proxies import refuse_unusable_proxies
from synthcode.storage.layout import RunFolder
from synthcode.storage.published import CROISSANT_NAME

_NAME = re.compile(r"(?P<repository>[\w.-]+/[\w.-]+)(?:@(?P<revision>[\w./-]+))?", re.ASCII)


def dataset_folder(dataset: Path, *splits: str) -> Path:
    """Return the folder of a dataset: the given one, or that of ``user/name`` or ``user/name@revision``.

    Parameters
    ----------
    dataset
        A folder, or a repository's name if there is no such path.
    splits
        Those whose tables are fetched.

    Raises
    ------
    InputError
        If there is neither.
    """
    patterns = [*(f"data/*/{split}-*.parquet" for split in splits), CROISSANT_NAME]
    return fetched_files(dataset, patterns, "name RUN/dataset, or user/name; HF_TOKEN opens a private one")


def fetched_files(dataset: Path, patterns: Sequence[str], fix: str) -> Path:
    """Return a file or folder that is there, or the folder of a dataset's files from the Hub.

    Parameters
    ----------
    dataset
        A path, or ``user/name`` or ``user/name@revision`` if there is no such path, nor a run directory to hold it.
    patterns
        Of the files that are fetched.
    fix
        What a user does if there is neither.

    Raises
    ------
    InputError
        If there is neither.
    """
    named = _NAME.fullmatch(str(dataset))
    if dataset.exists() or named is None or RunFolder(dataset.parent).is_run:
        return dataset
    from huggingface_hub import snapshot_download
    from huggingface_hub.utils import disable_progress_bars

    refuse_unusable_proxies()
    disable_progress_bars()
    try:
        fetched = snapshot_download(
            named["repository"], repo_type="dataset", revision=named["revision"], allow_patterns=list(patterns)
        )
    except Exception as problem:  # the client raises errors of many kinds
        raise InputError(
            f"{dataset} is neither a folder nor a dataset on the Hub: {first_line(problem)}", fix
        ) from problem
    return Path(fetched)
