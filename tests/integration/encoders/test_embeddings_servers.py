"""Embeddings servers that take other requests, number answers otherwise, or say in words of their own what is wrong."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from synthcode.errors import ServerError
from synthcode.evaluation.encoder import ONLY_EXIT, Role
from synthcode.evaluation.encoders.endpoints.embedding_answers import about_batch, about_length
from synthcode.evaluation.encoders.openai_embeddings import OpenAIEmbeddings
from synthcode.pipelines.main import run_cli
from tests.support.datasets.retrieval_tables import write_dataset
from tests.support.models.encoders import HashingEncoder
from tests.support.services.embeddings_server import MODEL, EmbeddingsServer, embeddings_server

ROLE = Role("document", "code", "python")
TEXTS = [f"take the sum of list {number} and of {number * 7}" for number in range(40)]

Refuse = Callable[[dict[str, Any]], tuple[int, Any] | None]


def vectors(server: EmbeddingsServer, **options: Any) -> np.ndarray:
    """Encode as an evaluation does: a probe of three texts, then all."""
    encoder = OpenAIEmbeddings(MODEL, base_url=server.base_url, **options)
    encoder.encode(TEXTS[:3], ROLE)
    return encoder.encode(TEXTS, ROLE).vectors[ONLY_EXIT]


def expected() -> np.ndarray:
    return HashingEncoder().encode(TEXTS, ROLE).vectors[0]


def refusal(server: EmbeddingsServer, **options: Any) -> ServerError:
    with pytest.raises(ServerError) as caught:
        vectors(server, **options)
    return caught.value


def floats_only(status: int, body: Any) -> Refuse:
    return lambda request: None if request.get("encoding_format") == "float" else (status, body)


def base64_or_nothing(request: dict[str, Any]) -> tuple[int, Any] | None:
    if request.get("encoding_format") in (None, "base64"):
        return None
    return 400, {"detail": "Value 'float' supplied for argument 'encoding_format' is not valid"}


def nothing_unknown(request: dict[str, Any]) -> tuple[int, Any] | None:
    if unknown := request.keys() - {"model", "input"}:
        return 422, {"detail": [{"loc": ["body", *unknown], "msg": "Extra inputs are not permitted"}]}
    return None


def at_most(texts: int, status: int, body: Any) -> Refuse:
    return lambda request: None if len(request["input"]) <= texts else (status, body)


TEI = {"error": "batch size 32 > maximum allowed batch size 8", "error_type": "Validation"}
DASHSCOPE = {"error": {"message": "<400> InternalError: batch size is invalid, it should not be larger than 10."}}


@pytest.mark.parametrize(
    ("refuse", "format_"),
    [
        (floats_only(400, {"error": {"message": "encoding_format 'base64' is not supported"}}), "float"),
        (
            floats_only(422, {"detail": [{"loc": ["body", "encoding_format"], "msg": "must be 'float'"}]}),
            "float",
        ),
        (floats_only(400, {"error": {"message": "Bad Request"}}), "float"),
        (floats_only(415, "unsupported"), "float"),
        (floats_only(200, {"error": {"message": "base64 is not implemented", "code": 400}}), "float"),
        (base64_or_nothing, "base64"),
        (nothing_unknown, None),
    ],
)
def test_the_encoding_that_a_server_takes_is_found_once(refuse: Refuse, format_: str | None) -> None:
    with embeddings_server() as server:
        server.refuse = refuse
        np.testing.assert_allclose(vectors(server), expected(), atol=1e-6)
        assert server.requests[0] == (3, format_)
        assert sorted(server.requests[1:], key=str) == [(32, format_), (8, format_)]
        assert server.refused == {"base64": 0, "float": 1, None: 2}[format_]


@pytest.mark.parametrize(
    ("most", "status", "body"),
    [
        (10, 400, DASHSCOPE),
        (8, 422, TEI),
        (8, 413, TEI),
        (8, 413, "Payload Too Large"),
        (1, 400, {"error": {"message": "Bad Request"}}),
        (1, 422, {"detail": "input must be a string"}),
        (8, 200, {"code": 20015, "message": "too many inputs", "data": None}),
    ],
)
def test_a_small_batch_limit_is_learnt_once(most: int, status: int, body: Any) -> None:
    with embeddings_server() as server:
        server.refuse = at_most(most, status, body)
        np.testing.assert_allclose(vectors(server), expected(), atol=1e-6)
        sizes = [size for size, _ in server.requests]
        assert max(sizes) <= most
        assert min(max(sizes), 8) == min(most, 8)
        # With eight requests in flight, each of two batches may find out by itself.
        assert server.refused <= 10
        refused = server.refused
        np.testing.assert_allclose(vectors(server, batch_size=most), expected(), atol=1e-6)
        assert server.refused == refused


def test_floats_only_and_one_text_at_a_time_without_a_reason() -> None:
    with embeddings_server() as server:
        server.refuse = lambda request: (
            None if len(request["input"]) == 1 and request.get("encoding_format") == "float" else (400, {})
        )
        np.testing.assert_allclose(vectors(server), expected(), atol=1e-6)
        assert set(server.requests) == {(1, "float")}


@pytest.mark.slow
def test_the_batch_size_can_be_given(tmp_path: Path) -> None:
    dataset = write_dataset(tmp_path / "dataset")
    with embeddings_server() as server:
        named = ["--encoder", f"openai:{MODEL}", "--base-url", server.base_url, "--resamples", "100"]
        command = ["evaluate", str(dataset), *named, "--out", str(tmp_path / "out"), "--batch-size", "5"]
        assert run_cli(command) == 0
        assert max(size for size, _ in server.requests) == 5
        # It changes no vector: a rerun with another size has nothing to do.
        done = len(server.requests)
        assert run_cli([*command[:-1], "6"]) == 0
        assert len(server.requests) == done + 1  # the probe


def test_batch_size_is_of_servers_only(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    dataset = write_dataset(tmp_path / "dataset", 2)
    assert run_cli(["evaluate", str(dataset), "--encoder", "bm25", "--batch-size", "5"]) == 1
    assert capsys.readouterr().err.splitlines() == [
        "error: bm25 takes no --batch-size",
        "leave it out; it is for openai, rerank",
    ]


def each(change: Callable[[dict[str, Any]], dict[str, Any]]) -> Callable[[dict[str, Any]], Any]:
    return lambda answer: {**answer, "data": [change(row) for row in answer["data"]]}


def in_order(answer: dict[str, Any]) -> dict[str, Any]:
    return {**answer, "data": sorted(answer["data"], key=lambda row: row["index"])}


@pytest.mark.parametrize(
    "distort",
    [
        lambda answer: answer,  # the server answers in reverse
        lambda answer: each(lambda row: {"embedding": row["embedding"]})(in_order(answer)),
        lambda answer: each(lambda row: {**row, "index": None})(in_order(answer)),
        each(lambda row: {**row, "index": row["index"] + 1}),
        each(lambda row: {**row, "index": str(row["index"])}),
        each(lambda row: {**row, "index": float(row["index"])}),
        lambda answer: {"data": answer["data"]},
        lambda answer: {**answer, "error": None, "usage": {"prompt_tokens": "many"}},
    ],
)
def test_vectors_are_put_in_the_texts_order(distort: Callable[[dict[str, Any]], Any]) -> None:
    with embeddings_server() as server:
        server.distort = distort
        np.testing.assert_allclose(vectors(server), expected(), atol=1e-6)


@pytest.mark.parametrize(
    "distort",
    [
        lambda answer: each(lambda row: {**row, "index": 0})(in_order(answer)),
        lambda answer: {**answer, "data": in_order(answer)["data"][:1]},
        lambda answer: {**answer, "data": [{"embedding": answer["data"][0]["embedding"]}, *answer["data"][1:]]},
    ],
)
def test_texts_go_one_at_a_time_if_it_is_not_clear_whose_a_vector_is(distort: Callable[[dict[str, Any]], Any]) -> None:
    with embeddings_server() as server:
        server.distort = distort
        np.testing.assert_allclose(vectors(server), expected(), atol=1e-6)
        assert [size for size, _ in server.requests] == [3] + [1] * (3 + len(TEXTS))


@pytest.mark.parametrize("form", ["<f8", ">f4", ">f8", "<f2"])
def test_base64_of_other_numbers_than_float32_is_noticed(form: str) -> None:
    def packed(row: dict[str, Any]) -> dict[str, Any]:
        if not isinstance(row["embedding"], str):
            return row
        numbers = np.frombuffer(base64.b64decode(row["embedding"]), dtype="<f4")
        unit = numbers / np.linalg.norm(numbers)
        return {**row, "embedding": base64.b64encode(unit.astype(form).tobytes()).decode()}

    with embeddings_server() as server:
        server.distort = each(packed)
        np.testing.assert_allclose(vectors(server), expected(), atol=1e-6)
        assert [format_ for _, format_ in server.requests][:2] == ["base64", "float"]
        assert {format_ for _, format_ in server.requests[1:]} == {"float"}


KEPT = "see what the server says; what was encoded is kept"
LENGTH = "if a text is too long, give --max-tokens (vLLM cuts texts to it)"
ADDRESS = "see whether that is the address of an embeddings server"


@pytest.mark.parametrize(
    ("status", "body", "words", "fix"),
    [
        (400, {"error": {"message": "model is not loaded"}}, "HTTP 400: model is not loaded", KEPT),
        (422, {"error": "Tokenization error: x", "error_type": "Tokenizer"}, "HTTP 422: Tokenization error: x", KEPT),
        (413, {"error": "`inputs` must have less than 512 tokens. Given: 600"}, "less than 512 tokens", LENGTH),
        (400, {"error": {"message": "maximum context length is 512"}}, "maximum context length is 512", LENGTH),
        (400, {"object": "error", "message": "the prompt is too long", "code": 400}, "the prompt is too long", LENGTH),
        (200, {"error": {"message": "No instances available", "code": 503}}, "No instances available", KEPT),
        (200, {"error": "model crashed"}, "model crashed", KEPT),
        (200, {"code": 20012, "message": "Model does not exist.", "data": None}, "Model does not exist.", KEPT),
        (200, {"detail": "out of\u202e memory\x1b[31m"}, "out of memory[31m", KEPT),
        (401, {"error": {"message": "no such key"}}, "HTTP 401: no such key", "set the right key in OPENAI_API_KEY"),
        (
            404,
            "404 page not found",
            "HTTP 404: 404 page not found",
            "name a model that the server has, as openai:MODEL",
        ),
        (400, "", "HTTP 400: Bad Request", KEPT),
    ],
)
def test_the_server_s_words_are_kept_in_two_lines(status: int, body: Any, words: str, fix: str) -> None:
    with embeddings_server() as server:
        server.refuse = lambda request: (status, body)
        error = refusal(server)
        assert words in error.problem
        assert error.fix == fix
        assert error.problem.isprintable()


def test_a_key_that_a_server_repeats_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret-of-the-user-123456")
    with embeddings_server() as server:
        server.refuse = lambda request: (400, {"error": "the key sk-secret-of-the-user-123456 may not do that"})
        assert "sk-secret" not in refusal(server).problem


@pytest.mark.parametrize(
    ("distort", "words"),
    [
        (lambda answer: {**answer, "data": answer["data"][:-1]}, "0 vectors for 1 text"),
        (lambda answer: {**answer, "data": 2 * answer["data"]}, "2 vectors for 1 text"),
        (each(lambda row: {**row, "embedding": None}), "text 1 of 3 has no vector, but null"),
        (each(lambda row: {**row, "embedding": [[0.5, 1.0], [0.5, 1.0]]}), "one for each token, not one for the text"),
        (each(lambda row: {**row, "embedding": "AAA="}), "is not base64 of float32"),
        (each(lambda row: {**row, "embedding": {"values": [1]}}), "text 1 of 3 has no vector of numbers"),
        (lambda answer: {**answer, "data": "none"}, "no list of embeddings in the answer"),
    ],
)
def test_answers_that_are_not_one_vector_a_text_are_refused(
    distort: Callable[[dict[str, Any]], Any], words: str
) -> None:
    with embeddings_server() as server:
        server.distort = distort
        error = refusal(server)
        assert words in error.problem
        assert error.fix in (ADDRESS, KEPT)


def test_a_width_that_changes_midway_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with embeddings_server() as server:
        halved = each(lambda row: {**row, "embedding": [0.5] * 32})
        server.distort = lambda answer: halved(answer) if len(answer["data"]) == 8 else answer
        assert "vectors of 32 and 64 numbers" in refusal(server).problem


def test_one_text_that_is_too_long_does_not_shrink_later_batches() -> None:
    with embeddings_server() as server:
        server.longest = 60
        encoder = OpenAIEmbeddings(MODEL, base_url=server.base_url)
        with pytest.raises(ServerError) as caught:
            encoder.encode([*TEXTS[:31], "sum " * 30], ROLE)
        assert caught.value.fix == LENGTH
        server.requests.clear()
        encoder.encode(TEXTS, ROLE)
        assert sorted(size for size, _ in server.requests) == [8, 32]


@pytest.mark.parametrize(
    ("words", "batch", "length"),
    [
        (TEI["error"], True, False),
        (json.dumps(DASHSCOPE), True, False),
        ("Too many inputs. The max number of inputs is 2048.", True, False),
        ("Invalid 'input': array too long. Expected an array with maximum length 2048", True, True),
        ("The batch size should not be larger than 25.", True, False),
        ("Input should have at most 128 items after validation", True, False),
        ("input (513 tokens) is too large to process. increase the physical batch size", False, True),
        ("This model's maximum context length is 8192 tokens, however you requested 9000", False, True),
        ("too many tokens: at most 512 tokens are allowed", False, True),
        ("internal error", False, False),
    ],
)
def test_words_of_real_servers_are_told_apart(words: str, batch: bool, length: bool) -> None:
    assert (about_batch(words), about_length(words)) == (batch, length)
