"""Objects of a file that is one JSON array, as Devign's ``function.json`` is."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import orjson

from synthcode.bounded import limits
from synthcode.bounded.compression import unpacked
from synthcode.bounded.files import open_regular
from synthcode.bounded.lines import UNREADABLE
from synthcode.errors import InputError
from synthcode.execution.isolation import isolated
from synthcode.execution.worker import WorkerLostError
from synthcode.seeds.rows.files import DataFile, unreadable_file
from synthcode.seeds.rows.kinds import format_of
from synthcode.seeds.rows.row import Row, unreadable

_CHUNK_ROWS = 256
_MARK = b"\xef\xbb\xbf"
_AGAIN = "fetch the file again"


def read_objects(file: DataFile) -> Iterator[Row]:
    """Yield the objects of an array; what is not an object is a row that cannot be read.

    The array is parsed in a process of its own, whose memory is bounded: a few bytes of JSON can take thousands.

    Raises
    ------
    InputError
        If the file cannot be read, is larger than ``limits.JSON_ARRAY``, is of another kind, or is not a JSON array.
    """
    format_of(file)
    try:
        number = 0
        for chunk in isolated(partial(_chunks, file.path)):
            for value in chunk:
                number += 1
                place = f"{file.name}:{number}"
                yield Row(place, value) if isinstance(value, dict) else unreadable(place, "it is not an object")
    except WorkerLostError as loss:
        raise InputError(f"{file.path}: the process that read it ended ({loss})", _AGAIN) from loss
    except UNREADABLE as problem:
        raise unreadable_file(file, problem) from problem


def _chunks(path: Path) -> Iterator[list[Any]]:
    with open_regular(path) as packed:
        content = unpacked(packed).read(limits.JSON_ARRAY + 1)
    if len(content) > limits.JSON_ARRAY:
        raise InputError(f"{path} is larger than {limits.JSON_ARRAY:,} bytes", "convert it: jq -c '.[]'")
    try:
        values = orjson.loads(content.removeprefix(_MARK))
    except orjson.JSONDecodeError as problem:
        raise InputError(f"{path} is not JSON: {problem}", _AGAIN) from problem
    if not isinstance(values, list):
        raise InputError(f"{path} is not a JSON array", _AGAIN)
    for start in range(0, len(values), _CHUNK_ROWS):
        yield values[start : start + _CHUNK_ROWS]
