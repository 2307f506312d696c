"""What must hold of every program, whatever its comments."""

from __future__ import annotations

import ast
import gzip
import json
import re
import warnings
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
import tree_sitter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import tests.support.programs.toolchains as toolchains
from synthcode.comments import detach_documentation, strip
from synthcode.comments.carried_docstrings import carried_cuts
from synthcode.comments.snippets import Snippet, parse_snippet
from synthcode.dataset.variants import anonymise, find_entry_point
from synthcode.languages import LANGUAGES, Language
from tests.support.comment_corpus import CORPUS
from tests.support.loopback.recorded_programs import MBXP

RELEASES = {
    "mbcpp": "cpp",
    "mbcsp": "csharp",
    "mbgp": "go",
    "mbjp": "java",
    "mbjsp": "javascript",
    "mbkp": "kotlin",
    "mbphp": "php",
    "mbpp": "python",
    "mbrbp": "ruby",
    "mbtsp": "typescript",
}
MISSING_END = {"go": '\n\tpanic("")\n}\n', "csharp": "\n}\n}\n"}
"""What a program of the release lacks: a body, or the ends of class and namespace."""
LINE_COMMENTS = {"ruby", "python"}
"""Languages without a comment that ends within the line."""
LITERALS = {
    "python": "x = ('{}', '''{}\n{}''', r\"{}\")\n",
    "java": 'class A {{ String s = "{}"; String t = """\n{}\n{}""" + "{}"; }}\n',
    "javascript": "x = ['{}', \"{}\", `{}\n{}`];\n",
    "typescript": "let x: any = ['{}', \"{}\", `{}\n{}`];\n",
    "go": 'package a\n\nvar x = []string{{"{}", `{}\n{}`}}\n',
    "php": "<?php\n$x = ['{}', \"{}\n{}\", <<<'X'\n {}\nX];\n",
    "ruby": "x = ['{}', \"{}\n{}\", %q({}), <<~X]\n  {}\nX\n",
    "c": '#define X "{}"\nchar *x = "{}" "{}";\n',
    "cpp": '#define X "{}"\nauto x = R"x({}\n{})x" "{}";\n',
    "csharp": 'class A {{ string[] x = {{ "{}", @"{}\n{}", $"{}" }}; }}\n',
    "rust": 'static X: [&str; 3] = ["{}", r#"{}\n{}"#, "{}"];\n',
    "kotlin": 'val x = listOf("{}", """{}\n{}""")\n',
}

per_language = pytest.mark.parametrize("language", LANGUAGES.values(), ids=lambda language: language.name)
QUICK = ("go", "javascript", "python")
examples = settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])


def is_valid(code: str, language: Language) -> bool:
    if language.name == "python":
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                ast.parse(code)
            except SyntaxError:
                return False
    return not parse_snippet(code, language).root.has_error


def tokens(code: str, language: Language) -> list[bytes]:
    """Return the leaves of a program's tree except comments, also strings that are; in macros, words, not one leaf."""
    snippet = parse_snippet(code, language)
    carried = {(cut.start, cut.end) for cut in carried_cuts(snippet, language)}
    data = bytearray(snippet.data)
    for start, end in snippet.hidden_comments:
        data[start:end] = b" " * (end - start)
    found: list[bytes] = []
    waiting = [snippet.root]
    while waiting:
        node = waiting.pop()
        if node.type in language.comments or snippet.span(node) in carried:
            continue
        waiting.extend(reversed(node.children))
        if node.child_count == 0:
            start, end = snippet.span(node)
            leaf = bytes(data[start:end])
            found += [leaf] if "string" in node.type else leaf.split()
    return found


