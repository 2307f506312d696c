"""Servers with peculiarities over real HTTP: their model lists, their addresses, the settings that they take."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from yarl import URL

from synthcode.errors import AccessError, ServerError
from synthcode.identity import digest
from synthcode.llm.backend import AttemptFailed
from synthcode.llm.backends.openai.connection.transport import Transport
from synthcode.llm.backends.openai.server import OpenAIServer
from synthcode.pipelines.main import run_cli
from synthcode.schemas.records import Completion, Message, Request
from tests.support.services.chat_server import MODEL, Answer, Asked, ChatServer, Reply, chat_server, completion

FINE = Reply(completion("code"))
NOT_FOUND = Reply({"detail": "Not Found"}, 404)
PAGE = Reply(b"<!doctype html><title>Web UI</title>", headers={"Content-Type": "text/html"})


def request(sampling: dict[str, Any]) -> Request:
    return Request(
        request_id=digest("request"),
        seed_id=digest("seed"),
        source_id="0",
        target_language="java",
        sample_index=0,
        model=MODEL,
        prompt_name="translate",
        prompt_digest="d" * 32,
        sampling=json.dumps(sampling),
        messages=(Message("user", "translate"),),
    )


def talk(server: ChatServer, base_url: str | None = None, times: int = 1, **sampling: Any) -> list[Completion | None]:
    """Check a server, and ask it."""

    async def scenario() -> list[Completion | None]:
        async with OpenAIServer([base_url or server.base_url], MODEL) as backend:
            await backend.check()
            return [await backend.complete(request(sampling)) for _ in range(times)]

    return asyncio.run(scenario())


def check(server: ChatServer, model: str = MODEL, **options: Any) -> None:
    async def scenario() -> None:
        async with OpenAIServer([server.base_url], model, **options) as backend:
            await backend.check()

    asyncio.run(scenario())


def always(reply: Reply) -> Answer:
    return lambda _asked: reply


@pytest.mark.parametrize(
    "listing",
    [
        Reply([{"id": MODEL}]),
        Reply({"models": [{"name": MODEL}]}),
        Reply({"data": [{"id": "*"}]}),
        Reply({"data": [{"id": "another"}], "has_more": True}),
        NOT_FOUND,
        Reply(b"", 405),
        Reply({"error": "not implemented"}, 501),
        Reply({"error": "restricted key: missing scope api.model.read"}, 403),
        Reply({"data": []}),
        Reply([]),
        PAGE,
    ],
)
def test_a_server_that_answers_is_used_whatever_it_lists(listing: Reply) -> None:
    with chat_server(always(FINE), listing) as server:
        (answered,) = talk(server)
    assert answered is not None
    assert answered.text == "code"


@pytest.mark.parametrize(("listing", "answer"), [(NOT_FOUND, NOT_FOUND), (PAGE, PAGE), (Reply([]), Reply(b"", 405))])
def test_what_neither_lists_models_nor_answers_is_refused(listing: Reply, answer: Reply) -> None:
    with chat_server(always(answer), listing) as server, pytest.raises(ServerError) as caught:
        check(server)
    assert "lists no models" in caught.value.problem
    assert "--no-model-check" in caught.value.fix
    assert len(str(caught.value).splitlines()) == 2
    with chat_server(always(answer), listing) as server:
        check(server, model_check=False)


def test_a_model_that_is_not_listed_is_refused_unless_the_check_is_off() -> None:
    listing = Reply({"data": [{"id": "other"}]})
    with chat_server(always(FINE), listing) as server:
        with pytest.raises(ServerError, match="does not have the model 'm'") as caught:
            check(server)
        assert "--no-model-check" in caught.value.fix
        check(server, model_check=False)
        check(server, "other:nitro")
        assert server.asked == []


def test_v1_is_found_where_the_address_lacks_it() -> None:
    with chat_server(lambda asked: FINE if asked.path.startswith("/v1/") else NOT_FOUND) as server:
        root = server.base_url.removesuffix("/v1")
        for given in (root, f"{root}/", f"{server.base_url}/chat/completions", f"{root}/api/chat", f"{root}?version=2"):
            talk(server, given)
        assert {asked.path for asked in server.asked} == {"/v1/chat/completions", "/v1/chat/completions?version=2"}
        server.listing = NOT_FOUND
        talk(server, root)
        assert server.asked[-1].path == "/v1/chat/completions"


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (
            400,
            {
                "error": {
                    "message": "Unsupported parameter: 'max_tokens' is not supported with this model. "
                    "Use 'max_completion_tokens' instead.",
                    "type": "invalid_request_error",
                    "param": "max_tokens",
                    "code": "unsupported_parameter",
                }
            },
        ),
        (422, {"detail": [{"type": "extra_forbidden", "loc": ["body", "max_tokens"], "msg": "Extra inputs are bad"}]}),
    ],
)
def test_the_other_name_of_max_tokens_is_learnt_once(status: int, error: dict[str, Any]) -> None:
    refusal = Reply(error, status)
    with chat_server(lambda asked: refusal if "max_tokens" in asked.body else FINE) as server:
        answers = talk(server, times=3, max_tokens=64)
        assert [answer.text for answer in answers if answer] == ["code"] * 3
        sent = [sorted(asked.body) for asked in server.asked]
    renamed = ["max_completion_tokens", "messages", "model"]
    assert sent == [["max_tokens", "messages", "model"], renamed, renamed, renamed]


def test_an_older_server_is_sent_max_tokens() -> None:
    refusal = Reply({"error": {"message": "Unrecognized request argument supplied: max_completion_tokens"}}, 400)
    with chat_server(lambda asked: refusal if "max_completion_tokens" in asked.body else FINE) as server:
        talk(server, times=2, max_completion_tokens=64)
        assert [asked.body.get("max_tokens") for asked in server.asked] == [None, 64, 64]


def test_too_large_a_limit_is_no_other_name() -> None:
    refusal = Reply({"error": {"message": "max_tokens is too large: 9000. This model supports at most 4096"}}, 400)
    with chat_server(always(refusal)) as server:
        with pytest.raises(AttemptFailed, match="too large"):
            talk(server, max_tokens=9000)
        assert len(server.asked) == 1


def test_a_setting_that_the_server_refuses_for_every_request_stops_the_run() -> None:
    message = "Unsupported value: 'temperature' does not support 0.2 with this model. Only the default is supported."
    refusal = Reply({"error": {"message": message, "param": "temperature", "code": "unsupported_value"}}, 400)

    def answer(asked: Asked) -> Reply:
        return refusal if "temperature" in asked.body else FINE

    with chat_server(answer) as server:
        with pytest.raises(AccessError, match="does not take the setting temperature") as caught:
            talk(server, temperature=0.2)
        assert "translate.sampling.temperature=null" in caught.value.fix
        (answered,) = talk(server)
        assert answered is not None


def test_fields_of_extra_body_are_sent() -> None:
    extra = {"chat_template_kwargs": {"enable_thinking": False}, "provider": {"order": ["x"]}, "min_p": 0.1}
    with chat_server(always(FINE)) as server:
        talk(server, extra_body=extra, temperature=0)
        body = server.asked[0].body
    assert {key: value for key, value in body.items() if key not in ("model", "messages")} == {
        **extra,
        "temperature": 0,
    }


@pytest.fixture
def seeded(tmp_path: Path) -> Path:
    """Return a run directory with one seed."""
    table = tmp_path / "seeds.jsonl"
    table.write_text(
        json.dumps({"text": "Add two numbers.", "code": "def add(a, b):\n    return a + b", "language": "python"})
    )
    assert run_cli(["seeds", str(tmp_path / "run"), "--from", "table", "--path", str(table)]) == 0
    return tmp_path / "run"


def test_the_command_line_sends_extra_fields_and_leaves_settings_out(seeded: Path) -> None:
    go = Reply(completion("```go\nfunc add(a int, b int) int { return a + b }\n```"))
    with chat_server(always(go), NOT_FOUND) as server:
        given = ["--base-url", server.base_url, "--model", "vendor/model:nitro", "--targets", "go", "--no-model-check"]
        extra = ["--extra-body", '{"reasoning_effort": "low"}', "--max-completion-tokens", "99"]
        assert run_cli(["translate", str(seeded), *given, *extra]) == 0
        body = server.asked[-1].body
    assert (body["model"], body["reasoning_effort"]) == ("vendor/model:nitro", "low")
    assert (body["max_completion_tokens"], "max_tokens" in body) == (99, False)
    recipe = (seeded / "recipe.yaml").read_text()
    assert "model_check: false" in recipe
    assert "reasoning_effort: low" in recipe


def test_translate_takes_any_value_of_the_recipe_that_concerns_it(
    seeded: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    go = Reply(completion("```go\nfunc add(a int, b int) int { return a + b }\n```"))
    with chat_server(always(go)) as server:
        given = ["translate", str(seeded), "--base-url", server.base_url, "--model", "m", "--targets", "go"]
        settings = ["temperature=null", "top_p=null", "max_tokens=null"]
        assert run_cli([*given, *(word for one in settings for word in ("--set", f"translate.sampling.{one}"))]) == 0
        assert sorted(server.asked[-1].body) == ["messages", "model"]
        capsys.readouterr()
        assert run_cli([*given, "--set", "seeds.limit=1"]) == 1
    assert capsys.readouterr().err.splitlines() == [
        "error: --set seeds.limit is not a setting of this command",
        "it takes keys that begin with translate., backend., execution., repair.",
    ]


@pytest.mark.slow
def test_a_recipe_leaves_a_setting_out_with_null(seeded: Path, tmp_path: Path) -> None:
    recipe = tmp_path / "recipe.yaml"
    recipe.write_text(
        f"seeds: {{adapter: table, path: {tmp_path / 'seeds.jsonl'}}}\n"
        "translate: {targets: [go], model: m, sampling: {temperature: null, max_tokens: null}}\n"
    )
    go = Reply(completion("```go\nfunc add(a int, b int) int { return a + b }\n```"))
    with chat_server(always(go)) as server:
        command = ["run", str(recipe), "--out", str(tmp_path / "out"), "--base-url", server.base_url]
        assert run_cli([*command, "--set", "translate.sampling.top_p=null"]) == 0
        assert sorted(server.asked[-1].body) == ["messages", "model"]
    assert run_cli(["run", str(recipe), "--dry-run", "--set", "translate.sampling.top_p=null"]) == 0


@pytest.mark.parametrize(
    ("given", "said"),
    [("{", "--extra-body is not JSON"), ("[1]", "--extra-body is not a JSON object"), ('{"n": 2}', "a key of its own")],
)
def test_an_extra_body_that_cannot_be_sent_is_refused(
    seeded: Path, capsys: pytest.CaptureFixture[str], given: str, said: str
) -> None:
    assert run_cli(["translate", str(seeded), "--model", "m", "--targets", "go", "--extra-body", given]) == 1
    lines = capsys.readouterr().err.splitlines()
    assert said in lines[-2]
    assert len(lines) == 2


@pytest.mark.parametrize("status", [200, 429])
def test_a_wait_that_only_the_body_says_is_kept(status: int) -> None:
    busy = Reply({"error": {"code": 429, "message": "slow down", "details": [{"retryDelay": "34s"}]}}, status)
    with chat_server(always(busy)) as server, pytest.raises(AttemptFailed) as caught:
        talk(server)
    assert caught.value.retry_after_s == 34


def test_azure_is_sent_the_key_as_it_wants_it() -> None:
    azure = URL("https://name.openai.azure.com/openai/deployments/d/chat/completions")
    other = URL("https://azure.com.example/v1/chat/completions")
    transport = Transport("sk-0123456789", {azure.origin(), other.origin()})
    assert transport.headers(azure) == {"Authorization": "Bearer sk-0123456789", "api-key": "sk-0123456789"}
    assert transport.headers(other) == {"Authorization": "Bearer sk-0123456789"}
    assert transport.headers(URL("https://evil.azure.com/v1")) is None


def test_a_server_that_answers_in_the_form_of_ollama_is_read() -> None:
    whole = {
        "message": {"role": "assistant", "content": "code"},
        "done": True,
        "done_reason": "length",
        "eval_count": 3,
    }
    lines = [{**whole, "message": {"content": part}, "done": part == "de"} for part in ("co", "de")]
    for body in (whole, "\n".join(map(json.dumps, lines)).encode()):
        with chat_server(lambda _asked, body=body: Reply(body)) as server:  # type: ignore[misc]
            (answer,) = talk(server)
        assert answer is not None
        assert (answer.text, answer.finish_reason, answer.completion_tokens) == ("code", "length", 3)
