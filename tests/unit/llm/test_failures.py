from __future__ import annotations

import orjson
import pytest

from synthcode.llm.backend import TRANSIENT, ErrorKind
from synthcode.llm.error_bodies import words_in, words_of
from synthcode.llm.failures import error_message, judge
from synthcode.llm.journal.account_failures import is_account_failure


def likely_kind(status, body):
    """What a failure is, or what it is suspected to be."""
    verdict = judge(status, words_of(body))
    return verdict.suspicion or verdict.kind


PAGE = b"<html><title>Attention Required!</title>" + b"x" * 1000


@pytest.mark.parametrize(
    ("status", "answer", "kind"),
    [
        (400, b'{"error": {"message": "temperature must be positive"}}', ErrorKind.BAD_REQUEST),
        (400, b'{"error": {"message": "too many", "param": "input_tokens"}}', ErrorKind.PROMPT_TOO_LONG),
        (400, b'{"error": {"message": "no", "code": "context_length_exceeded"}}', ErrorKind.PROMPT_TOO_LONG),
        (400, b"This model's maximum context length is 2048 tokens", ErrorKind.PROMPT_TOO_LONG),
        (401, b"", ErrorKind.UNAUTHORIZED),
        (402, b"", ErrorKind.NO_CREDIT),
        (403, b"", ErrorKind.FORBIDDEN),
        (404, b"", ErrorKind.NOT_FOUND),
        (307, b"", ErrorKind.REDIRECTED),
        (408, b"", ErrorKind.TIMEOUT),
        (409, b"", ErrorKind.CONFLICT),
        (413, b"", ErrorKind.PROMPT_TOO_LONG),
        (422, b"", ErrorKind.BAD_REQUEST),
        (425, b"", ErrorKind.CONFLICT),
        (429, b"", ErrorKind.RATE_LIMITED),
        (500, b"", ErrorKind.SERVER_ERROR),
        (503, b"", ErrorKind.OVERLOADED),
        (529, b"", ErrorKind.OVERLOADED),
        (500, b'{"error": {"type": "overloaded_error", "message": "x"}}', ErrorKind.OVERLOADED),
    ],
)
def test_statuses_mean_what_they_mean(status, answer, kind):
    assert likely_kind(status, answer) is kind


def test_just_what_may_pass_is_asked_again():
    asked_again = {status for status in range(300, 600) if likely_kind(status, b"") in TRANSIENT}
    assert asked_again == {408, 409, 425, 429, *range(500, 600)}


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (b'{"error": {"message": "no such model", "code": 404}}', "no such model"),
        (b'{"object": "error", "message": "vllm", "code": 400}', "vllm"),
        (b'{"detail": "fastapi"}', "fastapi"),
        (b'{"error": "plain"}', "plain"),
        (b'"text"', "text"),
        (b"<h1>502</h1>\xff", "<h1>502</h1>\ufffd"),
        (b'{"error": {"reason": 1}}', '{"error": {"reason": 1}}'),
        (b"", ""),
        (
            b'{"error": {"message": "no", "code": "billing_not_active", "type": "billing_not_active"}}',
            "no billing_not_active",
        ),
        (b"<html><TITLE>\nAttention \n Required! </title>" + b"x" * 4000, "a web page: Attention Required!"),
        (b"<html><title> </title>" + b"x" * 4000, "<html><title> </title>" + "x" * 278 + "..."),
        (b"Traceback " * 100, "Traceback " * 30 + "..."),
    ],
)
def test_error_bodies_of_all_kinds_are_read(answer, message):
    assert error_message(answer) == message


def error(message: str, **fields: object) -> bytes:
    return orjson.dumps({"error": {"message": message, **fields}})


@pytest.mark.parametrize(
    ("status", "answer", "kind"),
    [
        (400, error("Budget has been exceeded! Max budget: 10.0", type="budget_exceeded", code="400"), "no_credit"),
        (429, error("You exceeded your current quota", code="insufficient_quota"), "no_credit"),
        (500, error("no", code="insufficient_user_quota"), "no_credit"),
        (400, error("Access denied", code="Arrearage"), "no_credit"),
        (402, error("Insufficient Balance", code="invalid_request_error"), "no_credit"),
        (400, error("API key expired", code="invalid_api_key"), "unauthorized"),
        (403, error("The caller does not have permission", status="PERMISSION_DENIED"), "forbidden"),
    ],
)
def test_names_prove_a_failure_of_the_account(status: int, answer: bytes, kind: str) -> None:
    assert judge(status, words_of(answer)) == (kind, None)


@pytest.mark.parametrize(
    ("status", "answer", "kind", "suspicion"),
    [
        (403, error("Key limit exceeded (total limit)", code=403), "blocked", "no_credit"),
        (403, b"", "blocked", "forbidden"),
        (403, PAGE, "blocked", "forbidden"),
        (451, b"", "blocked", "forbidden"),
        (400, error("Your credit balance is too low", type="invalid_request_error"), "bad_request", "no_credit"),
        (400, error("API key not valid.", status="INVALID_ARGUMENT"), "bad_request", "unauthorized"),
        (429, error("You exceeded your current quota, please check your plan"), "rate_limited", "no_credit"),
        (403, error("Your account was suspended by moderation"), "blocked", "forbidden"),
    ],
)
def test_words_are_a_suspicion(status: int, answer: bytes, kind: str, suspicion: str) -> None:
    assert judge(status, words_of(answer)) == (kind, suspicion)


