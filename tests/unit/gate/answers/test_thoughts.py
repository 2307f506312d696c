"""Reasoning is never taken for the answer, whatever the family of models marks it with."""

from __future__ import annotations

import pytest

from synthcode.gate.answers.extraction import extract
from synthcode.gate.answers.thoughts import without_thoughts
from synthcode.languages import get_language

JAVA, PYTHON = get_language("java"), get_language("python")
CODE = "class Sum {\n    static int sum(int a, int b) {\n        return a + b;\n    }\n}"
ANSWER = f"```java\n{CODE}\n```"
DRAFT = "Perhaps\n```java\nclass Draft { static int sum() { return 0; } }\n```\nNo, that is wrong.\n"

MARKS = {
    "DeepSeek, Qwen, GLM, Nemotron, MiniMax": ("<think>\n", "</think>\n\n"),
    "several": ("<thinking>", "</thinking>\n"),
    "EXAONE Deep": ("<thought>\n", "</thought>\n"),
    "Olmo, prompts": ("<reasoning>\n", "\n</reasoning>\n"),
    "Claude, prompts": ("<antThinking>", "</antThinking>\n"),
    "LongCat": ("<longcat_think>", "</longcat_think>\n"),
    "an inner monologue": ("<internal_monologue>\n", "\n</internal_monologue>\n"),
    "a chain of thought": ("<chain_of_thought>", "</chain_of_thought>\n"),
    "a thought process": ("<thought_process>\n", "</thought_process>\n"),
    "a plan": ("<plan>\n", "\n</plan>\n"),
    "a critique": ("<critique>", "</critique>\n"),
    "an abbreviation": ("<cot>", "</cot>\n"),
    "Reflection": ("<reflection>", "</reflection>\n"),
    "Magistral": ("[THINK]", "[/THINK]"),
    "Seed": ("<seed:think>", "</seed:think>"),
    "MiniMax M3": ("<mm:think>", "</mm:think>"),
    "Kimi": ("◁think▷", "◁/think▷"),
    "Cohere": ("<|START_THINKING|>", "<|END_THINKING|><|START_RESPONSE|>"),
    "OpenThinker": ("<|begin_of_thought|>\n", "<|end_of_thought|>\n\n<|begin_of_solution|>\n"),
    "DeepSeek, full width": ("<｜begin▁of▁thinking｜>", "<｜end▁of▁thinking｜>"),
    "a bar on either side": ("<|think_start|>", "<|think_end|>"),
    "Gemma 4": ("<|channel>thought\n", "<channel|>"),
    "Apertus": ("<|inner_prefix|>", "<|inner_suffix|>"),
    "MedGemma": ("<unused94>thought\n", "<unused95>"),
    "openPangu": ("[unused16]", "[unused17]"),
    "Granite": ("Here is my thought process:\n", "\nHere is my response:\n"),
    "Apriel": ("Here are my reasoning steps:\n", "\n[BEGIN FINAL RESPONSE]\n"),
    "Solar": ("<|begin|>assistant<|think|>", "<|end|><|begin|>assistant<|content|>"),
    "Inkling": ("<|content_thinking|>", "<|end_message|><|content_text|>"),
    "harmony": ("<|channel|>analysis<|message|>", "<|end|><|start|>assistant<|channel|>final<|message|>"),
    "harmony, no final channel": ("<|channel|>analysis<|message|>", "<|end|>"),
    "harmony, no channel": ("<|channel|>analysis<|message|>", "<|end|><|start|>assistant<|message|>"),
    "harmony, a comment first": (
        "<|channel|>analysis<|message|>",
        "<|end|><|start|>assistant<|channel|>commentary<|message|>I write it now.<|end|>"
        "<|start|>assistant<|channel|>final<|message|>",
    ),
    "harmony, constrained": (
        "<|channel|>analysis<|message|>",
        "<|end|><|start|>assistant<|channel|>final <|constrain|>markdown<|message|>",
    ),
    "harmony, marks dropped": ("analysisWe need Java. ", "assistantfinal"),
}


