"""Requests as files of JSON lines that OpenAI's batch API and ``vllm run-batch`` take."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from synthcode.bounded.lines import UNREADABLE, LongLine, read_lines
from synthcode.errors import InputError
from synthcode.storage.atomic import writing

CHAT_COMPLETIONS = "/v1/chat/completions"
_NAME = re.compile(r"requests-(\d{5})\.jsonl")


def written_pieces(folder: Path) -> list[Path]:
    """Return the files of requests in a folder, in the order in which they were written."""
    return sorted(path for path in folder.glob("requests-*.jsonl") if _NAME.fullmatch(path.name))


def custom_ids(piece: Path) -> Iterator[str]:
    """Yield the ids of the requests in a file.

    Raises
    ------
    InputError
        If it is not a file of requests.
    """
    try:
        for line in read_lines(piece):
            row = None if isinstance(line, LongLine) else orjson.loads(line)
            name = row.get("custom_id") if isinstance(row, dict) else None
            if not isinstance(name, str):
                raise _damaged(piece, "a line has no custom_id")
            yield name
    except (*UNREADABLE, orjson.JSONDecodeError) as problem:
        raise _damaged(piece, str(problem)) from problem


def _damaged(piece: Path, what: str) -> InputError:
    return InputError(
        f"{piece} is damaged: {what}",
        "restore it, or remove it: requests of it that have no result are written to a new file",
    )


class PieceWriter:
    """Writes requests to new files of bounded size. A file appears when it is complete.

    Parameters
    ----------
    folder
        Where they go; the names of earlier files are not used again.
    most_rows, most_bytes
        Bounds of one file.
    """

    def __init__(self, folder: Path, most_rows: int, most_bytes: int) -> None:
        self._folder = folder
        self._most_rows, self._most_bytes = most_rows, most_bytes
        earlier = written_pieces(folder)
        self._number = int(earlier[-1].stem.rpartition("-")[2]) + 1 if earlier else 0
        self._rows = self._bytes = 0
        self._file = ExitStack()
        self._stream: BinaryIO | None = None
        self.current = ""
        """Name of the file that the last request went to."""

    def write(self, custom_id: str, body: Mapping[str, Any]) -> None:
        """Add a request; ``body`` is what a server would be sent."""
        row = {"custom_id": custom_id, "method": "POST", "url": CHAT_COMPLETIONS, "body": body}
        line = orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE)
        if self._rows == self._most_rows or (self._rows and self._bytes + len(line) > self._most_bytes):
            self.commit()
        if self._stream is None:
            self._stream = self._begin()
        self._stream.write(line)
        self._rows, self._bytes = self._rows + 1, self._bytes + len(line)

    def commit(self) -> None:
        """Put the file that is being written into place."""
        self._stream = None
        self._file.close()

    def discard(self, problem: BaseException) -> None:
        """Remove the file that is being written."""
        self._stream = None
        self._file.__exit__(type(problem), problem, problem.__traceback__)

    def _begin(self) -> BinaryIO:
        self.current = f"requests-{self._number:05}.jsonl"
        self._number += 1
        self._rows = self._bytes = 0
        return self._file.enter_context(writing(self._folder / self.current))
