from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from synthcode.bounded import limits
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


GROWING = [
    "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
    "{{ 'a' * 10**10 }}",
    "{{ 10 ** (10 ** 10) }}",
    "{{ 'a'|center(10**10) }}",
    "{{ 'a'.ljust(10**10) }}",
    "{% set n = namespace(x='aaaa') %}{% for i in range(60) %}{% set n.x = n.x ~ n.x %}{% endfor %}",
    "{% set n = namespace(x='aaaa') %}{% for i in range(60) %}{% set n.x = n.x + n.x %}{% endfor %}",
    "{% set n = namespace(x=[1]) %}{% for i in range(60) %}{% set n.x = [n.x, n.x] %}{% endfor %}{{ n.x }}",
    "{% macro m(n) %}{{ m(n + 1) }}{{ m(n + 1) }}{% endmacro %}{{ m(0) }}",
    "{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(60) }}",
    "{% for x in 'ab' recursive %}{{ loop('abc') }}{% endfor %}",
    "{% include 'user.jinja' %}",
    "{{ '%9999999999d' % 1 }}",
    "{{ '%*d' % (9999999999, 1) }}",
    "{{ '{:>9999999999}'.format(1) }}",
    "{{ '{:{}}'.format(1, '9999999999') }}",
    "{{ code.replace('', 'x' * 1000000) * 3 }}",
    "{{ ('\\t' * 1000).expandtabs(3000000) }}",
    "{{ ''.join(['x' * 1000000] * 1000) }}",
    "{{ ['x' * 1000000] * 1000 }}",
    "{{ range(99999)|map('center', 3000000)|list|length }}",
    "{% set x %}{% for i in range(90000) %}" + "x" * 10_000 + "{% endfor %}{% endset %}",
    "{% for i in range(99999) %}{{ code|upper|lower }}{% endfor %}",
]


_DOUBLED = (
    "{{% set n = namespace(x={0}, y={0}) %}}"
    "{{% for i in range(60) %}}{{% set n.x = {1} %}}{{% set n.y = {2} %}}{{% endfor %}}"
)
LISTS = _DOUBLED.format("[1]", "[n.x, n.x]", "[n.y, n.y]")
TUPLES = _DOUBLED.format("(1,)", "(n.x, n.x)", "(n.y, n.y)")
NESTED = [
    LISTS + "{{ n.x == n.y }}",
    LISTS + "{{ n.x is eq(n.y) }}",
    LISTS + "{{ n.x is in([n.y]) }}",
    LISTS + "{{ [n.x]|select('eq', n.y)|list|length }}",
    LISTS + "{{ [{'a': n.x}]|rejectattr('a', 'eq', n.y)|list|length }}",
    LISTS + "{% for x in [n.x] if x is eq(n.y) %}{% endfor %}",
    LISTS + "{{ ('%s' % n.x)|length }}",
    LISTS + "{{ ('%s' % (n.x,))|length }}",
    TUPLES + "{{ {n.x: 1}|length }}",
    TUPLES + "{% set d = {1: 1} %}{{ d[n.x] is defined }}",
    TUPLES + "{{ n.x in {1: 1} }}",
    "{{ ([[1]] * 60000)|sum(start=[])|length }}",
]
"""Sixty lists, which would take for ever to be compared, hashed or written out: each holds the one before twice."""


@pytest.mark.slow
def test_a_template_that_grows_is_stopped_before_it_takes_memory(tmp_path: Path) -> None:
    """In a process of its own, whose address space is bounded."""
    assert fill_apart(tmp_path, GROWING, limits.TEMPLATE_WORK) == (0, "", "")


def test_nested_values_are_counted_before_they_are_looked_at(tmp_path: Path) -> None:
    assert fill_apart(tmp_path, NESTED, 1 << 20) == (0, "", "")


