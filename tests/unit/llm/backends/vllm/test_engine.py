from __future__ import annotations

import pytest

from synthcode.errors import AccessError
from synthcode.llm.backends.vllm.engine import refuse_unknown_settings

KNOWN = ("min_p", "temperature", "_eos_token_id")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"min_q": 0.1}, "has no setting 'min_q' (did you mean 'min_p'?)"),
        ({"provider": {}}, "has no setting 'provider'"),
        ({"_eos_token_id": 3}, "has no setting '_eos_token_id'"),
    ],
)
def test_a_setting_that_the_engine_does_not_have_stops_the_run(given, said):
    with pytest.raises(AccessError) as caught:
        refuse_unknown_settings(given, KNOWN)
    assert said in caught.value.problem
    assert "sampling.extra_body" in caught.value.fix


def test_settings_that_the_engine_has_pass():
    refuse_unknown_settings({"min_p": 0.1, "temperature": 0}, KNOWN)
