"""A backend that translates into JavaScript by a rule of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

from synthcode.llm.backends.setup import BackendSetup
from synthcode.schemas.records import Completion, Request

FUNCTION = re.compile(r"def (\w+)\(x\):\n    return (.*)")


class Echo:
    """Answers with the function of the prompt, in JavaScript."""

    def __init__(self, greeting: str) -> None:
        self._greeting = greeting

    async def __aenter__(self) -> Self:
        """Open nothing."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close nothing."""

    async def check(self) -> None:
        """Find nothing wrong."""

    async def complete(self, request: Request) -> Completion:
        """Answer a request."""
        name, expression = FUNCTION.findall(request.messages[-1].content)[-1]
        code = f"function {name}(x) {{\n  return {expression};\n}}\n"
        text = f"{self._greeting}\n```javascript\n{code}```\n"
        return Completion(text, "stop", None, None, latency_s=0.0, attempts=1)


@contextmanager
def open_echo(setup: BackendSetup) -> Iterator[tuple[Echo, str]]:
    """Provide the backend, and the name of its model."""
    yield Echo(setup.config.options.get("greeting", "Here it is:")), setup.model or "acme-1"
