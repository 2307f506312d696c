from __future__ import annotations

import gzip
import json
import pickle
import time
from collections import Counter
from functools import partial
from typing import Any

import pyarrow as pa
import pytest

from synthcode.comments import strip
from synthcode.gate import gate
from synthcode.gate.config import CheckConfig
from synthcode.gate.gate import check, reject_all
from synthcode.languages import LANGUAGES
from synthcode.schemas.records import Rejection
from synthcode.schemas.tables import CHECK_INPUT, REJECTED, TRANSLATIONS
from tests.support.loopback.recorded_programs import MBXP, NOISE, Library, spoil

SOURCE = "def add_all(numbers):\n    total = 0\n    for number in numbers:\n        total += number\n    return total\n"
JAVA = "class A {\n    static int addAll(int[] numbers) {\n        int total = 0;\n        return total;\n    }\n}"
JAVASCRIPT = "function addAll(numbers) {\n  return numbers.reduce((a, b) => a + b, 0);\n}"
HELPER = "class B {\n    static int add(int a, int b) { return a + b; }\n}"
USING = "class A {\n    static int addAll(int[] numbers) { return B.add(numbers[0], 1); }\n}"
MAIN = "class Main {\n    public static void main(String[] args) { A.addAll(new int[] {1}); }\n}"


def batch(*answers: dict[str, Any]) -> pa.Table:
    base: dict[str, Any] = dict.fromkeys(CHECK_INPUT.names, "x") | {"sample_index": 0, "finish_reason": "stop"}
    base |= {"source_language": "python", "source_code": SOURCE, "entry_point": None, "target_language": "java"}
    return pa.Table.from_pylist([base | answer for answer in answers], schema=CHECK_INPUT)


def verdict(text: str, config: CheckConfig | None = None, **columns: Any) -> str:
    """The reason, or ``kept:`` and the code."""
    kept, rejected = check(batch({"text": text, **columns}), config or CheckConfig())
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
        f"```python\n{JAVA}\n```",
        JAVA,
        f"<think>A loop.</think>\n```java\n{JAVA}\n```",
        f"```python\n{SOURCE}```\nbecomes\n```java\n{JAVA}\n```",
        f"```\n{SOURCE}```\nbecomes\n```\n{JAVA}\n```",
        f"```java\n{JAVA}\n```\nUse it so:\n```java\nA.addAll(new int[] {{1}});\n```",
        f"```java\n{JAVA}\n```\nUse it so:\n```java\n{MAIN}\n```",
        f"Use it so:\n```java\n{MAIN}\n```\nIt is:\n```java\n{JAVA}\n```",
        f"```java\nA.addAll(new int[] {{1}});\n```\nwith\n```java\n{JAVA}\n```",
        f"Use it so:\n```java\n{MAIN}\n```\nIt is:\n```\n{JAVA}\n```",
        f"```java\n{JAVA}\n```\nor\n```java\n{JAVA.replace('0', '1')}\n```",
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
        ("```java\n// I'm sorry, I can't translate this.\n```", "refusal", {}),
        ("This function walks the input once and returns the result.", "no_code", {}),
        ("```java\n```", "no_code", {}),
        (f"```java\n{JAVA[:60]}", "truncated", {"finish_reason": "length"}),
        (f"```java\n{JAVA}", "truncated", {"finish_reason": "length"}),
        (f"```java\n{JAVA[:60]}\n```\nThis", "truncated", {"finish_reason": "length"}),
        ("<think>The source", "truncated", {"finish_reason": "length"}),
        (JAVA[:60], "truncated", {"finish_reason": "length"}),
        (f"```java\n{JAVA[:60]}\n```", "syntax_error", {}),
        (f"```java\n{JAVA}\n\nThis class adds numbers up.\n```", "syntax_error", {}),
        (f"```python\n{SOURCE}```", "unchanged", {}),
        (f"```java\n{SOURCE}```", "unchanged", {}),
        (f"```\n{SOURCE}\n# done\n```", "unchanged", {}),
        ("```python\n" + SOURCE.replace("\n", "  # so we add the next of the numbers up\n") + "```", "unchanged", {}),
        (f"```javascript\n{JAVASCRIPT}\n```", "wrong_language", {}),
        (f"```\n{JAVASCRIPT}\n```", "wrong_language", {}),
        (f"```java\n{JAVASCRIPT}\n```", "wrong_language", {}),
        (f"```java\n{JAVA}\n```", "wrong_language", {"target_language": "ruby"}),
        ("```c\nint f(int x) {\n    return x;\n}\n```", "wrong_language", {"target_language": "csharp"}),
        ("```java\nimport java.util.List;\n```", "no_definition", {}),
        ("```java\nString x = A.addAll(new int[] {1});\n```", "no_definition", {}),
        (f"```java\n{JAVA}\n{'// more' * 20_000}\n```", "too_long", {}),
        ("x" * 10_000_000, "too_long", {}),
        (f"```java\n{'List<' * 15_000}\n```", "repetitive", {}),
        (f"```java\n{JAVA.replace('0', '(' * 500 + '0' + ')' * 500)}\n```", "too_deep", {}),
        (f"```java\n{JAVA.replace('0', chr(0))}\n```", "syntax_error", {}),
        (f"```java\n{USING}\n```\nwith\n```java\n{HELPER}\n```", "split", {}),
        (f"```java\n{HELPER}\n```\nand\n```java\n{USING}\n```", "split", {}),
    ],
)
def test_reasons(text: str, reason: str, columns: dict[str, Any]) -> None:
    started = time.process_time()
    assert verdict(text, **columns) == reason
    assert time.process_time() - started < 5


