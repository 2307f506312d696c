from __future__ import annotations

import gzip
import importlib.util
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synthcode.languages import LANGUAGES
from synthcode.schemas.records import Split
from synthcode.schemas.tables import CHECK_INPUT, REJECTED, TRANSLATIONS
from synthcode.stages.gate import CheckConfig, check, reject_all

SOURCE = "def add_all(numbers):\n    total = 0\n    for number in numbers:\n        total += number\n    return total\n"
JAVA = "class A {\n    static int addAll(int[] numbers) {\n        int total = 0;\n        return total;\n    }\n}"
JAVASCRIPT = "function addAll(numbers) {\n  return numbers.reduce((a, b) => a + b, 0);\n}"


def batch(*answers: dict[str, Any]) -> pa.Table:
    base: dict[str, Any] = dict.fromkeys(CHECK_INPUT.names, "x") | {"sample_index": 0, "finish_reason": "stop"}
    base |= {"source_language": "python", "source_code": SOURCE, "target_language": "java"}
    return pa.Table.from_pylist([base | answer for answer in answers], schema=CHECK_INPUT)


def verdict(text: str, **columns: Any) -> str:
    """The reason, or ``kept:`` and the code."""
    kept, rejected = check(batch({"text": text, **columns}), CheckConfig())
    assert kept.schema == TRANSLATIONS
    assert rejected.schema == REJECTED
    assert kept.num_rows + rejected.num_rows == 1
    return f"kept:{kept['code'][0]}" if kept.num_rows else rejected["reason"][0].as_py()


@pytest.mark.parametrize(
    "text",
    [
        f"```java\n{JAVA}\n```",
        f"Here is the Java version:\n\n```java\n{JAVA}\n```\n\nIt adds all numbers.",
        f"```\n{JAVA}\n```",
        f"```JAVA\n{JAVA}\n```",
        f"```c\n{JAVA}\n```",
        JAVA,
        f"<think>A loop.</think>\n```java\n{JAVA}\n```",
        f"```python\n{SOURCE}```\nbecomes\n```java\n{JAVA}\n```",
        f"```java\n{JAVA}\n```\nUse it so:\n```java\nA.addAll(new int[] {{1}});\n```",
        f"```java\nA.addAll(new int[] {{1}});\n```\nwith\n```java\n{JAVA}\n```",
    ],
)
def test_the_code_is_found_and_comes_out_whole(text: str) -> None:
    assert verdict(text) == f"kept:{JAVA}"


@pytest.mark.parametrize(
    ("text", "reason", "columns"),
    [
        ("", "empty", {}),
        ("<think>Nothing to say.</think>", "empty", {}),
        ("I'm sorry, but I can't help with translating this code.", "refusal", {}),
        ("I cannot translate this one.", "refusal", {}),
        ("This function walks the input once and returns the result.", "no_code", {}),
        ("```java\n```", "no_code", {}),
        (f"```java\n{JAVA[:60]}", "truncated", {"finish_reason": "length"}),
        ("<think>The source", "truncated", {"finish_reason": "length"}),
        (JAVA[:60], "truncated", {"finish_reason": "length"}),
        (f"```java\n{JAVA[:60]}\n```", "syntax_error", {}),
        (f"```python\n{SOURCE}```", "unchanged", {}),
        (f"```java\n{SOURCE}```", "unchanged", {}),
        (f"```\n{SOURCE}\n# done\n```", "unchanged", {}),
        (f"```javascript\n{JAVASCRIPT}\n```", "wrong_language", {}),
        (f"```\n{JAVASCRIPT}\n```", "wrong_language", {}),
        (f"```java\n{JAVA}\n```", "wrong_language", {"target_language": "ruby"}),
        ("```java\nimport java.util.List;\n```", "no_definition", {}),
        (f"```java\n{JAVA + ' ' * 100_000}\n```", "too_long", {}),
    ],
)
def test_reasons(text: str, reason: str, columns: dict[str, Any]) -> None:
    assert verdict(text, **columns) == reason


def test_javascript_is_typescript_unless_it_is_the_source_itself() -> None:
    columns = {"source_language": "javascript", "target_language": "typescript", "source_code": JAVASCRIPT}
    assert verdict(f"```ts\n{JAVASCRIPT}\n```", **columns) == "unchanged"
    typed = JAVASCRIPT.replace("numbers)", "numbers: number[])")
    assert verdict(f"```ts\n{typed}\n```", **columns) == f"kept:{typed}"


def test_a_batch_that_no_worker_survives_is_rejected_row_by_row() -> None:
    kept, rejected = reject_all(batch({"text": "a"}, {"text": "b"}), "parser_crash", "the parser died on it")
    assert kept.num_rows == 0
    assert rejected["reason"].to_pylist() == ["parser_crash"] * 2


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "text": st.one_of(st.text(), st.text().map(lambda text: f"```java\n{text}\n```"), st.just(JAVA)),
                "target_language": st.sampled_from([name for name in LANGUAGES if name != "python"]),
                "finish_reason": st.sampled_from(["stop", "length", None]),
            }
        )
    )
)
def test_every_row_comes_out_once(answers: list[dict[str, Any]]) -> None:
    kept, rejected = check(batch(*answers), CheckConfig())
    assert kept.num_rows + rejected.num_rows == len(answers)
    assert all(rejected["reason"].to_pylist())


def test_python_handed_back_is_never_a_translation(shared_data: Path) -> None:
    with gzip.open(shared_data / "mbxp" / "mbpp_release_v1.jsonl.gz", "rt", encoding="utf-8") as lines:
        programs = [row["prompt"] + row["canonical_solution"] for row in map(json.loads, lines)]
    answers = [
        {"source_code": code, "text": f"```{target}\n{code}\n```", "target_language": target}
        for code in programs
        for target in LANGUAGES
        if target != "python"
    ]
    split: Split = check(batch(*answers), CheckConfig())
    assert len(answers) == 974 * 11
    assert split.kept.num_rows == 0
    assert set(split.rejected["reason"].to_pylist()) == {"unchanged"}


def test_each_kind_of_noise_ends_under_its_own_reason(shared_data: Path, shared_tools: Path) -> None:
    spec = importlib.util.spec_from_file_location("replay_llm_server", shared_tools / "replay_llm_server.py")
    assert spec is not None
    assert spec.loader is not None
    server = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(server)
    expected = dict(
        zip(server.NOISE, ("refusal", "no_code", "unchanged", "truncated", "empty", "syntax_error"), strict=True)
    )
    with gzip.open(shared_data / "mbxp" / "mbjsp_release_v1.2.jsonl.gz", "rt", encoding="utf-8") as lines:
        programs = [r["prompt"] + r["canonical_solution"] for r in map(json.loads, lines) if r["canonical_solution"]]
    answers: list[dict[str, Any]] = []
    for code in programs[:300]:
        for kind in server.NOISE:
            text, finish_reason = server.spoil(kind, code.strip(), SOURCE)
            columns = {"finish_reason": finish_reason, "target_language": "javascript", "seed_id": kind}
            answers.append({"text": text, **columns})
    kept, rejected = check(batch(*answers), CheckConfig())
    found = Counter(zip(rejected["seed_id"].to_pylist(), rejected["reason"].to_pylist(), strict=True))
    right = sum(count for (kind, reason), count in found.items() if expected[kind] == reason)
    assert right + kept.num_rows >= 0.99 * len(answers), found
    assert set(kept["seed_id"].to_pylist()) <= {"broken"}  # some programs stand the loss of a bracket
    assert kept.num_rows <= 0.02 * len(answers)
