"""A HuggingFace encoder with exits after some of its blocks, to be trained."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from synthcode.errors import InputError
from synthcode.evaluation.encoders.exits.residual_stream import ResidualStream, open_stream
from synthcode.evaluation.encoders.exits.stream_inputs import (
    longest_input,
    modules_with_weights,
    open_tokenizer,
    padded,
    token_rows,
    usual_pooling,
)
from synthcode.evaluation.encoders.exits.trained_exits import (
    TrainedExits,
    new_heads,
    read_heads,
    read_trained_exits,
    unit_vectors,
)
from synthcode.evaluation.training.models.multi_exit import MultiExitEncoder
from synthcode.evaluation.training.models.sentence_transformer import write_model
from synthcode.evaluation.training.vocabulary import Vocabulary, huggingface_vocabulary

if TYPE_CHECKING:
    from synthcode.evaluation.cost import ExitSize
    from synthcode.evaluation.training.contracts import Features, TrainingText

ALL_BLOCKS = 12
"""A model of so many blocks has an exit after each, unless its exits are named."""


class HuggingFaceExits(MultiExitEncoder):
    """The residual stream of an encoder after some blocks, pooled as the base pools.

    Before training, and with new heads, its vectors are those of ``exits:NAME``.

    Parameters
    ----------
    stream
        The model, cut after its deepest exit.
    tokenizer
        As :func:`synthcode.evaluation.encoders.exits.stream_inputs.open_tokenizer` returns it.
    pooling
        ``mean``, ``first_token`` or ``last_token``.
    heads
        A linear projection for each exit; None leaves pooled states as they are.
    """

    def __init__(
        self,
        stream: ResidualStream,
        tokenizer: Any,
        pooling: Literal["mean", "first_token", "last_token"],
        heads: Any | None = None,
    ) -> None:
        super().__init__()
        self.exits = stream.exits
        self.width = stream.width
        self.tokenizer = tokenizer
        self.pooling: Literal["mean", "first_token", "last_token"] = pooling
        self.stream = stream
        self.encoder = stream.model  # registers its weights
        self.heads = heads
        self.freeze_unused()

    @property
    def vocabulary(self) -> Vocabulary:
        """Its tokens, special ones included."""
        return huggingface_vocabulary(self.tokenizer)

    @property
    def token_embedding(self) -> nn.Embedding:
        """The table that token ids are looked up in, (vocabulary, width of the table)."""
        table: nn.Embedding = self.encoder.get_input_embeddings()
        return table

    @property
    def max_tokens(self) -> int:
        """Longest input, in tokens."""
        return longest_input(self.tokenizer, self.stream.max_tokens)

    def tokenize(self, texts: Sequence[TrainingText], max_tokens: int) -> dict[str, Tensor]:
        """Return ``input_ids`` and ``attention_mask`` (texts, tokens), as ``exits:NAME`` reads texts: without roles."""
        rows = token_rows(self.tokenizer, [text.text for text in texts], min(max_tokens, self.max_tokens))
        return padded(self.tokenizer, rows)

    def vectors(self, features: Features, exits: Sequence[int] | None = None) -> dict[int, Tensor]:
        """Return exit -> unit vectors, (texts, width); no block after the deepest of ``exits`` runs."""
        return unit_vectors(self.states(features, exits), features["attention_mask"], self.pooling, self.heads)

    def states(self, features: Features, exits: Sequence[int] | None = None) -> dict[int, Tensor]:
        """Return exit -> states of all tokens, (texts, tokens, width), after the model's final norm."""
        return self.stream(features["input_ids"], features["attention_mask"], exits)

    def gradient_checkpointing_enable(self, gradient_checkpointing_kwargs: Mapping[str, Any] | None = None) -> None:
        """Run blocks again in the backward pass; it has no options.

        Not left to transformers, which cannot do so for MPNet and others, and whose reentrant kind would cut all exits
        but the last off from the gradients.
        """
        for block in self.stream.blocks:
            if not isinstance(block.forward, partial):
                block.forward = partial(_run_again_backwards, block.forward)

    def exit_sizes(self, tokens: int = 512) -> list[ExitSize]:
        """Return parameters and operations of each exit by itself, for texts of ``tokens`` tokens at most."""
        from synthcode.evaluation.encoders.exits.stream_cost import stream_sizes

        return stream_sizes(self.stream, min(tokens, self.max_tokens), heads=self.heads)

    def save_model(self, folder: Path) -> None:
        """Write a sentence-transformers model of the deepest exit, with what ``exits:FOLDER`` needs for all."""
        self._save(folder, self.exits)

    def save_exit(self, folder: Path, exit_: int) -> None:
        """Write the model cut after one exit: ``SentenceTransformer(folder)`` gives the same vectors."""
        if exit_ not in self.exits:
            raise InputError(f"no exit {exit_}", f"choose among {', '.join(map(str, self.exits))}")
        self._save(folder, (exit_,))

    def _save(self, folder: Path, exits: tuple[int, ...]) -> None:
        form = None if self.classifier is None else self.classifier.form
        trained = TrainedExits(exits, self.pooling, "none" if self.heads is None else "linear", form)
        write_model(folder, self.stream, self.tokenizer, trained, self.heads, self.max_tokens, self.classifier)


