"""Encoders by their specification: ``bm25``, or the kind of an encoder and its name, as in ``st:NAME``."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, fields
from typing import Any, Unpack, get_args, get_origin

from synthcode.errors import InputError, did_you_mean
from synthcode.evaluation.retrieval.combination import AnyEncoder
from synthcode.plugins import ENCODERS, OWN


@dataclass(frozen=True)
class EncoderOptions:
    """Options for opening an encoder; each kind accepts those that its keyword parameters name."""

    exits: tuple[int, ...] | None = None
    """Of an encoder with exits, those to compute; None takes all."""
    dtype: str = "auto"
    device: str = "auto"
    """Of those that run here; the others are at ease with any."""
    max_tokens: int | None = None
    """Longest input; None takes the model's own bound."""
    base_url: str | None = None
    """Of an embeddings server."""
    batch_size: int | None = None
    """Most texts of a request to an embeddings server; None takes 32."""
    prompts: Mapping[str, str] = field(default_factory=dict)
    """``query`` and ``document`` -> what to put before texts; empty takes the model's own."""
    choices: Mapping[str, object] = field(default_factory=dict)
    """MoSE's open choices that are other than the checkpoint's configuration says."""
    revision: str | None = None
    """Of a repository on the Hub; of a function of one's own, its version."""
    first: str | None = None
    """Of a reranker: its first stage, a results folder or a specification."""
    top: int | None = None
    """Of a reranker: how many documents it ranks again; None takes 100."""
    fusion: str | None = None
    """Of a hybrid; None takes reciprocal rank fusion."""
    weight: float | None = None
    """Of a hybrid's first encoder; None chooses it on validation."""


FLAGS = {
    "prompts": "--prompt",
    "choices": "--choice",
    "max_tokens": "--max-tokens",
    "base_url": "--base-url",
    "batch_size": "--batch-size",
}
"""Options whose name on the command line is another."""


def open_encoder(spec: str, options: EncoderOptions) -> AnyEncoder:
    """Return the encoder that a specification names.

    What an entry point names is called with the NAME of the specification, if it has a positional parameter, and with
    those options that its keyword parameters name.

    Raises
    ------
    InputError
        If there is no such kind of encoder, it does not take one of the options, or the model cannot be used.
    """
    kind, colon, name = spec.partition(":")
    if kind not in ENCODERS.names() or bool(colon) != bool(name):
        raise _unknown(spec, kind)
    factory = ENCODERS.load_factory(kind)
    if _takes_name(factory) != bool(name):
        raise _unknown(spec, kind)
    accepted = accepted_options(factory)
    _reject_unused_options(spec, accepted, options)
    given = {option: getattr(options, option) for option in accepted}
    opened: AnyEncoder = factory(*[name] * bool(name), **given)
    return opened


def accepted_options(factory: Callable[..., Any]) -> frozenset[str]:
    """Return the fields of ``EncoderOptions`` that what opens an encoder takes as keyword parameters.

    They are parameters of their own, or keys of the ``TypedDict`` of ``**options: Unpack[...]``.
    """
    parameters = inspect.signature(factory).parameters
    names = set(parameters)
    if any("Unpack[" in str(one.annotation) for one in parameters.values()):
        for parameter in inspect.signature(factory, eval_str=True).parameters.values():
            if get_origin(parameter.annotation) is Unpack:
                names |= get_args(parameter.annotation)[0].__annotations__.keys()
    return frozenset(names) & {known.name for known in fields(EncoderOptions)}


def _takes_name(factory: Callable[..., Any]) -> bool:
    parameters = inspect.signature(factory).parameters.values()
    return any(one.kind in (one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD) for one in parameters)


def _unknown(spec: str, kind: str) -> InputError:
    kinds = ENCODERS.names()
    named = ", ".join(name for name in kinds if name != "bm25")
    return InputError(
        f"no encoder {spec!r}{did_you_mean(kind, kinds)}", f"write bm25, or KIND:NAME with one of the kinds {named}"
    )


def _reject_unused_options(spec: str, accepted: frozenset[str], options: EncoderOptions) -> None:
    """Refuse an option that would change nothing: who gave it thinks that it does."""
    usual = EncoderOptions()
    for name in (known.name for known in fields(options)):
        if name in {"device", *accepted} or getattr(options, name) == getattr(usual, name):
            continue
        takers = ", ".join(kind for kind, taken in _builtin_options() if name in taken)
        hint = "; of others write exits:NAME@3,6,12" if name == "exits" else ""
        raise InputError(f"{spec} takes no {FLAGS.get(name, f'--{name}')}", f"leave it out; it is for {takers}{hint}")


def _builtin_options() -> Iterator[tuple[str, frozenset[str]]]:
    """Yield what each of the built-in kinds takes; a plug-in is not imported unless it is named."""
    for plugin in ENCODERS.plugins():
        if plugin.distribution == OWN:
            with suppress(ImportError):
                yield plugin.name, accepted_options(ENCODERS.load_factory(plugin.name))
