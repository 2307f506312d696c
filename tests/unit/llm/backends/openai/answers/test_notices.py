from __future__ import annotations

from synthcode.llm.backends.openai.answers.notices import Notices
from synthcode.schemas.records import Message

CODE = "def f(value):\n    return value + 1\n" * 20
"""640 bytes without white space."""


def look(request_of, completion_of, *prompts, **changes):
    notices = Notices()
    for text, tokens in prompts:
        request = request_of(messages=(Message("user", text),))
        notices.look(request, completion_of(prompt_tokens=tokens, **changes))
    return notices.found


def test_prompts_that_the_server_cut_are_noticed_once(request_of, completion_of):
    (notice,) = look(request_of, completion_of, (CODE, 26), (CODE, 26))
    assert "26 tokens" in notice
    assert "num_ctx for Ollama" in notice


def test_prompts_that_a_tokenizer_may_have_made_are_not(request_of, completion_of):
    white = "x" + " " * 5000
    assert look(request_of, completion_of, (CODE, 200), (white, 90), ("short", 1), (CODE, None), (CODE, 0)) == ()


def test_one_round_count_for_all_prompts_is_noticed(request_of, completion_of):
    prompts = [(CODE + "y" * number, 512) for number in range(8)]
    (notice,) = look(request_of, completion_of, *prompts)
    assert "512 tokens for every prompt" in notice
    assert look(request_of, completion_of, *prompts[:7]) == ()
    assert look(request_of, completion_of, *[(text, 500) for text, _ in prompts]) == ()
    assert look(request_of, completion_of, (CODE, 511), *prompts) == ()
    assert look(request_of, completion_of, *[(CODE, 512)] * 9) == ()


def test_answers_among_the_thoughts_are_noticed_once(request_of, completion_of):
    failed = {"text": None, "error": "answer_in_reasoning: the answer is in reasoning_content"}
    (notice,) = look(request_of, completion_of, (CODE, 300), (CODE, 300), **failed)
    assert "--reasoning-parser" in notice