@cache
def programs(folder: Path, language: str) -> list[tuple[str, str, str]]:
    """Return the valid programs of a release, each with its entry point and its test."""
    (file,) = (file for prefix, name in RELEASES.items() if name == language for file in folder.glob(f"{prefix}_rel*"))
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    whole = [
        (row["prompt"] + (row["canonical_solution"] or "") + MISSING_END.get(language, ""), row["entry_point"], row)
        for row in rows
        if language == "go" or row["canonical_solution"]
    ]
    return [(code, name, row["test"]) for code, name, row in whole if is_valid(code, LANGUAGES[language])]


def filled_lines(code: str) -> list[str]:
    return [line for line in code.splitlines() if line.strip()]


def check_variants(code: str, language: Language, entry_point: str | None) -> None:
    stripped = strip(code, language)
    detached, _ = detach_documentation(code, language)
    name = find_entry_point(code, language, entry_point)
    anonymous = anonymise(code, language, name) if name else stripped
    for variant in (stripped, detached, anonymous):
        assert is_valid(variant, language)
    assert strip(stripped, language) == stripped
    assert filled_lines(strip(detached, language)) == filled_lines(stripped)
    assert detach_documentation(detached, language) == (detached, "")
    assert strip(anonymous, language) == anonymous
    if name:
        assert find_entry_point(anonymous, language, "f") == "f"
        assert anonymise(anonymous, language, "f") == anonymous
        assert anonymise(stripped, language, name) == anonymous
    if language.docstring == "comment":
        assert tokens(stripped, language) == tokens(code, language)


@per_language
def test_the_corpus_stays_valid(language: Language) -> None:
    for code in CORPUS[language.name]:
        assert is_valid(code, language)
        check_variants(code, language, None)


@pytest.mark.parametrize(
    "name",
    [name if name in QUICK else pytest.param(name, marks=pytest.mark.slow) for name in sorted(RELEASES.values())],
)
def test_real_programs_stay_valid(name: str) -> None:
    language = LANGUAGES[name]
    found = programs(MBXP, name)
    assert len(found) > 60
    for code, entry_point, _ in found:
        assert find_entry_point(code, language, entry_point) == entry_point
        check_variants(code, language, entry_point)


def places(snippet: Snippet, language: Language, *, line_ends: bool) -> list[int]:
    """Return where a comment may be put: where two tokens meet, or at the ends of lines that end between tokens."""
    leaves: list[tree_sitter.Node] = []
    waiting = [snippet.root]
    while waiting:
        node = waiting.pop()
        if node.child_count == 0:
            leaves.append(node)
        waiting.extend(reversed(node.children))
    leaves = [leaf for leaf in leaves if snippet.bytes_of(leaf).strip()]
    found = []
    for left, right in pairwise(leaves):
        start, end = snippet.span(left)[1], snippet.span(right)[0]
        gap = snippet.data[start:end]
        if gap.strip() or not gap or any(_is_literal(node, language) for node in _between(left, right)):
            continue
        if line_ends == (b"\n" in gap):
            found.append(start)
    return found


def _between(left: tree_sitter.Node, right: tree_sitter.Node) -> list[tree_sitter.Node]:
    """Return two neighbours and what holds them both."""
    above = left.parent
    while above is not None and above.end_byte < right.end_byte:
        above = above.parent
    return [left, right, above] if above is not None else [left, right]


def _is_literal(node: tree_sitter.Node, language: Language) -> bool:
    kinds = "string|char|heredoc|regex|preproc|text|uninterpreted|tag|shebang|hash_bang|interpolation$|region|nullable"
    return node.type in language.comments or re.search(kinds, node.type) is not None


@per_language
@examples
@given(data=st.data())
def test_comments_that_are_put_in_come_out(language: Language, data: st.DataObject) -> None:
    code = CORPUS[language.name][1]
    snippet = parse_snippet(code, language)
    word = data.draw(st.sampled_from(["x", "'", '"', "/* x", "// x", "# x", "`", '"""', "{", "\\x", "é", ""]))
    line_ends = language.name in LINE_COMMENTS or data.draw(st.booleans())
    comment = f" {language.line_comment} {word}" if line_ends else f" /* {word.replace('/*', '')} */"
    where = data.draw(
        st.lists(st.sampled_from(places(snippet, language, line_ends=line_ends)), max_size=4, unique=True)
    )
    text = snippet.data
    for place in sorted(where, reverse=True):
        text = text[:place] + comment.encode() + text[place:]
    commented = text.decode()
    assert is_valid(commented, language)
    left = strip(commented, language)
    assert tokens(left, language) == tokens(code, language)
    if line_ends:
        assert left == code


