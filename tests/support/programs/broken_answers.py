"""A model whose first translations are broken, and whose repairs are right."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Collection
from pathlib import Path

from synthcode.pipelines.main import run_cli
from tests.support.services.chat_server import Answer, Asked, ChatServer, Reply, completion

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


def translate_javascript(run: Path, server: ChatServer, *options: str) -> int:
    """Run ``synthcode translate`` into JavaScript; return its exit code."""
    asked = ("--base-url", server.base_url, "--model", "m", "--targets", "javascript")
    return run_cli(["translate", str(run), *asked, *options])


def parquet_digests(run: Path) -> dict[str, str]:
    """Digest of every table of a run."""
    return {
        path.relative_to(run).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(run.rglob("*.parquet"))
    }
