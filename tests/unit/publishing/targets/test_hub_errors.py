from __future__ import annotations

import json
import ssl

import httpx2
import pytest
from huggingface_hub.errors import HfHubHTTPError
from huggingface_hub.utils import hf_raise_for_status

from synthcode.errors import InputError, Interrupted, ServerError
from synthcode.publishing.targets.hub_attempts import ATTEMPTS, Attempts
from synthcode.publishing.targets.hub_errors import is_transient, refusal, retry_after_s
from synthcode.publishing.targets.target import PublishCallbacks


def answer(status: int, message: str = "no", **headers: str) -> HfHubHTTPError:
    """What the client makes of an answer."""
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    request = httpx2.Request("POST", "https://huggingface.co/api/datasets/me/mine/commit/main")
    with pytest.raises(HfHubHTTPError) as caught:
        hf_raise_for_status(httpx2.Response(status, json={"error": message}, headers=names, request=request))
    return caught.value


def caused_by(cause: Exception, problem: Exception) -> Exception:
    problem.__cause__ = cause
    return problem


@pytest.mark.parametrize("status", [408, 409, 412, 429, 500, 502, 503, 504])
def test_another_attempt_may_change_these(status: int) -> None:
    assert is_transient(answer(status))
    assert is_transient(caused_by(answer(status), RuntimeError("Error while uploading 'x' to the Hub.")))


@pytest.mark.parametrize("problem", [httpx2.ReadTimeout("slow"), httpx2.ConnectError("gone"), ConnectionResetError()])
def test_no_answer_may_be_followed_by_one(problem: Exception) -> None:
    assert is_transient(problem)


def test_a_page_instead_of_json_is_no_answer() -> None:
    with pytest.raises(json.JSONDecodeError) as caught:
        json.loads("<html>")
    assert is_transient(caught.value)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413, 422])
def test_another_attempt_does_not_change_these(status: int) -> None:
    assert not is_transient(answer(status))


def test_what_the_hub_asks_to_wait() -> None:
    assert retry_after_s(answer(429, Retry_After="17")) == 17
    assert retry_after_s(answer(429, RateLimit='"api";r=0;t=55')) == 55
    assert retry_after_s(answer(503, Retry_After="1m30s")) == 90
    assert retry_after_s(answer(503, retry_after_ms="250")) == 0.25
    assert retry_after_s(answer(503, Retry_After="Wed, 21 Oct 2015 07:28:00 GMT")) == 0
    assert retry_after_s(answer(503)) is None
    assert retry_after_s(ValueError()) is None


def test_a_token_in_a_message_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    said = refusal(answer(403, "hf_secret\x1b[2J may not"), "me/mine")
    assert said.problem == "the token may not write to me/mine (403): ***␛[2J may not"


def test_what_is_wrong_with_a_card_is_told_in_one_line() -> None:
    problem = caused_by(
        answer(400, "bad request"), ValueError('Invalid metadata in README.md.\n- "license" is no license')
    )
    assert refusal(problem, "me/mine").problem == (
        'me/mine cannot be published: Invalid metadata in README.md. - "license" is no license'
    )


def attempts(waits: list[float], messages: list[str]) -> Attempts:
    return Attempts("me/mine", PublishCallbacks(messages.append, waits.append))


def test_waits_double_and_end() -> None:
    waits: list[float] = []
    messages: list[str] = []

    def fail() -> None:
        raise answer(500)

    with pytest.raises(ServerError, match=r"fails again and again \(500\): no"):
        attempts(waits, messages).persist(fail)
    waited = [wait for wait in waits if wait]
    assert len(waited) == len(messages) == ATTEMPTS - 1
    assert all(0 <= wait <= min(2**number, 30) for number, wait in enumerate(waited))
    assert messages[0].startswith("the Hub answers 500: attempt 2 of 8 in ")


def test_a_hub_that_never_answered_is_not_asked_again_and_one_that_did_is() -> None:
    waits: list[float] = []
    asked = attempts(waits, [])
    outcomes: list[Exception | str] = [httpx2.ConnectError("refused"), "first", httpx2.ConnectError("gone"), "second"]

    def ask() -> str:
        outcome = outcomes.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    with pytest.raises(ServerError, match=r"cannot be reached: refused"):
        asked.persist(ask)
    assert asked.persist(ask) == "first"
    assert asked.persist(ask) == "second"
    assert len([wait for wait in waits if wait]) == 1


@pytest.mark.parametrize("problem", [Interrupted(), InputError("what", "do")])
def test_what_is_decided_passes_unchanged(problem: Exception) -> None:
    def fail() -> None:
        raise problem

    with pytest.raises(type(problem)) as caught:
        attempts([], []).persist(fail)
    assert caught.value is problem


def test_a_certificate_that_is_not_accepted_is_named_at_once_with_the_cure() -> None:
    cause = ssl.SSLCertVerificationError(1, "certificate verify failed")
    cause.verify_message = "self-signed certificate in certificate chain"
    problem = caused_by(cause, httpx2.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED]"))
    assert not is_transient(problem)
    refused = refusal(problem, "me/mine")
    assert "its certificate is not accepted: self-signed certificate in certificate chain" in refused.problem
    assert "SSL_CERT_FILE" in refused.fix
