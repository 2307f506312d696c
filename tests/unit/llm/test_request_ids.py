"""The ids of requests that have been sent, in place of prompts that are filled a second time."""

from __future__ import annotations

from pathlib import Path

import pytest

from synthcode.identity import digest
from synthcode.llm.request_ids import RequestIds
from synthcode.llm.requests import make_requests
from synthcode.storage.large_tables.spill import SpillStore
from tests.support.services.scripted_server import make_request
from tests.unit.llm.test_requests import CONFIG, PROMPT, seed


@pytest.mark.parametrize("count", [0, 1, 4096, 10_000])
@pytest.mark.parametrize("in_memory", [None, 1000])
def test_ids_come_back_in_order(count: int, in_memory: int | None, tmp_path: Path) -> None:
    names = [digest(number) for number in range(count)]
    with SpillStore(tmp_path, in_memory) as scratch:
        ids = RequestIds(scratch)
        sent = list(ids.noting(make_request(request_id=name) for name in names))
        assert [request.request_id for request in sent] == names
        assert list(ids) == list(ids) == names


def test_known_ids_give_the_same_requests_without_messages() -> None:
    seeds = [seed(1), seed(2, "java"), seed(3)]
    filled = list(make_requests(seeds, CONFIG, "m", PROMPT))
    ids = [request.request_id for request in filled]
    again = list(make_requests(seeds, CONFIG, "m", PROMPT, ids))
    assert [request.request_id for request in again] == ids
    assert [(request.seed_id, request.target_language) for request in again] == [
        (request.seed_id, request.target_language) for request in filled
    ]
    assert all(request.messages for request in filled)
    assert not any(request.messages for request in again)


def test_requests_beyond_the_known_ids_are_filled() -> None:
    filled = list(make_requests([seed(1)], CONFIG, "m", PROMPT))
    again = list(make_requests([seed(1)], CONFIG, "m", PROMPT, [filled[0].request_id]))
    assert [request.request_id for request in again] == [request.request_id for request in filled]
    assert [len(request.messages) for request in again] == [0, 2, 2]
