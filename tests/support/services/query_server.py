"""A model that writes queries: an answer for each style, from the number that stands in a text."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from synthcode.pipelines.main import run_cli
from tests.support.services.chat_server import Answer, Asked, ChatServer, Reply, completion

USAGE = {"prompt_tokens": 50, "completion_tokens": 10}


def style_of(asked: Asked) -> str:
    """Return the style that is requested, empty for a translation."""
    line = asked.prompt.strip().splitlines()[-1]
    styles = {"keywords": "keyword", "one question": "question", "one sentence": "paraphrase"}
    return next((style for words, style in styles.items() if line.startswith(f"Style: {words}")), "")


def number_in(asked: Asked) -> str:
    """Return the number in the text ``Add 7.``."""
    found = re.search(r"Add (\d+)\.", asked.prompt)
    assert found is not None
    return found[1]


def written(style: str, number: str) -> str:
    """Return a sound query."""
    return {
        "keyword": f"sum arguments constant {number}",
        "question": f"How can both operands be summed with the offset {number}?",
        "paraphrase": f"Returns what two values make together, increased by {number}",
    }[style]


def queries_of(answer: Callable[[str, str], str] = written, before: Callable[[Asked], None] | None = None) -> Answer:
    """Answers by style and number."""

    def reply(asked: Asked) -> Reply:
        if before is not None:
            before(asked)
        return Reply(completion(answer(style_of(asked), number_in(asked)), usage=USAGE))

    return reply


def request_queries(run: Path, server: ChatServer, *options: str) -> int:
    """Run ``synthcode queries``; return its exit code."""
    return run_cli(["queries", str(run), "--base-url", server.base_url, "--model", "m", *options])
