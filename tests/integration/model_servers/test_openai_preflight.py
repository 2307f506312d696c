"""The check of an OpenAI-compatible server before any request: its models, its replicas, servers that are not there."""

from __future__ import annotations

import asyncio

import pytest

from synthcode.errors import ServerError
from synthcode.llm.backend import AttemptFailed
from synthcode.llm.backends.openai.server import OpenAIServer, list_models
from tests.support.services.scripted_server import check, closed_url, http, make_request, serving

KEY = "sk-very-secret-0123456789"


def test_the_preflight_names_what_is_there():
    models = http({"data": [{"id": "qwen-7b"}, {"id": "llama"}]})
    check(lambda *_: models, "llama")
    with pytest.raises(ServerError) as caught:
        check(lambda *_: models, "qwen-8b")
    assert caught.value.problem.endswith("does not have the model 'qwen-8b' (did you mean 'qwen-7b'?)")
    assert caught.value.fix == (
        "give one that it has with --model: llama, qwen-7b; if it takes others too, add --no-model-check"
    )


def test_the_models_of_a_server_are_listed():
    async def scenario():
        async with serving(lambda *_: http({"data": [{"id": "qwen-7b"}, {"id": "llama"}]})) as url:
            return await list_models(url, KEY)

    assert asyncio.run(scenario()) == ["qwen-7b", "llama"]
    with pytest.raises(ServerError, match="no model server answers"):
        asyncio.run(list_models(closed_url()))


@pytest.mark.parametrize(
    ("answer", "problem", "fix"),
    [
        (http({"detail": "Not Found"}, 404), "lists no models (HTTP 404: Not Found)", "up to and including /v1"),
        (http(b"<html>"), "lists no models (not JSON", "OpenAI-compatible"),
        (http(b"", 503), "no model server answers at", "start it"),
        (b"", "no model server answers at", "start it"),
    ],
)
def test_the_preflight_refuses_what_is_no_model_server(answer, problem, fix):
    with pytest.raises(ServerError) as caught:
        check(lambda *_: answer)
    assert problem in caught.value.problem
    assert fix in caught.value.fix
    assert len(str(caught.value).splitlines()) == 2


def test_a_server_that_is_not_there_is_named():
    url = closed_url()

    async def scenario():
        async with OpenAIServer([url], "m") as backend:
            with pytest.raises(AttemptFailed, match="connection: "):
                await backend.complete(make_request())
            await backend.check()

    with pytest.raises(ServerError) as caught:
        asyncio.run(scenario())
    assert caught.value.problem == f"no model server answers at {url} (Connection refused)"
    assert caught.value.fix == "start it, or give another address with --base-url"
