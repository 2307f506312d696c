"""The word list of the project's plain English: it finds what it should, and the project passes it."""

from __future__ import annotations

import pytest

from docs.word_list import EXCEPTIONS, NAMES, ROOT, WORDS, findings, project_findings

FOUND = {
    r"[Mm]end(s|ed|ing)?": "another attempt may mend it",
    r"[Ll]ikeness(es)?": "programs with a likeness",
    r"[Aa]side": "written aside",
    r"[Tt]old(?! apart)": "what was told of it",
    r"[Bb]eside": "put beside its seed",
    r"[Bb]ehind(?! (a|the) (reverse )?proxy)": "text behind the code",
    r"(?<!leave )(?<!leaves )(?<!left )(?<!let )(?<!stand-)[Aa]lone": "for the Hub alone",
    r"[Gg]one": "the server is gone",
    r"([Ss]ome|[Nn]o)body": "a file that somebody made",
    r"[Ww]hoever": "whoever made it",
    r"None where": "None where it is missing",
    r"(?<![Tt]here )(is|are|was|were) none": "other rows are none",
    r"(?<![Tt]here )(is|are|was|were) no (?!longer\b|more\b|\w+er\b)\w*": "a file that is no table",
    r"[Aa]sk(s|ed|ing)? for": "a stop was asked for",
    r"go(es)? out": "the request goes out",
    r"of its own accord": "it ends of its own accord",
    r"ow(es|ed)": "what a run owes",
    r"by far": "it is by far faster",
}
"""Pattern -> a text in which it finds something."""


def texts_in(path: str, source: str) -> list[str]:
    return [finding.text for finding in findings(path, source)]


def test_the_project_passes() -> None:
    lines = [f"{path}:{line}: {text!r} -> {instead}" for path, line, text, instead in project_findings()]
    assert not lines, "\n".join(["words that the plain English of the project avoids (docs/word_list.py):", *lines])


def test_every_exception_is_still_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    needed = dict(EXCEPTIONS)
    monkeypatch.setattr("docs.word_list.EXCEPTIONS", {})
    for path, text in needed:
        assert text in texts_in(path, (ROOT / path).read_text("utf-8"))


@pytest.mark.parametrize("pattern", WORDS)
def test_every_pattern_finds_its_word(pattern: str) -> None:
    assert [finding.instead for finding in findings("page.md", FOUND[pattern])] == [WORDS[pattern]]


@pytest.mark.parametrize(
    "text",
    [
        "there is none, and there is no reason for one",
        "it is no longer there, is no more than 3, and was no larger than that",
        "None whereas, dismembered, recommended, amended, blindfolded",
        "two that cannot be told apart",
        "a server behind a proxy, or behind the reverse proxy",
        "leave alone what is left alone; a stand-alone tool",
        "owner, showed, flowed, allowed",
    ],
)
def test_plain_english_passes(text: str) -> None:
    assert texts_in("page.md", text) == []


def test_comments_docstrings_errors_and_help_of_code_are_read() -> None:
    source = (
        '"""A module.\n\nIts files are gone."""\n\n'
        "x = None  # somebody sets it\n"
        'raise E(f"{name} is no {kind}", "ask for one of " f"{gone}")\n'
        "if x is None or gone: pass\n"
    )
    found = [(finding.line, finding.text) for finding in findings("synthcode/x.py", source)]
    assert found == [(3, "gone"), (5, "somebody"), (6, "ask for"), (6, "is no ")]


def test_of_tests_only_docstrings_and_comments_are_read() -> None:
    source = 'def test_x():\n    """Nobody."""\n    assert x == "gone"  # told\n'
    assert texts_in("tests/unit/test_x.py", source) == ["Nobody", "told"]


@pytest.mark.parametrize("name", NAMES)
def test_coinages_are_no_names(name: str) -> None:
    source = f"def _{name}({name}, **{name}_):\n    {name} = self._{name} = 1\n\nclass {name.title()}: ...\n"
    assert texts_in("synthcode/x.py", source).count(name) == 2
    assert set(texts_in("synthcode/x.py", source)) == {name, f"_{name}", f"{name}_", name.title()}
    assert texts_in("synthcode/x.py", f"{name}s = x.{name}()\n") == []