OPENED = {
    "javascript": "{}function f(x) {{ {} return x; }}\n",
    "typescript": "{}const f = (x: number) => {{ {} return x; }};\n",
    "php": "<?php\n{}function f($x) {{ {} return $x; }}\n",
    "c": "{}int f(int x) {{ {} return x; }}\n",
    "cpp": "{}int f(int x) {{ {} return x; }}\n",
    "kotlin": "{}fun f(x: Int): Int {{ {} return x }}\n",
    "ruby": "{}def f(x)\n {} x\nend\n",
    "rust": "{}fn f(x: i32) -> i32 {{ {} x }}\n",
    "python": "{}def f(x):\n  {} return x\n",
}
"""By language, a program with room for statements at its start and at that of a body."""
OPENS_FILE = ("javascript", "typescript", "php", "ruby", "python")


@pytest.mark.parametrize("name", OPENED)
@examples
@given(data=st.data())
def test_nothing_is_left_to_strip_after_any_strings_and_comments(name: str, data: st.DataObject) -> None:
    language = LANGUAGES[name]
    statements = ['"a";', '"use strict";', '"b" ;', '"";', f"{language.line_comment} c\n "]
    statements += ["1;"] if name != "php" else ["1;", '"{$x}";']
    statements += ['"""d""";', "f(1);"] if name == "python" else ["/* d */ "] if name != "ruby" else ['"#{x}";']
    row = st.lists(st.sampled_from(statements), max_size=5).map(" ".join)
    top = data.draw(row).replace("; ", "\n") if name in OPENS_FILE else ""
    code = OPENED[name].format(f"{top}\n" if top else "", data.draw(row))
    if is_valid(code, language):
        left = strip(code, language)
        assert is_valid(left, language)
        assert strip(left, language) == left


@per_language
@examples
@given(words=st.lists(st.text("/*#-<!>= =begin\tx", max_size=12), min_size=5, max_size=5))
def test_the_contents_of_strings_stay_byte_for_byte(language: Language, words: list[str]) -> None:
    code = LITERALS[language.name].format(*words)
    assert strip(code, language) == code


@per_language
@settings(examples, max_examples=50)
@given(data=st.data())
def test_any_text_comes_through(language: Language, data: st.DataObject) -> None:
    source = CORPUS[language.name][0]
    start = data.draw(st.integers(0, len(source)))
    end = data.draw(st.integers(start, len(source)))
    text = source[:start] + data.draw(st.text(max_size=5)) + source[end:]
    name = find_entry_point(text, language, None)
    assert len(strip(text, language)) <= len(text) + text.count('"')
    assert len(detach_documentation(text, language)[0]) <= len(text) + text.count('"')
    assert isinstance(anonymise(text, language, name or "x"), str)


@pytest.mark.toolchains
@pytest.mark.parametrize("name", ["python", "ruby", "php", "java", "cpp"])
def test_variants_still_pass_their_tests(name: str) -> None:
    if lacking := toolchains.missing(name):
        pytest.skip(lacking)
    language = LANGUAGES[name]
    passed = 0
    for code, _, test in programs(MBXP, name)[:8]:
        if toolchains.run(name, code, test).exit_code != 0:
            continue
        passed += 1
        assert toolchains.run(name, strip(code, language), test).exit_code == 0, code
        assert toolchains.run(name, detach_documentation(code, language)[0], test).exit_code == 0, code
    assert passed > 4
