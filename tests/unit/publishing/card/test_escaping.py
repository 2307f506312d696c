from __future__ import annotations

import html
import re

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from synthcode.markdown import code, fenced, prose
from synthcode.publishing.card.escaping import bibtex, yaml_block
from synthcode.sanitize import one_line

MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
HOSTILE = (
    "a | b || c",
    "`x` and ``y",
    "line\nbreak\r\n\n---\n# heading",
    "</script><script>alert(1)</script>",
    "<!-- synthcode:end -->",
    "{{ 7 * 7 }} {% raw %}",
    "[link](javascript:alert(1)) ![image](http://x/y.png)",
    "&lt;b&gt; &#96;",
    "back\\slash \\| pipe \\",
    "- list",
    "12. list",
    "= = =",
    "**bold** __bold__ ~~gone~~ $math$",
    "https://example.com www.example.com me@example.com",
    "\u202eright to left\x00\x1b[31m",
    "\ud800 half",
    "",
)
TEXTS = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=30), st.text("`|\\<>&*_[]#-1.) \n~a", max_size=20))


def shown(markdown: str) -> str:
    """What a reader sees of Markdown's first paragraph or cell."""
    rendered = MARKDOWN.render(markdown)
    assert set(re.findall(r"</?(\w+)", rendered)) <= {"p", "code"}, rendered
    return html.unescape(re.sub(r"<[^<>]*>", "", rendered)).strip()


@given(TEXTS)
def test_prose_and_code_show_a_text_as_it_is_on_one_line(text: str) -> None:
    assert shown(f"before {prose(text)}") == f"before {one_line(text, None)}".strip()
    assert shown(f"before {code(text)}") == f"before {one_line(text, None)}".strip()
    assert shown(prose(text)) == one_line(text, None)


@given(TEXTS)
def test_neither_opens_another_cell(text: str) -> None:
    table = f"| a | b |\n|---|---|\n| {prose(text)} | {code(text)} |\n"
    cells = re.findall(r"<td>(.*?)</td>", MARKDOWN.render(table), re.DOTALL)
    assert [html.unescape(re.sub(r"</?code>", "", cell)).strip() for cell in cells] == [one_line(text, None)] * 2


def test_addresses_do_not_become_links() -> None:
    assert prose("https://x www.x.y a@b") == "https:\\// www\\.x.y a\\@b".replace("\\// ", "\\//x ")


@given(TEXTS)
def test_a_block_of_code_ends_where_its_text_ends(text: str) -> None:
    tokens = MARKDOWN.parse(f"{fenced(text, 'yaml')}\n\nafter\n")
    assert [token.type for token in tokens] == ["fence", "paragraph_open", "inline", "paragraph_close"]
    assert tokens[0].info == "yaml"


def test_no_line_of_a_block_is_a_comment() -> None:
    assert "<!--" not in fenced("a\n<!-- synthcode:end -->\nb")


@given(TEXTS, TEXTS)
@example("\xa0", "\xa0")
def test_yaml_keeps_every_text_on_one_line(first: str, second: str) -> None:
    block = yaml_block({"first": first, "list": [second]})
    assert len(re.split("[\n\r\x85\u2028\u2029]", block)) == 3
    expected = [text.encode(errors="replace").decode() for text in (first, second)]
    assert yaml.safe_load(block) == {"first": expected[0], "list": [expected[1]]}


@pytest.mark.parametrize("text", HOSTILE)
def test_bibtex_has_no_braces_and_no_commands(text: str) -> None:
    assert not re.search(r"[{}~^]|\\(?![&%$#_])", bibtex(text))