def _run_again_backwards(forward: Callable[..., Any], *given: Any, **named: Any) -> Any:
    """Run a block; with gradients, keep nothing of it but its inputs."""
    if not torch.is_grad_enabled():
        return forward(*given, **named)
    return checkpoint(forward, *given, use_reentrant=False, **named)


def open_huggingface(
    name: str, exits: Sequence[int] | None, heads: Literal["none", "linear"] = "none"
) -> HuggingFaceExits:
    """Open a HuggingFace encoder, or a model that was trained here, on the CPU and in single precision.

    Parameters
    ----------
    name
        A folder, or a repository on the Hub.
    exits
        Ascending; None takes those that were trained, and else every block of a model of up to twelve.
    heads
        Whether each exit gets a projection. Trained projections are kept in either case.

    Raises
    ------
    InputError
        If it cannot be used: it is not there, has fewer blocks, needs remote code, or ends in more than a norm.
    """
    from synthcode.evaluation.device import resolve

    trained = read_trained_exits(name)
    if trained is None:
        _refuse_modules(name)
    chosen = exits or (trained.exits if trained else None)
    stream = open_stream(name, chosen, resolve("cpu", "float32"))
    _refuse_unusable(name, stream, named=chosen is not None)
    pooling = trained.pooling if trained else usual_pooling(name)
    return HuggingFaceExits(stream, open_tokenizer(name), pooling, _heads(name, trained, stream, heads))  # type: ignore[arg-type]


def _refuse_modules(name: str) -> None:
    """Refuse a base whose vectors depend on weights that exits would leave out without a word."""
    added = modules_with_weights(name)
    if added:
        raise InputError(
            f"{name} ends in {' and '.join(added)}, whose weights exits leave out",
            "train a copy of its folder without modules.json: its blocks only, with --projection for new projections",
        )


def _refuse_unusable(name: str, stream: ResidualStream, *, named: bool) -> None:
    if not named and len(stream.exits) > ALL_BLOCKS:
        raise InputError(
            f"{name} has {len(stream.exits)} blocks, and no exits are named", "name some, as in --exits 4,8,16"
        )
    if getattr(stream.model, "_hf_peft_config_loaded", False):
        raise InputError(f"{name} is an adapter of another model", "merge it into its base model, and train that")
    if stream.model.config.is_encoder_decoder:
        raise InputError(f"{name} has a decoder, which exits leave out", "use a model that is an encoder only")


def _heads(name: str, trained: TrainedExits | None, stream: ResidualStream, requested: str) -> Any | None:
    """Return the trained projections, new ones for other exits; None if there are to be none."""
    known = trained.exits if trained is not None and trained.heads == "linear" else ()
    if requested == "none" and not known:
        return None
    heads = new_heads(stream.exits, stream.width)
    shared = sorted({*known} & {*stream.exits})
    if shared:
        heads.update(read_heads(name, shared, stream.width))
    return heads