@pytest.mark.parametrize(
    ("status", "answer", "kind"),
    [
        (403, error("requires moderation. Your input was flagged", code=403), "blocked"),
        (400, error("the content management policy", code="content_filter"), "blocked"),
        (
            429,
            error("Rate limit reached, try again in 6s. Add credits for more", code="rate_limit_exceeded"),
            "rate_limited",
        ),
        (
            429,
            b'[{"error": {"message": "exceeded your current quota", "status": "RESOURCE_EXHAUSTED"}}]',
            "rate_limited",
        ),
        (422, b'{"detail": [{"msg": "bad", "input": "insufficient credits, invalid api key"}]}', "bad_request"),
        (500, error("boom"), "server_error"),
    ],
)
def test_what_concerns_one_request_is_no_suspicion(status: int, answer: bytes, kind: str) -> None:
    assert judge(status, words_of(answer)) == (kind, None)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        ("unauthorized: HTTP 401: no such key", True),
        ("bad_request: HTTP 402: Insufficient credits", True),
        ("bad_request: HTTP 403: Key limit exceeded", True),
        ("bad_request: HTTP 403: ", True),
        ("bad_request: HTTP 400: Budget has been exceeded! Current cost: 1 400", True),
        ("bad_request: HTTP 307: ", True),
        ("no_credit: HTTP 402: x", True),
        ("bad_request: HTTP 403: Your input was flagged by moderation", False),
        ("blocked: HTTP 403: ", False),
        ("bad_request: HTTP 400: temperature must be positive", False),
        ("bad_request: recorded", False),
        ("prompt_too_long: HTTP 400: insufficient credits", False),
        ("timeout: 1", False),
        ("", False),
    ],
)
def test_failures_that_earlier_versions_took_for_final_are_recognised(error: str, expected: bool) -> None:
    assert is_account_failure(error) is expected


@pytest.mark.parametrize(
    ("status", "answer", "kind", "suspicion"),
    [
        (400, {"__type": "ThrottlingException", "message": "Too many tokens, please wait before trying again."},
         "rate_limited", None),
        (400, {"message": "Too many requests, please wait before trying again."}, "rate_limited", None),
        (400, {"__type": "com.amazon#ExpiredTokenException", "message": "no"}, "unauthorized", None),
        (None, {"Output": {"__type": "com.amazon.coral.service#ExpiredTokenException"}}, "unauthorized", None),
        (None, {"choices": None, "base_resp": {"status_code": 1008, "status_msg": "insufficient balance"}},
         "bad_answer", "no_credit"),
        (None, {"choices": None, "base_resp": {"status_code": 1002, "status_msg": "rate limit"}}, "rate_limited", None),
        (None, {"error_code": 110, "error_msg": "Access token invalid or no longer valid"},
         "bad_answer", "unauthorized"),
        (None, {"error_code": 17, "error_msg": "Open api daily request limit reached"}, "rate_limited", None),
        (None, {"promptFeedback": {"blockReason": "SAFETY"}, "usageMetadata": {}}, "blocked", None),
        (None, {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}, "overloaded", None),
        (None, {"header": {"code": 10013, "message": "content policy"}}, "blocked", None),
        (400, {"error": {"code": 400, "message": "no", "details": [{"reason": "API_KEY_INVALID"}]}},
         "unauthorized", None),
        (400, {"error": "insufficient_quota", "message": "You have no more"}, "no_credit", None),
        (400, {"errors": [{"code": 10000, "message": "Authentication failed"}]}, "bad_request", "unauthorized"),
        (500, {"error": {"type": "auth_error", "message": "ExceededBudget: User=1 over budget. Spend=5"}},
         "no_credit", None),
        (403, {"error": {"code": "403", "message": "Out of call volume quota."}}, "blocked", "no_credit"),
        (429, {"message": "Monthly token limit exceeded for tier free"}, "rate_limited", "no_credit"),
        (400, {"error": {"message": "This model's maximum context length is 10"}}, "prompt_too_long", None),
        (None, {"error": "context length exceeded"}, "prompt_too_long", None),
        (None, {"error": "Input validation error: bad", "error_type": "validation"}, "bad_request", None),
        (None, {"error": "Model too busy", "error_type": "overloaded"}, "overloaded", None),
        (None, {"errors": [{"code": 5007, "message": "No such model @cf/x or task"}]}, "not_found", None),
        (None, {"error": {"message": "unknown model x"}}, "not_found", None),
        (None, {"error": {"message": "temperature must be in [0, 2]"}}, "bad_request", None),
        (None, {"error": {"message": "requires more system memory (20 GiB) than is there"}}, "bad_request", None),
        (None, {"error": {"message": "invalid response from upstream, retry"}}, "bad_answer", None),
        (None, {"error": {"message": "something went wrong"}}, "bad_answer", None),
    ],
)  # fmt: skip
def test_errors_are_read_wherever_a_provider_puts_them(status, answer, kind, suspicion) -> None:
    assert judge(status, words_in(answer, "")) == (kind, suspicion)


def test_the_header_of_amazon_names_the_error() -> None:
    words = words_of(b'{"message": "no"}', "ThrottlingException:http://internal.amazon.com/coral/")
    assert judge(400, words).kind is ErrorKind.RATE_LIMITED


@pytest.mark.parametrize("depth", [1, 50])
def test_hostile_nesting_is_not_followed(depth: int) -> None:
    answer: object = "insufficient credits"
    for _ in range(depth):
        answer = {"error": [answer, {"detail": [answer]}]}
    assert judge(400, words_in(answer, "shown")).kind is ErrorKind.BAD_REQUEST


def test_a_status_is_not_shown_twice() -> None:
    assert error_message(b'{"error": {"message": "Budget spent", "code": "400", "param": "n"}}') == "Budget spent n"
