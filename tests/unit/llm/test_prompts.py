from __future__ import annotations

from pathlib import Path

import pytest

from synthcode.errors import InputError
from synthcode.languages import get_language
from synthcode.llm.prompts import load_prompt

PYTHON, GO = get_language("python"), get_language("go")
SEED = {"code": "def f():\n    return '{{ 7 * 7 }}'", "text": "Return it.", "entry_point": None}


def test_the_target_stands_in_the_last_line_alone_so_that_prefixes_are_shared() -> None:
    prompt = load_prompt("translate")
    go = prompt.fill(SEED, PYTHON, GO)
    java = prompt.fill(SEED, PYTHON, get_language("java"))
    assert [message.role for message in go] == ["system", "user"]
    assert go[0] == java[0]
    *same, last = go[1].content.splitlines()
    assert java[1].content.splitlines()[:-1] == same
    assert last == "Target language: Go"


def test_code_is_data_and_not_a_template() -> None:
    assert "{{ 7 * 7 }}" in load_prompt("translate").fill(SEED, PYTHON, GO)[1].content


def test_a_changed_template_is_another_prompt(tmp_path: Path) -> None:
    (tmp_path / "user.jinja").write_text("To {{ target.label }}: {{ code }}")
    before = load_prompt(str(tmp_path))
    (tmp_path / "user.jinja").write_text("In {{ target.label }}: {{ code }}")
    assert load_prompt(str(tmp_path)).digest != before.digest


def test_a_prefill_is_the_last_turn(tmp_path: Path) -> None:
    (tmp_path / "user.jinja").write_text("{{ code }}")
    (tmp_path / "assistant.jinja").write_text("```{{ target.fence }}\n")
    assert load_prompt(str(tmp_path)).fill(SEED, PYTHON, GO)[-1].content == "```go"


def test_an_unknown_prompt_names_the_one_that_was_meant() -> None:
    with pytest.raises(InputError, match=r"no prompt 'translat' \(did you mean 'translate'\?\)"):
        load_prompt("translat")


@pytest.mark.parametrize("template", ["{% if %}", "{{ nobody }}", "{{ code.__class__.__mro__ }}"])
def test_a_template_that_cannot_be_used_is_a_clear_error(tmp_path: Path, template: str) -> None:
    (tmp_path / "user.jinja").write_text(template)
    with pytest.raises(InputError):
        load_prompt(str(tmp_path)).fill(SEED, PYTHON, GO)
