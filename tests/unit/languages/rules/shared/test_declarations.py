"""What compilers take and refuse after parsing: names that hide others, cases that are there twice, and the like."""

from __future__ import annotations

import pytest

from synthcode.gate.syntax.diagnosis import diagnose
from synthcode.languages import get_language
from tests.support.programs.compiler_texts import REFUSED, SOUND


@pytest.mark.parametrize(("language", "text"), [(name, text) for name, texts in SOUND.items() for text in texts])
def test_what_the_compiler_takes_is_accepted(language: str, text: str) -> None:
    assert diagnose(text, get_language(language)) is None


@pytest.mark.parametrize(("language", "text"), [(name, text) for name, texts in REFUSED.items() for text in texts])
def test_what_the_compiler_refuses_is_rejected(language: str, text: str) -> None:
    rejection = diagnose(text, get_language(language))
    assert rejection is not None
    assert rejection.reason == "syntax_error"
