"""The repairs of one round: which, how many, and how far a budget of tokens goes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from math import ceil
from typing import TYPE_CHECKING

from synthcode.llm.prompts import Prompt, load_prompt
from synthcode.llm.repairs import FailedAttempt, repair_request
from synthcode.pipelines.steps.repair.failed_attempts import failed_attempts
from synthcode.pipelines.steps.translate.cost_estimate import CHARS_PER_TOKEN
from synthcode.pipelines.steps.translate.plan import translate_config

if TYPE_CHECKING:
    from synthcode.llm.journal.journal import Journal
    from synthcode.pipelines.runs.run import Run
    from synthcode.schemas.records import Request

_AT_ONCE = 256


@dataclass(frozen=True)
class RepairPlan:
    """The repairs of one round."""

    run: Run
    round: int
    """1 repairs first attempts, 2 the failed repairs of round 1."""
    model: str
    prompt: Prompt

    def attempts(self) -> Iterator[FailedAttempt]:
        """Yield what is to be repaired, one seed's after another's."""
        return failed_attempts(self.run, self.round - 1, self.run.recipe.repair.of)

    def count(self) -> int:
        """Count the attempts, without filling a prompt."""
        return sum(1 for _ in self.attempts())

    def requests(self) -> Iterator[Request]:
        """Yield every request, in the order of the attempts."""
        sampling = translate_config(self.run.recipe).sampling
        for attempt in self.attempts():
            yield repair_request(attempt, sampling, self.model, self.prompt)


def repair_plan(run: Run, number: int) -> RepairPlan:
    """Return the repairs of a round, by the model that translated."""
    model = run.manifest.stages["translate"].counts["model"]
    return RepairPlan(run, number, model, load_prompt(run.recipe.repair.prompt))


class TokenBudget:
    """Decides how many repairs are requested: the first ones that fit, in the order of the plan.

    A request fits if its prompt, as estimated, and the longest answer fit into what the answers to all requests before
    it have left. So which ones are requested depends on the plan and the answers, not on how many are in flight.

    Parameters
    ----------
    tokens
        The bound; None sets none.
    journal
        Has the tokens of answers.
    longest_answer
        Tokens to keep free for an answer.
    """

    def __init__(self, tokens: int | None, journal: Journal, longest_answer: int) -> None:
        self._tokens, self._journal, self._longest = tokens, journal, longest_answer
        self._spent = 0
        self.is_reached = False
        """Whether a request did not fit: no later one is sent, either."""

    def copy(self) -> TokenBudget:
        """Return a budget of which as much is left as of this one."""
        copied = TokenBudget(self._tokens, self._journal, self._longest)
        copied._spent, copied.is_reached = self._spent, self.is_reached
        return copied

    def portions(self, requests: Iterable[Request]) -> Iterator[Iterable[Request]]:
        """Yield requests that may be sent together; the next portion is worked out from the answers to this one."""
        if self._tokens is None:
            yield requests
            return
        remaining = iter(requests)
        while block := list(islice(remaining, _AT_ONCE)):
            while block:
                portion = self._fitting(block)
                if not portion:
                    self.is_reached = True
                    return
                yield portion
                self._spent += self._tokens_of(portion)
                block = block[len(portion) :]

    def fitting(self, requests: Iterable[Request]) -> Iterator[Request]:
        """Yield the requests that fit, all of which have been answered, as far as they ever will be."""
        for portion in self.portions(requests):
            yield from portion

    def _fitting(self, requests: Sequence[Request]) -> Sequence[Request]:
        assert self._tokens is not None
        reserved = self._spent
        for place, request in enumerate(requests):
            reserved += prompt_tokens(request) + self._longest
            if reserved > self._tokens:
                return requests[:place]
        return requests

    def _tokens_of(self, requests: Sequence[Request]) -> int:
        """Return the tokens of the answers to requests, estimated where the server did not count them."""
        prompts = {request.request_id: prompt_tokens(request) for request in requests}
        names = ("request_id", "text", "prompt_tokens", "completion_tokens")
        total = 0
        for table in self._journal.export(requests):
            for name, text, prompt, answer in zip(*(table[one].to_pylist() for one in names), strict=True):
                if text is not None:
                    total += prompts[name] if prompt is None else prompt
                    total += ceil(len(text) / CHARS_PER_TOKEN) if answer is None else answer
        return total


def prompt_tokens(request: Request) -> int:
    """Estimate the tokens of a request's messages."""
    return ceil(sum(len(message.content) for message in request.messages) / CHARS_PER_TOKEN)
