"""A share of the seeds, so that several machines each request their own: the same seed, the same shard."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Self

from synthcode.errors import InputError

_FORM = re.compile(r"([0-9]{1,6})/([0-9]{1,6})", re.ASCII)


@dataclass(frozen=True)
class SeedShard:
    """One of ``count`` shards. A seed's shard is a hash of its id: all its languages stay together."""

    number: int
    """From 1 to ``count``."""
    count: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``I/N``.

        Raises
        ------
        InputError
            If it has another form, or I is not between 1 and N.
        """
        found = _FORM.fullmatch(text)
        number, count = (int(found[1]), int(found[2])) if found else (0, 0)
        if not 1 <= number <= count:
            raise InputError(
                f"{text!r} is not a shard", "write the shards of a run as 1/N to N/N: --shard 3/8 is the third of eight"
            )
        return cls(number, count)

    @classmethod
    def of(cls, seed_id: str, count: int) -> Self:
        """Return the one of ``count`` shards that a seed is in."""
        return cls(1 + int(hashlib.sha256(seed_id.encode()).hexdigest()[:16], 16) % count, count)

    def __str__(self) -> str:
        return f"{self.number}/{self.count}"

    def has(self, seed_id: str) -> bool:
        """Return whether a seed is in this shard."""
        return self.of(seed_id, self.count) == self