def test_an_answer_that_was_cut_off_behind_its_code_is_whole() -> None:
    text = f"```java\n{JAVA}\n```\nThis class has one met"
    assert verdict(text, finish_reason="length") == f"kept:{JAVA}"


def test_the_source_repeated_does_not_hide_why_the_translation_is_none() -> None:
    assert verdict(f"```python\n{SOURCE}```\nbecomes\n```java\n{JAVA[:60]}\n```") == "syntax_error"
    assert verdict(f"```\n{SOURCE}```\nbecomes\n```\n{JAVA[:60]}\n```") == "syntax_error"


def test_another_languages_block_does_not_hide_why_the_targets_is_none() -> None:
    text = f"```ts\n{JAVASCRIPT[:-2]}\n```\nor in plain JavaScript\n```js\n{JAVASCRIPT}\n```"
    assert verdict(text, target_language="typescript") == "syntax_error"


def test_a_parser_is_given_its_time_once_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    judged = []

    def too_slow(code: str, *_: object) -> Rejection:
        judged.append(code)
        return Rejection("parse_timeout", "")

    monkeypatch.setattr(gate, "diagnose_program", too_slow)
    assert verdict(f"```java\n{JAVA}\n```\n```java\n{JAVA}\n```") == "parse_timeout"
    assert judged == [JAVA]


def test_of_two_definitions_the_entry_points_is_the_translation() -> None:
    text = f"```java\n{HELPER}\n```\nand\n```java\n{JAVA}\n```"
    assert verdict(text) == f"kept:{JAVA}"
    assert verdict(text, source_code="x = 1", entry_point="add_all") == f"kept:{JAVA}"
    assert verdict(text, source_code="x = 1", entry_point="add") == f"kept:{HELPER}"


@pytest.mark.parametrize("tag", ["ts", "", "typescript"])
def test_javascript_is_typescript_unless_it_is_the_source_itself(tag: str) -> None:
    columns = {"source_language": "javascript", "target_language": "typescript", "source_code": JAVASCRIPT}
    assert verdict(f"```{tag}\n{JAVASCRIPT}\n```", **columns) == "unchanged"
    laid_out_otherwise = JAVASCRIPT.replace(";", "").replace("  ", "\t").replace("{\n", "{ // add\n")
    assert verdict(f"```{tag}\n{laid_out_otherwise}\n```", **columns) == "unchanged"
    typed = JAVASCRIPT.replace("numbers)", "numbers: number[])")
    assert verdict(f"```{tag}\n{typed}\n```", **columns) == f"kept:{typed}"
    other = JAVASCRIPT.replace("0)", "0.0)")
    assert verdict(f"```{tag}\n{other}\n```", **columns) == f"kept:{other}"
    assert verdict(f"```js\n{other}\n```", **columns) == "wrong_language"


