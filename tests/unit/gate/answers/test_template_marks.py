"""The last tokens of all families of models, and the turns that models make up after them."""

from __future__ import annotations

import pytest

from synthcode.gate.answers.extraction import extract
from synthcode.gate.answers.template_marks import without_marks
from synthcode.languages import get_language

JAVA, PYTHON = get_language("java"), get_language("python")
CODE = "class Sum {\n    static int sum(int a, int b) {\n        return a + b;\n    }\n}"
FENCED = f"```java\n{CODE}\n```"
MADE_UP = "```java\nclass MadeUp { static int sum() { return 0; } }\n```"

TURNS = {
    "ChatML": ("<|im_end|>", "\n<|im_start|>user\n"),
    "GPT-2": ("<|endoftext|>", "<|endoftext|>"),
    "Llama 2": ("</s>", "<s>[INST] "),
    "Llama 3": ("<|eot_id|>", "<|start_header_id|>user<|end_header_id|>\n\n"),
    "Llama, reserved": ("<|reserved_special_token_12|>", "<|reserved_special_token_7|>"),
    "Code Llama": (" <EOT>", "\n<s>[INST] "),
    "DeepSeek": ("<｜end▁of▁sentence｜>", "<｜User｜>"),
    "DeepSeek Coder": ("<|EOT|>", "\n<|User|>"),
    "Cohere": ("<|END_OF_TURN_TOKEN|>", "<|START_OF_TURN_TOKEN|><|USER_TOKEN|>"),
    "Gemma": ("<end_of_turn>", "\n<start_of_turn>user\n"),
    "Gemma 4": ("<turn|>", "\n<|turn>user\n"),
    "Phi": ("<|end|>", "\n<|user|>\n"),
    "EXAONE": ("[|endofturn|]", "\n[|user|]"),
    "GLM": ("<|user|>", "\n"),
    "Granite": ("<|end_of_text|>", "\n<|start_of_role|>user<|end_of_role|>"),
    "MiniMax": ("[e~[", "\n]~b]user\n"),
    "Kimi": ("<|im_end|>", "<|im_user|>user<|im_middle|>"),
    "InternLM": ("<eoa>", "\n<|User|>:"),
    "harmony": ("<|return|>", "<|start|>user<|message|>"),
    "StarCoder": ("<|endoftext|>", "<file_sep>"),
    "Nemotron": ("<SPECIAL_12>", "\n<SPECIAL_11>User\n"),
    "Hunyuan": ("<｜hy_place▁holder▁no▁2｜>", "<｜hy_User｜>"),
}


@pytest.mark.parametrize(("end", "turn"), TURNS.values(), ids=TURNS)
@pytest.mark.parametrize("answer", [FENCED, CODE, f"{FENCED}\n\nIt adds them.", f"```java\n{CODE}"])
@pytest.mark.parametrize("line", ["", "\n"])
def test_what_follows_the_end_is_made_up(answer: str, line: str, end: str, turn: str) -> None:
    for text in (f"{answer}{line}{end}", f"{answer}{line}{end}{turn}Once more:\n{MADE_UP}"):
        found = extract(text, JAVA, PYTHON, "length")
        assert [(block.code, block.complete) for block in found.blocks] == [(CODE, True)]


@pytest.mark.parametrize(
    "rest",
    [
        "</s>USER: And in Go?\n" + MADE_UP,
        "<|endoftext|>Q: What else?\n" + MADE_UP,
        "<｜end▁of▁sentence｜>And now something else.\n" + MADE_UP,
        "<|im_end|>user\nMore\n" + MADE_UP,
    ],
)
def test_the_made_up_turn_may_begin_on_the_same_line(rest: str) -> None:
    for answer in (FENCED, CODE):
        assert [block.code for block in extract(answer + rest, JAVA, PYTHON, "length").blocks] == [CODE]


