"""Bytes that are held in memory up to a budget, and beyond it in files that go with their process."""

from __future__ import annotations

import os
import tempfile
from contextlib import ExitStack, suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import numpy as np
import numpy.typing as npt

U8 = npt.NDArray[np.uint8]
I64 = npt.NDArray[np.int64]

WRITE_BYTES = 1 << 18
"""Bytes that are written to a file at a time."""


class SpillStore:
    """Makes piles of bytes, and moves the largest to disk whenever they would pass the budget together.

    Leaving the ``with`` block closes the files; otherwise they are closed once no reference is left.

    Parameters
    ----------
    folder
        Where files go; None takes the system's folder for temporary files. A file has no name: nothing is left of it
        when the process ends, however it ends.
    budget
        Bytes to hold in memory, over all piles; None sets no limit.
    """

    def __init__(self, folder: Path | None = None, budget: int | None = None) -> None:
        self._folder, self._budget = folder, budget
        self._in_memory: list[SpillBuffer] = []
        self._files = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(OSError):  # the contents are no longer needed
            self._files.close()

    def pile(self) -> SpillBuffer:
        """Return an empty pile."""
        pile = SpillBuffer(self)
        self._in_memory.append(pile)
        return pile

    def make_room(self, size: int) -> None:
        """Move piles to disk until so many bytes more fit the budget, or nothing is left in memory."""
        if self._budget is None:
            return
        in_memory = size + sum(pile.size for pile in self._in_memory)
        while in_memory > self._budget and self._in_memory:
            largest = max(self._in_memory, key=lambda pile: pile.size)
            in_memory -= largest.size
            if self._folder is not None:
                self._folder.mkdir(parents=True, exist_ok=True)
            largest.move_to(self._files.enter_context(_nameless_file(self._folder)))
            self._in_memory.remove(largest)


class SpillBuffer:
    """Bytes that are written one after another, and then read from anywhere."""

    def __init__(self, scratch: SpillStore) -> None:
        self._scratch = scratch
        self._data = bytearray()
        self._file: IO[bytes] | None = None
        self.size = 0

    def append(self, array: npt.NDArray[np.generic]) -> None:
        """Add the bytes of an array, in C order."""
        data = np.ascontiguousarray(array).reshape(-1).view(np.uint8).data
        self._scratch.make_room(len(data))
        if self._file is None:
            self._data += data
        else:
            self._file.write(data)
        self.size += len(data)

    def gather(self, starts: I64, sizes: I64) -> U8:
        """Return runs of bytes, one after another: ``sizes[i]`` bytes from ``starts[i]`` on."""
        bounds = zip(starts.tolist(), sizes.tolist(), strict=True)
        if self._file is None:
            with memoryview(self._data) as view:
                return np.frombuffer(b"".join([view[start : start + size] for start, size in bounds]), dtype=np.uint8)
        self._file.flush()
        number = self._file.fileno()
        return np.frombuffer(b"".join([os.pread(number, size, start) for start, size in bounds]), dtype=np.uint8)

    def view(self) -> U8 | None:
        """Return the whole pile, not copied, where it is in memory; nothing may be added any more."""
        return np.frombuffer(self._data, dtype=np.uint8) if self._file is None else None

    def all(self) -> U8:
        """Return the whole pile."""
        view = self.view()
        return view if view is not None else self.gather(np.zeros(1, dtype=np.int64), np.array([self.size]))

    def move_to(self, file: IO[bytes]) -> None:
        """Hold the bytes in a file from now on."""
        file.write(self._data)
        self._file, self._data = file, bytearray()


def _nameless_file(folder: Path | None) -> IO[bytes]:
    return tempfile.TemporaryFile(dir=folder, buffering=WRITE_BYTES)