@pytest.mark.parametrize(("opening", "closing"), MARKS.values(), ids=MARKS)
@pytest.mark.parametrize("answer", [ANSWER, CODE], ids=["fenced", "bare"])
def test_the_answer_after_a_thought(opening: str, closing: str, answer: str) -> None:
    found = extract(f"{opening}{DRAFT}{closing}{answer}", JAVA, PYTHON, "stop")
    assert [block.code for block in found.blocks] == [CODE]


@pytest.mark.parametrize(("opening", "_closing"), MARKS.values(), ids=MARKS)
@pytest.mark.parametrize("finish_reason", ["stop", "length"])
def test_an_unfinished_thought_is_no_answer(opening: str, _closing: str, finish_reason: str) -> None:
    found = extract(opening + DRAFT, JAVA, PYTHON, finish_reason)
    assert (found.blocks, found.reason) == ((), "truncated")


@pytest.mark.parametrize(
    "text",
    [
        f"{DRAFT}</think>\n{ANSWER}",
        f"{DRAFT}[/THINK]{ANSWER}",
        f"{DRAFT}\n◁/think▷{ANSWER}",
        f"{DRAFT}</seed:think>{ANSWER}",
        f"{DRAFT}<|END_THINKING|>{ANSWER}",
        f"thought\n{DRAFT}<channel|>{ANSWER}",
        f"{DRAFT}<|end|><|start|>assistant<|channel|>final<|message|>{ANSWER}",
    ],
)
def test_the_prompt_may_have_opened_the_thought(text: str) -> None:
    assert extract(text, JAVA, PYTHON, "stop").code == CODE


@pytest.mark.parametrize(
    "text",
    [
        f"Let me see.\n<think>\n{DRAFT}</think>\n{ANSWER}",
        f"<think>{DRAFT}</think>\n<think>{DRAFT}</think>\n{ANSWER}",
        f"<think></think>{ANSWER}",
        f"<think>\nI close it with </thinking>.\n{DRAFT}</think>\n{ANSWER}".replace("</thinking>", "a tag"),
        f"{ANSWER}\n<think>\n{DRAFT}",
        f"<|channel>thought\n<channel|>{ANSWER}<turn|>",
        f"<|channel|>analysis to=functions.run<|message|>{DRAFT}<|call|>"
        f"<|start|>assistant<|channel|>final<|message|>{ANSWER}<|return|>",
        f"<|channel|>final<|message|>{ANSWER}<|return|><|start|>user<|message|>And?<|end|>"
        f"<|start|>assistant<|channel|>final<|message|>{DRAFT}",
        f"<|channel|>commentary<|message|>{ANSWER}<|end|>",
        f'<details type="reasoning" done="true">\n<summary>6 seconds</summary>\n\n{DRAFT}\n</details>\n\n{ANSWER}',
        f"<details>\n<summary>Thought for 6 seconds</summary>\n{DRAFT}\n</details>\n{ANSWER}",
        f"{ANSWER}\n<details><summary>Example</summary>\n\n{DRAFT}\n</details>",
    ],
)
def test_thoughts_at_other_places(text: str) -> None:
    assert extract(text, JAVA, PYTHON, "stop").code == CODE


@pytest.mark.parametrize(
    "text",
    [
        f"<think>{DRAFT}</think>",
        f"<|channel|>analysis<|message|>{DRAFT}<|end|>",
        f"<|channel|>analysis<|message|>{DRAFT}<|end|><|start|>assistant<|channel|>commentary to=functions.run "
        f"<|constrain|>json<|message|>{{}}<|call|>",
    ],
)
def test_a_finished_thought_without_an_answer(text: str) -> None:
    found = extract(text, JAVA, PYTHON, "stop")
    assert (found.blocks, found.reason, found.detail) == ((), "empty", "there are thoughts, and no answer")


def test_marks_in_code_are_code() -> None:
    code = 'def close(text):\n    """End a thought.\n\n    <think>\n    """\n    return text + "</think>"'
    assert without_thoughts(f"```python\n{code}\n```").text == f"```python\n{code}\n```"
    assert without_thoughts(code).text == code