def test_c_is_cpp_unless_it_is_the_source_itself() -> None:
    code = "int add(int a, int b) {\n    return a + b;\n}"
    columns = {"source_language": "c", "target_language": "cpp", "source_code": code}
    assert verdict(f"```cpp\n{code}\n```", **columns) == "unchanged"
    assert verdict(f"```cpp\nconstexpr {code}\n```", **columns) == f"kept:constexpr {code}"


def test_what_counts_as_unchanged_and_as_long_is_for_the_recipe_to_say() -> None:
    assert verdict(JAVA, CheckConfig(unchanged_similarity=0.01)) == "unchanged"
    assert verdict(JAVA, CheckConfig(max_chars=50)) == "too_long"
    assert verdict(f"{JAVA}\n```\nIt adds.", CheckConfig(prefilled=True)) == f"kept:{JAVA}"


def test_a_row_has_its_code_and_why_it_is_rejected() -> None:
    kept, rejected = check(batch({"text": f"```java\n{JAVA}\n```"}, {"text": JAVA[:-1]}, {"text": ""}), CheckConfig())
    assert kept.select(["code", "n_chars"]).to_pylist() == [{"code": JAVA, "n_chars": len(JAVA)}]
    assert rejected.select(["code", "n_chars", "reason", "detail"]).to_pylist() == [
        {
            "code": JAVA[:-2],
            "n_chars": len(JAVA) - 2,
            "reason": "syntax_error",
            "detail": "line 5: a '}' is missing at the end",
        },
        {"code": None, "n_chars": None, "reason": "empty", "detail": "nothing was answered"},
    ]


def test_the_stage_goes_to_other_processes() -> None:
    function = pickle.loads(pickle.dumps(partial(check, config=CheckConfig())))  # noqa: S301
    assert function(batch({"text": JAVA})).kept.num_rows == 1


def test_a_batch_that_no_worker_survives_is_rejected_row_by_row() -> None:
    kept, rejected = reject_all(batch({"text": "a"}, {"text": "b"}), "parser_crash", "the parser died on it")
    assert kept.num_rows == 0
    assert rejected["reason"].to_pylist() == ["parser_crash"] * 2


def test_python_handed_back_is_never_a_translation() -> None:
    with gzip.open(MBXP / "mbpp_release_v1.jsonl.gz", "rt", encoding="utf-8") as lines:
        programs = [row["prompt"] + row["canonical_solution"] for row in map(json.loads, lines)]
    targets = [name for name in LANGUAGES if name != "python"]
    handed_back = [
        {"source_code": code, "text": f"```{target}\n{code}\n```", "target_language": target}
        for code in programs
        for target in targets
    ]
    kept, rejected = check(batch(*handed_back), CheckConfig())
    assert rejected.num_rows == 200 * 11
    assert set(rejected["reason"].to_pylist()) == {"unchanged"}
    other = [answer | {"source_code": SOURCE} for answer in handed_back[:: len(targets) + 1]]
    kept, rejected = check(batch(*other), CheckConfig())
    assert kept.num_rows == 0
    assert Counter(rejected["reason"].to_pylist())["wrong_language"] >= rejected.num_rows - 2  # two are not Python


def test_each_kind_of_noise_ends_under_its_own_reason() -> None:
    expected = dict(zip(NOISE, ("refusal", "no_code", "unchanged", "truncated", "empty", "syntax_error"), strict=True))
    answers: list[dict[str, Any]] = []
    programs = sorted(Library().answers.items())
    for place, ((_, language), code) in enumerate(programs):
        if place % 2 == 0:
            kind = NOISE[place // 2 % len(NOISE)]
            text, finish_reason = spoil(kind, code, SOURCE)
            row = {"target_language": language, "seed_id": kind, "request_id": str(place)}
            answers.append(row | {"text": text, "finish_reason": finish_reason})
    assert len(answers) == 819  # every second of 1,445 solutions and 193 recorded Go programs
    kept, rejected = check(batch(*answers), CheckConfig())
    found = Counter(zip(rejected["seed_id"].to_pylist(), rejected["reason"].to_pylist(), strict=True))
    assert set(found) == set(expected.items())
    assert set(kept["seed_id"].to_pylist()) == {"broken"}
    for row in kept.to_pylist():  # the brackets were those of a comment
        (_, language), code = programs[int(row["request_id"])]
        assert strip(row["code"], LANGUAGES[language]) == strip(code, LANGUAGES[language])
