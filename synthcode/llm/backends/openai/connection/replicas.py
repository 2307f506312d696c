"""Which server a request goes to."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from yarl import URL

from synthcode.errors import InputError
from synthcode.llm.backends.openai.connection.addresses import below, parse_address
from synthcode.llm.seed_routing import in_order

REST_S = 10.0
"""How long a replica that took no connection is asked last."""


@dataclass(slots=True, eq=False)
class Replica:
    """One server."""

    url: URL
    """Up to and including ``/v1``."""
    name: str
    """The address as the user gave it: requests are distributed by it."""
    resting_until: float = 0.0
    lists_models: bool = True
    """Whether it lists its models, as far as is known."""

    @property
    def base(self) -> str:
        """The address for people, without a query."""
        return str(self.url.with_query(None))

    @property
    def chat(self) -> URL:
        """Where completions are requested."""
        return below(self.url, "chat", "completions")

    @property
    def tokenize(self) -> URL:
        """Where vLLM counts tokens."""
        return below(self.url.parent, "tokenize")

    @property
    def metrics(self) -> URL:
        """Where vLLM counts its cache's hits."""
        return below(self.url.parent, "metrics")


class Replicas:
    """Servers with the same model, of which each seed has one.

    Parameters
    ----------
    base_urls
        Up to and including ``/v1``.
    clock
        Seconds, monotonic.

    Raises
    ------
    InputError
        If there is no address, or one cannot be used.
    """

    def __init__(self, base_urls: Iterable[str], clock: Callable[[], float] = time.monotonic) -> None:
        self.all = self.parse(base_urls)
        self._clock = clock
        if not self.all:
            raise InputError(
                "no address of a model server", "give one with --base-url, such as http://localhost:8000/v1"
            )

    @staticmethod
    def parse(base_urls: Iterable[str]) -> list[Replica]:
        """Return the replicas at given addresses.

        Raises
        ------
        InputError
            If one cannot be used.
        """
        return [_replica(url) for url in base_urls]

    def in_order(self, seed_id: str) -> Sequence[Replica]:
        """Return all replicas, the one for this seed first, those that are resting last."""
        if len(self.all) == 1:
            return self.all
        now = self._clock()
        return in_order(seed_id, self.all, lambda one: one.name, lambda one: one.resting_until > now)

    def rest(self, replica: Replica) -> None:
        """Ask others first for a while."""
        replica.resting_until = self._clock() + REST_S

    def __repr__(self) -> str:
        return f"Replicas({[replica.base for replica in self.all]})"


def _replica(address: str) -> Replica:
    url = parse_address(address)
    return Replica(url, str(url))
