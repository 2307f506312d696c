"""The syntax gate on texts that were written to be hard for it."""

from __future__ import annotations

import pytest

from synthcode.gate.syntax.diagnosis import diagnose
from synthcode.languages import get_language
from tests.support.programs.syntax_corpus import SyntaxCase, syntax_cases


@pytest.mark.parametrize("case", syntax_cases(), ids=lambda case: f"{case.language}: {case.name}")
def test_the_verdict_is_the_language_s_own(case: SyntaxCase) -> None:
    rejection = diagnose(case.text, get_language(case.language))
    assert (rejection is None) == case.valid, rejection
