"""Seeds to requests: which translations are wanted, and the filled prompt of each."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Annotated, Any

from annotated_types import Ge, Gt, Le, MinLen

from synthcode.identity import canonical_json, digest
from synthcode.languages import LANGUAGES, Language, get_language
from synthcode.llm.extra_body import checked_extra_body
from synthcode.llm.prompts import Prompt
from synthcode.schemas.records import Message, Request


@dataclass(frozen=True)
class Sampling:
    """What the model is sent besides the messages. None leaves a setting to the server."""

    temperature: Annotated[float, Ge(0)] | None = 0.2
    """Sampling temperature; 0 is greedy decoding."""
    top_p: Annotated[float, Gt(0), Le(1)] | None = 0.95
    """Nucleus sampling: the probability mass of the tokens to draw from."""
    top_k: Annotated[int, Ge(-1)] | None = None
    """Number of the likeliest tokens to draw from; -1 is all of them."""
    max_tokens: Annotated[int, Ge(1)] | None = 2048
    """Longest completion, in tokens. Sent under the other name if the server refuses this one and names that."""
    max_completion_tokens: Annotated[int, Ge(1)] | None = None
    """The same under the name that newer models take, thoughts included; if it is set, ``max_tokens`` is not sent."""
    repetition_penalty: Annotated[float, Gt(0)] | None = None
    """Above 1 the model repeats itself less."""
    seed: int | None = None
    """The server's random seed, plus the sample's index. It does not make a GPU repeat itself."""
    stop: tuple[str, ...] = ()
    """Strings that end a completion."""
    extra_body: Mapping[str, Any] = field(default_factory=dict)
    """More fields of the request, any JSON: ``chat_template_kwargs``, ``reasoning_effort``, ``min_p``, ``provider``."""

    @property
    def longest_answer(self) -> int | None:
        """Tokens of the longest answer; None leaves that to the server."""
        return self.max_tokens if self.max_completion_tokens is None else self.max_completion_tokens

    def to_json(self, sample_index: int = 0) -> str:
        """Return the settings that are set, as canonical JSON; with one random seed all samples would be the same.

        Raises
        ------
        InputError
            If a field of ``extra_body`` is not JSON, or has a place of its own.
        """
        settings: dict[str, Any] = {
            **asdict(self),
            "seed": None if self.seed is None else self.seed + sample_index,
            "max_tokens": self.max_tokens if self.max_completion_tokens is None else None,
            "extra_body": checked_extra_body(self.extra_body),
        }
        return canonical_json({key: value for key, value in settings.items() if value not in (None, (), {})})


@dataclass(frozen=True)
class TranslateConfig:
    """Which translations to request. A change of any key changes the requests."""

    targets: Annotated[tuple[str, ...], MinLen(1)]
    """Languages by name; a seed's own language is left out for that seed."""
    model: str | None = None
    """None takes the model of the recording, which must then be the only one in it."""
    sample_targets: Annotated[int, Ge(1)] | None = None
    """Number of targets to draw for each seed, as SynthCoNL draws one; None takes all."""
    samples: Annotated[int, Ge(1)] = 1
    """Completions for each seed and target."""
    prompt: str = "translate"
    """A bundled prompt by name, or the path (with a slash) of a folder of templates."""
    sampling: Sampling = field(default_factory=Sampling)
    """How the model samples."""
    random_seed: int = 0
    """Decides which targets are drawn, and nothing else."""


def targets_of(seed_id: str, language: str, config: TranslateConfig) -> list[Language]:
    """Return the languages that a seed is translated into, sorted by name.

    A draw orders the targets by a hash of the random seed, the seed and the target: it depends on
    nothing else, so that adding seeds, or reading them in another order, changes no other seed's draw.
    """
    names = _other_languages(config.targets, language)
    if config.sample_targets is not None:
        drawn = sorted(names, key=lambda name: digest(config.random_seed, seed_id, name))[: config.sample_targets]
        names = tuple(sorted(drawn))
    return [LANGUAGES[name] for name in names]


@functools.lru_cache(maxsize=64)
def _other_languages(targets: tuple[str, ...], language: str) -> tuple[str, ...]:
    """Return the names of languages, sorted, without one of them."""
    return tuple(sorted({get_language(target).name for target in targets} - {language}))


def make_requests(
    seeds: Iterable[Mapping[str, Any]],
    config: TranslateConfig,
    model: str,
    prompt: Prompt,
    ids: Iterable[str] = (),
) -> Iterator[Request]:
    """Fill the prompt for every translation that is requested.

    Parameters
    ----------
    seeds
        Rows of the seeds table, in any order. All requests of a seed follow one another, so that a
        server's prefix cache, which has just computed the instructions and the source, serves them.
    config
        Which translations are wanted.
    model
        The model's name as the server knows it.
    prompt
        The prompt to fill.
    ids
        The ids of the first of these requests, which have been made before: they come without messages.
    """
    samples, known_ids = samples_of(config.sampling, config.samples, model, prompt), iter(ids)
    for seed in seeds:
        source = get_language(seed["language"])
        for target in targets_of(seed["seed_id"], source.name, config):
            fill = functools.partial(prompt.fill, seed, source, target)
            yield from requests_for(seed, target.name, fill, samples, known_ids)


@dataclass(frozen=True)
class Sample:
    """How a completion is requested. All completions of a text are requested alike, but for the index."""

    model: str
    """Its name as the server knows it."""
    prompt: Prompt
    sampling: str
    """The settings, as canonical JSON."""
    index: int

    def request_id(self, messages: Iterable[Message], repair_round: int = 0) -> str:
        """Return what identifies a request: the digest of all that is sent.

        The round tells a repair from one with the same messages in the round before: the model repeated its failed
        answer.
        """
        turns = [[message.role, message.content] for message in messages]
        repeated = [repair_round] if repair_round > 1 else []
        return digest("request", self.model, turns, self.sampling, self.index, *repeated)

    def request(
        self,
        seed: Mapping[str, Any],
        target: str,
        messages: tuple[Message, ...],
        request_id: str,
        repairs: str | None = None,
    ) -> Request:
        """Return a filled prompt as a request.

        Parameters
        ----------
        seed
            Row of the seeds table.
        target
            The name of the target language, or the style of a query.
        messages, request_id, repairs
            See ``Request``.
        """
        return Request(
            request_id=request_id,
            seed_id=seed["seed_id"],
            source_id=seed["source_id"],
            target_language=target,
            sample_index=self.index,
            model=self.model,
            prompt_name=self.prompt.name,
            prompt_digest=self.prompt.digest,
            sampling=self.sampling,
            messages=messages,
            repairs=repairs,
        )


def samples_of(sampling: Sampling, count: int, model: str, prompt: Prompt) -> list[Sample]:
    """Return how each of some completions of a text is requested."""
    return [Sample(model, prompt, sampling.to_json(index), index) for index in range(count)]


def requests_for(
    seed: Mapping[str, Any],
    target: str,
    fill: Callable[[], tuple[Message, ...]],
    samples: Iterable[Sample],
    known_ids: Iterator[str],
) -> Iterator[Request]:
    """Yield a seed's requests for one target language or style.

    Parameters
    ----------
    seed, target
        See ``Sample.request``.
    fill
        Fills the prompt; called once, and only if an id is not known.
    samples
        The completions to request.
    known_ids
        The ids of the next requests, as far as they have been made before: these come without messages.
    """
    messages: tuple[Message, ...] = ()
    for sample in samples:
        known = next(known_ids, None)
        if known is None:
            messages = messages or fill()
        yield sample.request(seed, target, messages, known or sample.request_id(messages))