@pytest.mark.parametrize(
    ("prompt", "reply"),
    [
        ("<|im_start|>system\nTranslate.<|im_end|>\n<|im_start|>user\n{}<|im_end|>\n", "<|im_start|>assistant\n"),
        ("<s>[INST] {} [/INST]", " "),
        ("<｜begin▁of▁sentence｜><｜User｜>{}", "<｜Assistant｜>"),
        (
            "<|start_header_id|>user<|end_header_id|>\n\n{}<|eot_id|>",
            "<|start_header_id|>assistant<|end_header_id|>\n\n",
        ),
        ("<start_of_turn>user\n{}<end_of_turn>\n", "<start_of_turn>model\n"),
        ("<|START_OF_TURN_TOKEN|><|USER_TOKEN|>{}<|END_OF_TURN_TOKEN|>", "<|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>"),
    ],
)
def test_a_prompt_that_was_given_back(prompt: str, reply: str) -> None:
    source = "Translate to Java:\n```python\ndef sum(a, b):\n    return a + b\n```"
    for answer in (FENCED, CODE):
        assert [
            block.code for block in extract(prompt.format(source) + reply + answer, JAVA, PYTHON, "stop").blocks
        ] == [CODE]


STARTS = (
    "<|im_start|>assistant\n",
    "<|start_header_id|>assistant<|end_header_id|>\n\n",
    "<s>[INST] [/INST]",
    "[/INST]\n",
    "<|assistant|>\n",
    "<start_of_turn>model\n",
    "<|turn>model\n",
    "<｜begin▁of▁sentence｜><｜Assistant｜>",
    "<|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>",
    "<|start|>assistant<|message|>",
    "[|assistant|]\n",
    "[gMASK]<sop><|assistant|>\n",
    "Of course.<|im_end|>\n<|im_start|>assistant\n",
    "<|begin_of_box|>",
)


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("answer", [FENCED, CODE])
def test_marks_before_an_answer(start: str, answer: str) -> None:
    assert extract(start + answer, JAVA, PYTHON, "stop").code == CODE


def test_an_answer_between_marks() -> None:
    for name in ("box", "solution"):
        text = f"The class is\n<|begin_of_{name}|>{FENCED}<|end_of_{name}|> as above:\n{MADE_UP}"
        assert [block.code for block in extract(text, JAVA, PYTHON, "stop").blocks] == [CODE]


@pytest.mark.parametrize("turn", ["User: And in Java?\n", "Human: More\n", "### Instruction:\nAgain\n"])
def test_a_turn_of_the_user_in_words(turn: str) -> None:
    text = f"{FENCED}\n\n{turn}{MADE_UP}"
    assert [block.code for block in extract(text, JAVA, PYTHON, "length").blocks] == [CODE]
    echoed = f"{turn}```python\nx = 1\n```\n### Response:\n{FENCED}"
    assert extract(echoed, JAVA, PYTHON, "stop").code == CODE


@pytest.mark.parametrize(
    "call",
    [
        '<｜DSML｜function_calls>\n<｜DSML｜invoke name="run">\n<｜DSML｜parameter name="code" string="true">',
        '<tool_call>\n{"name": "run", "arguments": {"code": "class Draft {}"}}\n</tool_call>',
        "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>run",
        '<|START_ACTION|>[{"tool_name": "run"}]<|END_ACTION|>',
        '[TOOL_CALLS][{"name": "run"}]',
        "<function_calls>\n<invoke>",
    ],
)
def test_the_call_of_a_tool_is_no_answer(call: str) -> None:
    found = extract(call, JAVA, PYTHON, "stop")
    assert (found.reason, found.detail) == ("empty", "the model called a tool instead of answering")
    assert extract(f"{FENCED}\n\n{call}", JAVA, PYTHON, "stop").code == CODE


@pytest.mark.parametrize(
    "code",
    [
        'END = "<|im_end|>"\n\n\ndef ends(text):\n    return text.endswith(END)',
        'def prompt(text):\n    return f"""<|im_start|>user\n{text}<|im_end|>\n<|im_start|>assistant\n"""',
        "def ends(text):\n    # the last token is <|im_end|>\n    return text.endswith('<|im_end|>')",
        "def ends(text):\n    return text.split('</s>')[0]",
    ],
)
def test_marks_in_programs_stay(code: str) -> None:
    for text in (code, f"```python\n{code}\n```", f"```python\n{code}\n```<|im_end|>"):
        assert extract(text, PYTHON, JAVA, "stop").code == code


def test_a_refusal_keeps_its_words() -> None:
    assert without_marks("I cannot do that.<|im_end|>").text == "I cannot do that."
    assert extract("I cannot do that.<|im_end|>", JAVA, PYTHON, "stop").reason == "refusal"
    assert extract(f"Hm.<|im_end|>\n<|im_start|>user\nSo:\n{MADE_UP}", JAVA, PYTHON, "stop").reason == "no_code"
