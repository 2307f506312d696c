"""The ids of a plan's requests, noted while they are sent: a second pass need not fill every prompt again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from synthcode.identity import DIGEST_CHARS
from synthcode.schemas.records import Request
from synthcode.storage.large_tables.spill import SpillStore

ID_BYTES = DIGEST_CHARS // 2
_AT_ONCE = 4096


class RequestIds:
    """Ids in the order in which requests were made, ``ID_BYTES`` bytes each.

    Parameters
    ----------
    scratch
        Where they are held.
    """

    def __init__(self, scratch: SpillStore) -> None:
        self._noted = scratch.pile()
        self._latest = bytearray()

    def noting(self, requests: Iterable[Request]) -> Iterator[Request]:
        """Yield requests, and note their ids."""
        for request in requests:
            self._latest += bytes.fromhex(request.request_id)
            if len(self._latest) >= _AT_ONCE * ID_BYTES:
                self._store()
            yield request
        self._store()

    def __iter__(self) -> Iterator[str]:
        """Yield the ids."""
        for start in range(0, self._noted.size, _AT_ONCE * ID_BYTES):
            size = min(self._noted.size - start, _AT_ONCE * ID_BYTES)
            block = self._noted.gather(np.array([start]), np.array([size])).tobytes()
            for offset in range(0, size, ID_BYTES):
                yield block[offset : offset + ID_BYTES].hex()

    def _store(self) -> None:
        self._noted.append(np.frombuffer(bytes(self._latest), dtype=np.uint8))
        self._latest.clear()
