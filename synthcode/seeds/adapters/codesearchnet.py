"""Seeds from CodeSearchNet, as GitHub published it and as the Hub has it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping

from synthcode.errors import InputError
from synthcode.seeds.adapters.adapter import Adapter
from synthcode.seeds.config import SeedsConfig
from synthcode.seeds.descriptions import first_paragraph
from synthcode.seeds.raw import RawSeed
from synthcode.seeds.rows.columns import is_wanted, seed_from, split_name
from synthcode.seeds.rows.files import DataFile, data_files, file_digests
from synthcode.seeds.rows.formats import columns_of, read_rows
from synthcode.seeds.rows.row import Row

_NAMES = {
    "text": ("docstring", "func_documentation_string"),
    "code": ("code", "func_code_string", "original_string", "whole_func_string"),
    "language": ("language",),
    "entry_point": ("func_name",),
    "repository": ("repo", "repository_name"),
    "path": ("path", "func_path_in_repository"),
    "url": ("url", "func_code_url"),
    "split": ("partition", "split_name"),
}
"""Our column -> theirs, in the JSON Lines of github/CodeSearchNet and in code-search-net/code_search_net."""


def inputs(config: SeedsConfig) -> dict[str, str]:
    """Return the SHA-256 of every file that is read, by its name."""
    return file_digests(data_files(config.path))


def read(config: SeedsConfig) -> Iterator[RawSeed]:
    """Yield the functions of a file, or of every file in a folder.

    Texts are the first paragraph of the documentation (Husain et al. 2019, arXiv:1909.09436, section 2.1).

    Raises
    ------
    InputError
        If there is no table, a file is broken, or it is not CodeSearchNet's.
    """
    for file in data_files(config.path):
        columns = _match(columns_of(file), file)
        for row in read_rows(file, columns.values()):
            seed = _seed(row, columns, config)
            if is_wanted(seed, config):
                yield seed


def _match(present: list[str], file: DataFile) -> dict[str, str]:
    columns = {ours: next((name for name in theirs if name in present), "") for ours, theirs in _NAMES.items()}
    if present and not (columns["text"] and columns["code"]):
        raise InputError(
            f"{file.name} is not CodeSearchNet's: no columns code and docstring; it has: {', '.join(present)}",
            "read it with --from table, and say with --column which columns are text and code",
        )
    return {ours: theirs for ours, theirs in columns.items() if theirs}


def _seed(row: Row, columns: Mapping[str, str], config: SeedsConfig) -> RawSeed:
    seed = seed_from(row, columns, config, config.source or "codesearchnet")
    if seed.problem is not None:
        return seed
    return dataclasses.replace(
        seed,
        source_id=seed.url or seed.source_id,
        text=first_paragraph(seed.text or "") or None,
        entry_point=(seed.entry_point or "").rpartition(".")[2] or None,
        split=split_name(seed.split) if seed.split else None,
    )


ADAPTER = Adapter(read, inputs)
