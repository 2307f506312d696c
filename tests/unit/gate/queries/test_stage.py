"""Which completions become queries: expected values are worked out by hand."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from synthcode.gate.queries.stage import QUERY_INPUT, QueryRules, judge_queries
from synthcode.schemas.tables import QUERIES, REJECTED_QUERIES

TEXT = "Check whether any two numbers of a list are closer to each other than a given threshold."
RULES = QueryRules(max_chars=200, similarity=0.7)
GOOD = {
    "keyword": "detect near values list distance limit",
    "question": "How do I find out if some pair of values lies within a limit?",
    "paraphrase": "Tells if some pair of values lies nearer together than a limit",
}


def row(text: str, style: str = "question", **more: Any) -> dict[str, Any]:
    return {
        **dict.fromkeys(QUERY_INPUT.names),
        **{"request_id": f"r{len(text)}", "seed_id": "s", "style": style, "sample_index": 0, "model": "m"},
        **{"prompt_name": "p", "prompt_digest": "d", "sampling": "{}", "text": text, "finish_reason": "stop"},
        **{"seed_text": TEXT, "entry_point": "has_close_elements"},
        **more,
    }


def judge(*rows: dict[str, Any], rules: QueryRules = RULES) -> tuple[list[str], list[tuple[str, str]]]:
    batch = pa.Table.from_pylist(list(rows), schema=QUERY_INPUT)
    kept, rejected = judge_queries(batch, rules)
    assert kept.schema == QUERIES
    assert rejected.schema == REJECTED_QUERIES
    assert len(kept) + len(rejected) == len(rows)
    pairs = zip(rejected["reason"].to_pylist(), rejected["detail"].to_pylist(), strict=True)
    return kept["query"].to_pylist(), list(pairs)


@pytest.mark.parametrize("style", GOOD)
def test_a_sound_query_is_accepted_in_each_style(style: str) -> None:
    assert judge(row(GOOD[style], style)) == ([GOOD[style]], [])


@pytest.mark.parametrize(
    ("answer", "style", "query"),
    [
        ('  "{}"\n', "question", "{}"),
        ("**Question:** {}", "question", "{}"),
        ("Question: “{}”", "question", "{}"),
        ("Here is the question you asked for:\n\n{}\n", "question", "{}"),
        ("```\n{}\n```", "question", "{}"),
        ("```text\n{}\n```", "question", "{}"),
        ("<think>\nThe user wants has_close_elements?\n</think>\n\n{}", "question", "{}"),
        ("\ufeff{}", "question", "{}"),
        ("- detect\n- near values\n- limit", "keyword", "detect near values limit"),
        ("Keywords: detect near values", "keyword", "detect near values"),
        ("1. detect near values", "keyword", "detect near values"),
        ("detect\tnear\u200b values\x07", "keyword", "detect near values"),
    ],
)
def test_what_stands_around_a_query_is_taken_off(answer: str, style: str, query: str) -> None:
    kept, rejected = judge(row(answer.format(GOOD["question"]), style))
    assert (kept, rejected) == ([query.format(GOOD["question"])], [])


@pytest.mark.parametrize(
    ("answer", "reason", "more"),
    [
        ("", "empty", {}),
        (" \n\t ", "empty", {}),
        ("???", "empty", {}),
        ("\u200b\u2060", "empty", {}),
        ("<think>I should write", "truncated", {"finish_reason": "length"}),
        (GOOD["question"], "truncated", {"finish_reason": "length"}),
        (GOOD["question"], "refusal", {"finish_reason": "content_filter"}),
        ("I'm sorry, but I cannot help with that request?", "refusal", {}),
        ("How does it do this? ```python\nprint()\n``` like so?", "code", {}),
        ("1. How is it done?\n2. What finds it?", "several", {}),
        ("How is it done?\nWhat finds it?", "several", {}),
        ("Finds some pair of values within a limit", "wrong_style", {}),
        ("How do I detect near values?", "wrong_style", {"style": "keyword"}),
        (" ".join(f"w{number}" for number in range(17)), "wrong_style", {"style": "keyword"}),
        ("How " + "very " * 60 + "near are they?", "too_long", {}),
        ("x" * 200_001, "too_long", {}),
        (TEXT, "near_copy", {"style": "paraphrase"}),
        (TEXT.upper().replace(".", "!!"), "near_copy", {"style": "paraphrase"}),
        (
            f"Please {TEXT[:-1]}, with care, for me, and be quick about it all the same",
            "near_copy",
            {"style": "paraphrase"},
        ),
        (
            "Check whether any two numbers of a list are closer to each other than a given limit.",
            "near_copy",
            {"style": "paraphrase"},
        ),
    ],
)
def test_what_is_not_a_query_is_rejected_with_a_reason(answer: str, reason: str, more: dict[str, Any]) -> None:
    kept, rejected = judge(row(answer, **more))
    assert kept == []
    assert [found for found, _ in rejected] == [reason]


def test_the_same_words_in_another_order_are_a_copy() -> None:
    text = "alpha bravo charlie delta echo foxtrot"
    shuffled = row("foxtrot charlie alpha echo bravo delta", "keyword", seed_text=text)
    assert judge(shuffled)[1] == [("near_copy", "it is like the text")]


def test_of_queries_that_are_alike_the_first_is_accepted() -> None:
    first = row(GOOD["paraphrase"], "paraphrase")
    second = row(f"{GOOD['paraphrase']}?", "question")
    other_seed = row(f"{GOOD['paraphrase']}?", "question", seed_id="t")
    kept, rejected = judge(first, second, other_seed)
    assert kept == [GOOD["paraphrase"], f"{GOOD['paraphrase']}?"]
    assert rejected == [("near_copy", "it is like another query for the text (paraphrase)")]


def test_an_entry_point_that_the_source_does_not_name_is_found_in_the_program() -> None:
    code = "def helper(a):\n    return a\n\ndef near_pairs(a):\n    return helper(a)\n"
    unnamed = {"entry_point": None, "seed_language": "python", "seed_code": code}
    assert judge(row("list near_pairs limit", "keyword", **unnamed))[1] == [
        ("names_entry_point", "it names near_pairs")
    ]
    assert judge(row("list helper limit", "keyword", **unnamed))[1] == []


def test_a_rejected_query_is_kept_and_cut() -> None:
    batch = pa.Table.from_pylist([row("long " * 1000, "keyword")], schema=QUERY_INPUT)
    (query,) = judge_queries(batch, RULES).rejected["query"].to_pylist()
    assert query == ("long " * 1000)[:2000]
