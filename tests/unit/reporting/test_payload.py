from __future__ import annotations

import base64
import gzip
import json
import re
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from synthcode.reporting.payload import MOST_CHARS, pack


def seed(name: str, text: str = "") -> dict[str, Any]:
    return {"seed_id": name, "source": "s", "source_id": "1", "language": "go", "license": None, "url": None} | {
        "text": text,
        "code": "",
    }


def row(of: str, code: str | None) -> dict[str, Any]:
    return {
        "program_id": "p", "seed_id": of, "target_language": "c", "verdict": "kept", "detail": "", "model": "m",
        "prompt_name": "n", "verification": None, "is_answer": False, "split": "", "code": code,
    }  # fmt: skip


def unpacked(packed: str) -> Any:
    return json.loads(gzip.decompress(base64.b64decode(packed)))


@given(st.text())
def test_any_text_comes_back_and_no_mark_of_it_is_on_the_page(text: str) -> None:
    packed = pack([seed("x", text)], [row("x", text)])
    assert re.fullmatch(r"[A-Za-z0-9+/]*=*", packed)
    tree = unpacked(packed)
    assert tree["seeds"][0]["text"] == text
    assert tree["rows"][0]["code"] == text


def test_rows_name_their_seed_by_its_place_and_leave_out_what_is_empty() -> None:
    tree = unpacked(pack([seed("x"), seed("y")], [row("y", None)]))
    assert tree["rows"] == [
        {"target_language": "c", "verdict": "kept", "model": "m", "prompt_name": "n", "id": "p", "seed": 1, "code": ""}
    ]


def test_a_text_that_has_no_end_is_cut_and_says_so() -> None:
    code = unpacked(pack([seed("x")], [row("x", "a" * (MOST_CHARS + 5))]))["rows"][0]["code"]
    assert code == "a" * MOST_CHARS + "\n[cut: 5 more characters]"


def test_the_same_rows_are_the_same_letters() -> None:
    assert pack([seed("x")], [row("x", "y")]) == pack([seed("x")], [row("x", "y")])
