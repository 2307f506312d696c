from __future__ import annotations

import pytest

from synthcode.llm.backend import TRANSIENT, AttemptFailed, ErrorKind, is_transient


@pytest.mark.parametrize(
    ("error", "transient"),
    [
        ("timeout: no answer within 600 s", True),
        ("server_error: HTTP 500: boom", True),
        ("bad_request: HTTP 400: timeout: no", False),
        ("prompt_too_long: 9000 tokens", False),
        ("somebody else's words", False),
        ("", False),
    ],
)
def test_errors_are_classified_by_their_kind_alone(error, transient):
    assert is_transient(error) is transient


def test_an_attempt_that_failed_reads_as_kind_and_message():
    failure = AttemptFailed(ErrorKind.BAD_REQUEST, "first\r\n\tsecond \x1b[31mred\x00")
    assert str(failure) == "bad_request: first second [31mred"
    assert is_transient(str(AttemptFailed(ErrorKind.CONNECTION, "x")))


def test_every_kind_is_one_word_that_no_colon_cuts():
    assert all(kind.replace("_", "").isalpha() for kind in ErrorKind)
    assert set(ErrorKind) > TRANSIENT
