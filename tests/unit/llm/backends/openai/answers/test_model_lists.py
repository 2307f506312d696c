from __future__ import annotations

import orjson
import pytest

from synthcode.llm.backend import AttemptFailed
from synthcode.llm.backends.openai.answers.model_lists import listed_as, parse_models


@pytest.mark.parametrize(
    ("answer", "models"),
    [
        ({"object": "list", "data": [{"id": "a"}, {"id": 3}, None, {"id": "b"}]}, {"a": None, "b": None}),
        ({"data": [{"id": "a", "max_model_len": 4096}]}, {"a": 4096}),
        ([{"id": "a", "display_name": "A"}], {"a": None}),  # Together
        (["a", "b"], {"a": None, "b": None}),
        (
            {"models": [{"name": "llama3:latest", "size": 1}]},
            {"llama3:latest": None},
        ),  # Ollama
        ({"models": [{"name": "models/gemini"}], "nextPageToken": ""}, {"models/gemini": None}),  # Google
        ({"success": True, "result": [{"name": "@cf/meta/llama"}]}, {"@cf/meta/llama": None}),  # Cloudflare
        (
            {"result": [{"id": "5ad-11", "name": "@cf/meta/llama", "description": "x"}]},
            {"5ad-11": None, "@cf/meta/llama": None},
        ),
        (
            [{"id": "azureml://r/gpt-x/versions/2", "name": "gpt-x"}],
            {"azureml://r/gpt-x/versions/2": None, "gpt-x": None},
        ),
        ({"models": [{"id": "a-3", "aliases": ["a-latest", 3]}]}, {"a-3": None, "a-latest": None}),
        (
            {"data": [{"id": "a/b", "name": "A: B", "canonical_slug": "a/b-1"}]},
            {"a/b": None, "a/b-1": None},
        ),  # OpenRouter
        ({"models": [{"name": "A model", "model": "a"}]}, {"A model": None, "a": None}),
        ({"data": {"a": {"max_model_len": 9}, "b": {}}}, {"a": 9, "b": None}),
        ({"data": [], "models": [{"id": "a"}]}, {"a": None}),
        ({"data": {"models": ["a"]}}, {"a": None}),
        ({"model_id": "bigcode/starcoder", "max_total_tokens": 2048}, {"bigcode/starcoder": None}),  # TGI's /info
        ({"object": "list", "data": None}, {}),  # Ollama without a model
        ([], {}),
    ],
)
def test_models_are_listed_in_any_shape(answer, models):
    assert parse_models(orjson.dumps(answer)) == models


@pytest.mark.parametrize("body", [b'{"data": 1}', b"{}", b'"a"', b"3", b"<html>", b"", b'{"data": {"x": 1}}'])
def test_what_is_no_list_of_models_is_refused(body):
    with pytest.raises(AttemptFailed):
        parse_models(body)


@pytest.mark.parametrize(
    ("model", "listed", "entry"),
    [
        ("a", ["b", "a"], "a"),
        ("qwen/coder:nitro", ["qwen/coder"], "qwen/coder"),
        ("qwen/coder:free", ["qwen/coder", "qwen/coder:free"], "qwen/coder:free"),
        ("llama3", ["llama3:latest"], "llama3:latest"),
        ("llama3:70b", ["llama3:latest"], None),
        ("gemini", ["models/gemini"], "models/gemini"),
        ("openai/gpt-x", ["anthropic/*", "openai/*"], "openai/*"),
        ("azure/gpt-x", ["anthropic/*", "openai/*"], None),
        ("anything", ["*"], "*"),
        ("a[1]", ["a[1]*"], "a[1]*"),
        ("a1", ["a[1]*"], None),
        ("a", [], None),
        ("qwen-8b", ["qwen-7b"], None),
    ],
)
def test_names_that_servers_take_are_found_in_the_list(model, listed, entry):
    assert listed_as(model, listed) == entry


def test_a_hostile_wildcard_costs_no_time():
    assert listed_as("a" * 200, ["*a" * 200 + "b"]) is None
