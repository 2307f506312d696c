"""What the compilers of C and C++ take and refuse after parsing."""

from __future__ import annotations

import pytest

from synthcode.gate.syntax.diagnosis import diagnose
from synthcode.languages import get_language
from tests.support.programs.c_texts import REFUSED, SOUND


@pytest.mark.parametrize(("language", "text"), [(name, text) for name, texts in SOUND.items() for text in texts])
def test_what_the_compilers_take_is_accepted(language: str, text: str) -> None:
    assert diagnose(text, get_language(language)) is None


@pytest.mark.parametrize(("language", "text"), [(name, text) for name, texts in REFUSED.items() for text in texts])
def test_what_the_compilers_refuse_is_rejected(language: str, text: str) -> None:
    rejection = diagnose(text, get_language(language))
    assert rejection is not None
    assert rejection.reason == "syntax_error"
