from __future__ import annotations

from collections import Counter

import pytest

from synthcode.errors import InputError
from synthcode.llm.backends.openai.connection.replicas import REST_S, Replicas

URLS = [f"http://host{number}:8000/v1" for number in range(3)]


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def names(replicas, seed):
    return [replica.base for replica in replicas.in_order(seed)]


def test_a_seed_has_its_replica_whatever_the_order_of_the_addresses():
    one, other = Replicas(URLS), Replicas(reversed(URLS))
    seeds = [f"seed {number}" for number in range(300)]
    assert all(names(one, seed) == names(other, seed) for seed in seeds)
    share = Counter(names(one, seed)[0] for seed in seeds)
    assert set(share) == set(URLS)
    assert min(share.values()) > 60


def test_when_a_replica_rests_its_seeds_alone_move():
    clock = Clock()
    replicas = Replicas(URLS, clock)
    seeds = [f"seed {number}" for number in range(50)]
    before = {seed: names(replicas, seed) for seed in seeds}
    replicas.rest(replicas.all[0])
    for seed, order in before.items():
        assert names(replicas, seed) == [url for url in order if url != URLS[0]] + [URLS[0]]
    clock.now += REST_S + 0.1
    assert {seed: names(replicas, seed) for seed in seeds} == before


@pytest.mark.parametrize(
    ("address", "problem"),
    [
        ("localhost:8000", "'localhost:8000' is not the address of a model server"),
        ("", "'' is not the address of a model server"),
        ("ftp://host/v1", "'ftp://host/v1' is not the address of a model server"),
        ("http://host:port/v1", "the address of the model server is not a URL"),
        ("http://me:secret@host/v1", "the address of the model server on host holds a user name or password"),
        ("http://host/v1?key=secret", "the address http://host/v1 of the model server holds a key (key)"),
    ],
)
def test_addresses_that_cannot_be_used_are_refused_and_no_secret_is_shown(address, problem):
    with pytest.raises(InputError) as caught:
        Replicas([address])
    assert caught.value.problem == problem
    assert "secret" not in str(caught.value)


def test_there_must_be_an_address():
    with pytest.raises(InputError, match="no address of a model server"):
        Replicas([])