def fill_apart(tmp_path: Path, templates: list[str], work: int) -> tuple[int, str, str]:
    """Fill templates in another process; return its status, what was filled, and what it says."""
    for number, template in enumerate(templates):
        (tmp_path / str(number)).mkdir()
        (tmp_path / str(number) / "user.jinja").write_text(template)
    program = """
import sys
from synthcode.bounded import limits
from synthcode.errors import InputError
from synthcode.languages import get_language
from synthcode.llm.prompts import load_prompt
limits.TEMPLATE_WORK = int(sys.argv[3])
seed = {"code": "x = 1\\n" * 500, "text": "", "entry_point": None}
for number in range(int(sys.argv[2])):
    try:
        load_prompt(f"{sys.argv[1]}/{number}").fill(seed, get_language("python"), get_language("go"))
    except InputError:
        continue
    print("filled", number)
"""
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path), str(len(templates)), str(work)],
        capture_output=True,
        text=True,
        timeout=500,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30)),
    )
    return done.returncode, done.stdout, done.stderr


USUAL = {
    "{% for line in code.splitlines() %}{{ '{:>2}'.format(loop.index) }} {{ line }}\n{% endfor %}": " 1 a\n 2 b\n",
    "{{ code|indent(2) }}{{ '%03d'|format(7) }}{{ '-' * 5 }}": "a\n  b007-----",
    "{{ code.replace('a', 'c')|upper }}{{ text ~ 1 }}{{ [1, 2, 3][1:] }}": "C\nBReturn1[2, 3]",
    "{% macro m(x) %}<{{ x }}>{% endmacro %}{{ m(code.split()|map('upper')|join('+')) }}": "<A+B>",
    "{% if 5 is eq 5 and code is string and 10**9 is divisibleby 5 %}{{ {'a': 1}['a'] }}{{ 'ab'[1] }}{% endif %}": "1b",
    "{{ [1, 2]|sum }}{{ [[1], [2]]|sum(start=[]) }}{{ '%s/%d' % ('a', 5000000) }}": "3[1, 2]a/5000000",
    "{% from 'parts.jinja' import hello %}{{ hello(target.label) }}": "Hello Go",
}


@pytest.mark.parametrize(("template", "filled"), USUAL.items())
def test_loops_filters_macros_and_imports_work_as_in_jinja(tmp_path: Path, template: str, filled: str) -> None:
    (tmp_path / "user.jinja").write_text(template)
    (tmp_path / "parts.jinja").write_text("{% macro hello(x) %}Hello {{ x }}{% endmacro %}")
    seed = {"code": "a\nb", "text": "Return", "entry_point": None}
    assert load_prompt(str(tmp_path)).fill(seed, PYTHON, GO)[0].content == filled


def test_a_changed_part_that_is_included_is_another_prompt(tmp_path: Path) -> None:
    (tmp_path / "user.jinja").write_text("{% include 'part.jinja' %}")
    (tmp_path / "part.jinja").write_text("Translate.")
    before = load_prompt(str(tmp_path)).digest
    (tmp_path / "part.jinja").write_text("Port.")
    assert load_prompt(str(tmp_path)).digest != before


@pytest.mark.parametrize("name", ["../outside.jinja", "link.jinja", "pipe.jinja", "missing.jinja"])
def test_only_regular_files_of_the_prompt_are_included(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "prompt"
    folder.mkdir()
    (tmp_path / "outside.jinja").write_text("secret")
    (folder / "link.jinja").symlink_to(tmp_path / "outside.jinja")
    os.mkfifo(folder / "pipe.jinja")
    (folder / "user.jinja").write_text(f"{{% include '{name}' %}}")
    with pytest.raises(InputError):
        load_prompt(str(folder))


def test_only_turns_of_plain_text_are_filled_once(tmp_path: Path) -> None:
    (tmp_path / "system.jinja").write_text("{# a note #}Translate.\n")
    (tmp_path / "user.jinja").write_text("{{ target.label }}")
    (tmp_path / "assistant.jinja").write_text("{% if true %}```{% endif %}")
    prompt = load_prompt(str(tmp_path))
    assert prompt.constant == {"system"}
    for _ in range(2):
        contents = [message.content for message in prompt.fill(SEED, PYTHON, GO)]
        assert contents == ["Translate.", "Go", "```"]
    assert prompt.fill(SEED, PYTHON, get_language("java"))[1].content == "Java"
    (tmp_path / "system.jinja").write_text("{% include 'note' %}")
    (tmp_path / "note").write_text("{{ target.label }}")
    assert load_prompt(str(tmp_path)).constant == set()
