"""What a run's answers show about the server, each said once."""

from __future__ import annotations

from synthcode.llm.backend import ErrorKind
from synthcode.llm.backends.openai.answers.completions import IN_REASONING
from synthcode.schemas.records import Completion, Request

MIN_PROMPT_BYTES = 200
BYTES_PER_TOKEN = 10
"""More bytes than a token of code has in any tokenizer, white space left out."""
ROUND_WINDOW = 256
SAME_COUNTS = 8
"""So many prompts of different lengths with one round number of tokens cannot be a coincidence."""


class Notices:
    """Looks at each answer for signs that the server is set up wrongly."""

    def __init__(self) -> None:
        self.found: tuple[str, ...] = ()
        self._lengths: set[int] = set()
        self._count: int | None = None
        self._checks_prompts = True

    def look(self, request: Request, completion: Completion) -> None:
        """Look at one answer or failure."""
        if completion.error is not None:
            if completion.error.startswith(f"{ErrorKind.ANSWER_IN_REASONING}:"):
                self.say(IN_REASONING)
        elif self._checks_prompts and completion.prompt_tokens:
            self._look_at_prompt(request, completion.prompt_tokens)

    def say(self, notice: str) -> None:
        """Add a notice, if it was not said before."""
        if notice not in self.found:
            self.found += (notice,)

    def _look_at_prompt(self, request: Request, tokens: int) -> None:
        length = sum(len(message.content) for message in request.messages)
        if length > tokens * BYTES_PER_TOKEN:
            text = "".join("".join(message.content.split()) for message in request.messages).encode()
            if len(text) > MIN_PROMPT_BYTES and len(text) > tokens * BYTES_PER_TOKEN:
                self._say_cut(f"{tokens:,} tokens for a prompt of {len(text):,} bytes")
        elif self._count is None or tokens == self._count:
            self._count = tokens
            self._lengths.add(length)
            if len(self._lengths) >= SAME_COUNTS and tokens % ROUND_WINDOW == 0:
                self._say_cut(f"{tokens:,} tokens for every prompt, whatever its length")
        else:
            self._count = 0  # they differ: no count is compared any more

    def _say_cut(self, what: str) -> None:
        self._checks_prompts = False
        self.say(
            f"the server counts {what}: it seems to cut prompts to its window; "
            "raise that (num_ctx for Ollama, -c for llama.cpp), or the model never sees the whole program"
        )
