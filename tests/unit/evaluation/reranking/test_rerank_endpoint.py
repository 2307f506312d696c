"""Every form of rerank endpoint, and every answer that scores nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from synthcode.errors import InputError, Interrupted, ServerError
from synthcode.evaluation.reranking.pair_scorer import Pair, Scored
from synthcode.evaluation.reranking.rerank_endpoint import RerankEndpoint
from synthcode.evaluation.reranking.score_checks import check_scores
from tests.support.services.rerank_server import MODEL, RerankServer, rerank_server, score

Rows = list[dict[str, Any]]
PAIRS = [Pair(f"query {query} a", f"document {number} a") for query in range(12) for number in range(8)]


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[RerankServer]:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret-of-the-tests")
    with rerank_server() as state:
        yield state


def scored(server: RerankServer, model: str = MODEL) -> dict[Pair, float]:
    found: dict[Pair, float] = {}

    def keep(one: Scored) -> None:
        check_scores(MODEL, PAIRS, one)
        found.update({PAIRS[place]: value for place, value in zip(one.places, one.scores.tolist(), strict=True)})

    endpoint = RerankEndpoint(model, base_url=server.base_url, max_tokens=None, batch_size=None)
    endpoint.score(PAIRS, keep)
    return found


def as_voyage(rows: Rows) -> Any:
    return {"object": "list", "data": rows}


def as_tei(rows: Rows) -> Any:
    return [{"index": row["index"], "score": row["relevance_score"]} for row in rows]


def set_to(**attributes: Any) -> Callable[[RerankServer], None]:
    return lambda server: server.__dict__.update(attributes)


@pytest.mark.parametrize(
    "prepare",
    [
        pytest.param(set_to(), id="/v1/rerank"),
        pytest.param(set_to(path="/rerank"), id="/rerank"),
        pytest.param(set_to(path="/v2/rerank"), id="/v2/rerank"),
        pytest.param(set_to(needs_count=True), id="top_n"),
        pytest.param(set_to(most=3), id="3 documents"),
        pytest.param(set_to(answer_as=as_voyage), id="data"),
        pytest.param(set_to(path="/rerank", documents="texts", answer_as=as_tei), id="texts"),
        pytest.param(lambda server: set_to(base_url=f"{server.base_url}/rerank")(server), id="whole path"),
        pytest.param(lambda server: set_to(base_url=server.base_url.removesuffix("/v1"))(server), id="no version"),
    ],
)
def test_every_form_is_found_and_scores_each_pair_once(
    server: RerankServer, prepare: Callable[[RerankServer], None]
) -> None:
    prepare(server)
    assert scored(server) == {pair: score(*pair) for pair in PAIRS}
    assert set(server.pairs.values()) == {1}
    assert server.keys == {"Bearer sk-secret-of-the-tests"}


def without_last(rows: Rows) -> Any:
    return {"results": rows[:-1]}


def with_one_more(rows: Rows) -> Any:
    return {"results": [*rows, rows[0]]}


def with_one_twice(rows: Rows) -> Any:
    return {"results": [rows[0], *rows[:-1]]}


def counted_from_one(rows: Rows) -> Any:
    return {"results": [{**row, "index": row["index"] + 1} for row in rows]}


@pytest.mark.parametrize(
    ("answer_as", "problem"),
    [
        (without_last, "7 results for 8 documents"),
        (with_one_more, "9 results for 8 documents"),
        (with_one_twice, "two results for document"),
        (counted_from_one, "a result for document 8 of 8, which are counted from 0"),
        (lambda rows: "<html>", "not JSON: <html>"),
        (lambda rows: {"results": None}, "no list of results in the answer"),
        (lambda rows: {"error": {"message": "no memory"}}, "no list of results in the answer: no memory"),
        (lambda rows: {"results": ["a"] * len(rows)}, "a result for document None of 8"),
    ],
)
def test_answers_that_score_nothing_are_refused(
    server: RerankServer, answer_as: Callable[[Rows], Any], problem: str
) -> None:
    server.answer_as = answer_as
    with pytest.raises(ServerError) as caught:
        scored(server)
    assert caught.value.problem.startswith(f"{server.base_url}/ gave no scores of 'judge': ")
    assert problem in caught.value.problem


@pytest.mark.parametrize("value", [None, "nothing", True, float("nan"), float("inf"), "1e999"])
def test_scores_that_are_not_finite_are_named(server: RerankServer, value: Any) -> None:
    server.answer_as = lambda rows: {"results": [{**rows[0], "relevance_score": value}, *rows[1:]]}
    with pytest.raises(InputError, match="gave a score that is not finite for 1 of 8 pairs"):
        scored(server)


@pytest.mark.parametrize(
    ("failure", "problem", "fix"),
    [
        ((400, {"error": {"message": "maximum context length is 8"}}), "maximum context length", "if a text is too"),
        ((401, {"error": {"message": "bad key sk-secret-of-the-tests"}}), "bad key", "set the right key in OPENAI"),
        ((403, {"message": "not yours"}), "not yours", "see whether the key in OPENAI_API_KEY may"),
        ((418, {"message": "a teapot"}), "a teapot", "see what the server says; what was scored is kept"),
    ],
)
def test_refusals_are_two_lines(server: RerankServer, failure: tuple[int, Any], problem: str, fix: str) -> None:
    server.fail_after, server.failure = 80, failure
    with pytest.raises(ServerError) as caught:
        scored(server)
    assert problem in caught.value.problem
    assert "sk-secret" not in caught.value.problem
    assert caught.value.fix.startswith(fix)


def test_a_model_that_the_server_lacks_is_named(server: RerankServer) -> None:
    with pytest.raises(ServerError) as caught:
        scored(server, "jury")
    assert "The model 'jury' does not exist." in caught.value.problem
    assert caught.value.fix.startswith("name a model that the server has")


def test_a_stop_waits_for_what_is_in_flight(server: RerankServer) -> None:
    kept: list[int] = []

    def stop_soon(one: Scored) -> None:
        kept.extend(one.places)
        if len(kept) > 20:
            raise Interrupted

    endpoint = RerankEndpoint(MODEL, base_url=server.base_url, max_tokens=None, batch_size=None)
    with pytest.raises(Interrupted):
        endpoint.score(PAIRS, stop_soon)
    assert {PAIRS[place] for place in kept} == set(server.pairs)
    assert len(kept) == server.pairs.total()
