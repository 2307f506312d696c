"""Encoders by their specification: ``bm25``, or the kind of an encoder and its name, as in ``st:NAME``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields

from synthcode.errors import InputError, did_you_mean
from synthcode.evaluation.encoder import Encoder, LexicalScorer


@dataclass(frozen=True)
class EncoderOptions:
    """Options for opening an encoder; ``ACCEPTED_OPTIONS`` lists which kinds accept which."""

    exits: tuple[int, ...] | None = None
    """Of an encoder with exits, those to compute; None takes all."""
    dtype: str = "auto"
    device: str = "auto"
    """Of those that run here; the others are at ease with any."""
    max_tokens: int | None = None
    """Longest input; None takes the model's own bound."""
    base_url: str | None = None
    """Of an embeddings server."""
    prompts: Mapping[str, str] = field(default_factory=dict)
    """``query`` and ``document`` -> what to put before texts; empty takes the model's own."""
    choices: Mapping[str, object] = field(default_factory=dict)
    """MoSE's open choices that are other than the checkpoint's configuration says."""
    revision: str | None = None
    """Of a repository on the Hub; of a function of one's own, its version."""


ACCEPTED_OPTIONS: Mapping[str, frozenset[str]] = {
    "bm25": frozenset({"dtype"}),  # as the device: one line of a script scores many encoders
    "st": frozenset({"dtype", "max_tokens", "prompts", "revision"}),
    "mose": frozenset({"exits", "dtype", "choices", "revision"}),
    "exits": frozenset({"dtype", "max_tokens"}),
    "openai": frozenset({"max_tokens", "base_url", "prompts"}),
    "mteb": frozenset({"revision"}),
    "py": frozenset({"revision"}),
}
"""Kind of encoder -> the options that it takes, beside ``device``."""

FLAGS = {"prompts": "--prompt", "choices": "--choice", "max_tokens": "--max-tokens", "base_url": "--base-url"}
"""Options whose name on the command line is another."""

Opener = Callable[[str, EncoderOptions], Encoder | LexicalScorer]


def open_encoder(spec: str, options: EncoderOptions) -> Encoder | LexicalScorer:
    """Return the encoder that a specification names.

    Raises
    ------
    InputError
        Where there is no such kind of encoder, it does not take one of the options, or the model cannot be used.
    """
    if spec == "bm25":
        _reject_unused_options(spec, "bm25", options)
        from synthcode.evaluation.encoders.bm25 import Bm25

        return Bm25()
    kind, colon, name = spec.partition(":")
    if not (colon and name) or kind not in OPENERS:
        raise InputError(
            f"no encoder {spec!r}{did_you_mean(kind, [*OPENERS, 'bm25'])}",
            f"write bm25, or KIND:NAME with one of the kinds {', '.join(OPENERS)}",
        )
    _reject_unused_options(spec, kind, options)
    return OPENERS[kind](name, options)


def _reject_unused_options(spec: str, kind: str, options: EncoderOptions) -> None:
    """Refuse an option that would change nothing: who gave it thinks that it does."""
    usual = EncoderOptions()
    for name in (known.name for known in fields(options)):
        if name in {"device", *ACCEPTED_OPTIONS[kind]} or getattr(options, name) == getattr(usual, name):
            continue
        takers = ", ".join(other for other, taken in ACCEPTED_OPTIONS.items() if name in taken)
        hint = "; of others write exits:NAME@3,6,12" if name == "exits" else ""
        raise InputError(f"{spec} takes no {FLAGS.get(name, f'--{name}')}", f"leave it out; it is for {takers}{hint}")


def _sentence_transformer(name: str, options: EncoderOptions) -> Encoder:
    from synthcode.evaluation.encoders.sentence_transformer import SentenceTransformerEncoder

    return SentenceTransformerEncoder(
        name,
        dtype=options.dtype,
        device=options.device,
        max_tokens=options.max_tokens,
        prompts=options.prompts,
        revision=options.revision,
    )


def _mose(name: str, options: EncoderOptions) -> Encoder:
    from synthcode.evaluation.encoders.mose import MoseEncoder

    return MoseEncoder(
        name,
        exits=options.exits,
        choices=options.choices,
        dtype=options.dtype,
        device=options.device,
        revision=options.revision,
    )


def _intermediate_exits(name: str, options: EncoderOptions) -> Encoder:
    from synthcode.evaluation.encoders.intermediate_exits import IntermediateExits

    return IntermediateExits(name, dtype=options.dtype, device=options.device, max_tokens=options.max_tokens)


def _openai(name: str, options: EncoderOptions) -> Encoder:
    from synthcode.evaluation.encoders.openai_embeddings import OpenAIEmbeddings

    return OpenAIEmbeddings(name, base_url=options.base_url, max_tokens=options.max_tokens, prompts=options.prompts)


def _mteb(name: str, options: EncoderOptions) -> Encoder:
    from synthcode.evaluation.encoders.mteb_model import MtebModel

    device = None if options.device == "auto" else options.device
    return MtebModel(name, revision=options.revision, device=device)


def _python(name: str, options: EncoderOptions) -> Encoder | LexicalScorer:
    from synthcode.evaluation.encoders.named_objects import find_object
    from synthcode.evaluation.encoders.python_function import as_encoder

    return as_encoder(find_object(name), f"py:{name}", version=options.revision)


OPENERS: dict[str, Opener] = {
    "st": _sentence_transformer,
    "mose": _mose,
    "exits": _intermediate_exits,
    "openai": _openai,
    "mteb": _mteb,
    "py": _python,
}
