from __future__ import annotations

import math

import pytest
from pydantic import TypeAdapter, ValidationError

from synthcode.llm.sending.settings import RequestPolicy

VALIDATE = TypeAdapter(RequestPolicy).validate_python


def test_the_defaults_are_within_their_own_bounds():
    assert VALIDATE({}) == RequestPolicy(
        concurrency=64, max_attempts=6, timeout_s=600.0, backoff_s=0.5, backoff_cap_s=30.0
    )


@pytest.mark.parametrize(
    "bad",
    [
        {"concurrency": 0},
        {"concurrency": 5000},
        {"max_attempts": 0},
        {"timeout_s": 0},
        {"timeout_s": math.nan},
        {"backoff_cap_s": math.inf},
        {"outage_s": -1},
    ],
)
def test_values_out_of_bounds_are_refused(bad):
    with pytest.raises(ValidationError):
        VALIDATE(bad)
