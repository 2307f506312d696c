"""Which server a request goes to."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from yarl import URL

from synthcode.errors import InputError
from synthcode.identity import digest

REST_S = 10.0
"""How long a replica that took no connection is asked last."""


@dataclass(slots=True, eq=False)
class Replica:
    """One server."""

    base: str
    chat: URL
    models: URL
    tokenize: URL
    metrics: URL
    resting_until: float = 0.0


class Replicas:
    """Servers with the same model.

    All requests of a seed go to one of them, whose prefix cache then knows the source (rendezvous hashing,
    Thaler and Ravishankar 1998: where a replica is away, its seeds alone move, each to its own next choice).

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
        return sorted(self.all, key=lambda one: (one.resting_until > now, digest(seed_id, one.base)))

    def rest(self, replica: Replica) -> None:
        """Ask others first for a while."""
        replica.resting_until = self._clock() + REST_S

    def __repr__(self) -> str:
        return f"Replicas({[replica.base for replica in self.all]})"


def _replica(address: str) -> Replica:
    fix = "give it as http://HOST:PORT/v1, the key apart from it"
    try:
        url = URL(address.strip().rstrip("/"))
    except ValueError as problem:
        raise InputError("the address of the model server is not a URL", fix) from problem
    if url.user or url.password:  # not shown: it may be a secret
        raise InputError(f"the address of the model server on {url.host} holds a user name or password", fix)
    if url.scheme not in ("http", "https") or not url.host:
        shown = "what was given" if "@" in address else repr(address)  # a scheme may be all that is missing
        raise InputError(f"{shown} is not the address of a model server", fix)
    if url.query_string or url.fragment:
        raise InputError(f"the address {url.origin()}{url.path} of the model server goes on with ? or #", fix)
    return Replica(
        base=str(url),
        chat=url / "chat" / "completions",
        models=url / "models",
        tokenize=url.parent / "tokenize",
        metrics=url.parent / "metrics",
    )
