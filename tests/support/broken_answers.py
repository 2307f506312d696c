"""A model whose first translations are broken, and whose repairs are right."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection

from tests.support.chat_server import Answer, Asked, Reply, completion

FAILED = "translation failed"
"""The bundled repair prompt says so, and no other."""
USAGE = {"prompt_tokens": 100, "completion_tokens": 20}


def javascript(number: str, *, is_broken: bool = False) -> str:
    """The translation of ``add_NUMBER`` of ``seeded_run``; without its last brace if it is broken."""
    code = f"function add{number}(a, b) {{\n  return a + b + {number};\n}}\n"
    return f"```javascript\n{code.replace('}', '') if is_broken else code}```"


def number_of(asked: Asked) -> str:
    """Which seed is to be translated."""
    found = re.search(r"add_(\d+)", asked.prompt)
    assert found is not None
    return found[1]


def is_repair(asked: Asked) -> bool:
    return FAILED in asked.prompt


def broken_first(
    right_at_once: Collection[str] = (),
    never_right: Collection[str] = (),
    before: Callable[[Asked], None] | None = None,
) -> Answer:
    """Answers that are broken until they are repaired, apart from the seeds that are named."""

    def answer(asked: Asked) -> Reply:
        if before is not None:
            before(asked)
        number = number_of(asked)
        is_right = number in right_at_once or (is_repair(asked) and number not in never_right)
        return Reply(completion(javascript(number, is_broken=not is_right), usage=USAGE))

    return answer
