"""A MoSE encoder to be trained: its own exits and projection heads, and the model card's input format."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from synthcode.evaluation.encoders.exits.trained_exits import TrainedExits
from synthcode.evaluation.encoders.inputs.length_batches import pad
from synthcode.evaluation.mose.checkpoint import from_pretrained, save_pretrained
from synthcode.evaluation.mose.folders import find_folder
from synthcode.evaluation.mose.instructions import format_input
from synthcode.evaluation.mose.model import MoseModel
from synthcode.evaluation.mose.tokens import MoseTokenizer, load_tokenizer
from synthcode.evaluation.training.models.model_folder import replacing_model
from synthcode.evaluation.training.models.multi_exit import MultiExitEncoder
from synthcode.evaluation.training.models.sentence_transformer import write_exits
from synthcode.evaluation.training.models.tokenizer_training import MASK
from synthcode.evaluation.training.vocabulary import Vocabulary, mose_vocabulary

if TYPE_CHECKING:
    from synthcode.evaluation.cost import ExitSize
    from synthcode.evaluation.training.contracts import Features, TrainingText


class MoseExits(MultiExitEncoder):
    """The exits of a MoSE encoder; before training, its vectors are those of ``mose:NAME``.

    Parameters
    ----------
    model
        With the exits to train.
    tokenizer
        Of the same checkpoint.
    """

    def __init__(self, model: MoseModel, tokenizer: MoseTokenizer) -> None:
        super().__init__()
        self.exits = model.config.exits
        self.width = model.config.hidden_size
        self.pooling = model.config.pooling
        self.tokenizer: MoseTokenizer = tokenizer
        self.model = model
        self.freeze_unused()

    @property
    def vocabulary(self) -> Vocabulary:
        """Its tokens, special ones included."""
        return mose_vocabulary(self.tokenizer)

    @property
    def token_embedding(self) -> nn.Embedding:
        """The table that token ids are looked up in, (vocabulary, width)."""
        table: nn.Embedding = self.model.backbone.embed_tokens
        return table

    @property
    def max_tokens(self) -> int:
        """Longest input, in tokens."""
        return self.tokenizer.max_tokens

    def tokenize(self, texts: Sequence[TrainingText], max_tokens: int) -> dict[str, Tensor]:
        """Return ``input_ids`` and ``attention_mask`` (texts, tokens), with the instruction of each text's language."""
        tokenizer = replace(self.tokenizer, max_tokens=min(max_tokens, self.max_tokens))
        inputs = [format_input(text.text, text.role.language, tokenizer.sep, tokenizer.cls) for text in texts]
        rows, _ = tokenizer.encode(inputs)
        ids, mask = pad(rows, tokenizer.pad_id)
        return {"input_ids": torch.from_numpy(ids), "attention_mask": torch.from_numpy(mask)}

    def vectors(self, features: Features, exits: Sequence[int] | None = None) -> dict[int, Tensor]:
        """Return exit -> unit vectors, (texts, width); no block after the deepest of ``exits`` runs."""
        outputs = self.model(features["input_ids"], features["attention_mask"], exits)
        return {
            exit_: torch.nn.functional.normalize(vectors.float(), dim=-1)
            for exit_, vectors in outputs.embeddings.items()
        }

    def states(self, features: Features, exits: Sequence[int] | None = None) -> dict[int, Tensor]:
        """Return exit -> states of all tokens, (texts, tokens, width), as its head is given them."""
        states: dict[int, Tensor] = self.model(features["input_ids"], features["attention_mask"], exits).hidden_states
        return states

    def gradient_checkpointing_enable(self, gradient_checkpointing_kwargs: Mapping[str, Any] | None = None) -> None:
        """Run blocks again in the backward pass of training; it has no options."""
        self.model.gradient_checkpointing = True

    def exit_sizes(self, tokens: int = 512) -> list[ExitSize]:
        """Return parameters and operations of each exit by itself, for texts of ``tokens`` tokens at most."""
        from synthcode.evaluation.mose.cost import exit_sizes

        return exit_sizes(self.model.config, min(tokens, self.max_tokens))

    def save_model(self, folder: Path) -> None:
        """Write a MoSE checkpoint with all exits, for ``mose:FOLDER``."""
        self._save(folder, self.exits)

    def save_exit(self, folder: Path, exit_: int) -> None:
        """Write a MoSE checkpoint cut at one exit, for ``mose:FOLDER``."""
        self._save(folder, (exit_,))

    def _save(self, folder: Path, exits: tuple[int, ...]) -> None:
        with torch.device("meta"):
            cut = MoseModel(self.model.config.cut(exits))
        state = self.model.state_dict()
        cut.load_state_dict({name: state[name] for name in cut.state_dict()}, assign=True)
        with replacing_model(folder) as written:
            save_pretrained(cut, written)
            write_tokenizer(written, self.tokenizer)
            if self.classifier is not None:
                pooling: Any = self.pooling
                write_exits(written, TrainedExits(exits, pooling, "none", self.classifier.form), self.classifier)


def open_mose(name: str, exits: Sequence[int] | None = None) -> MoseExits:
    """Open a MoSE checkpoint on the CPU and in single precision.

    Parameters
    ----------
    name
        A folder, or a repository on the Hub.
    exits
        Those to train, among the checkpoint's own; None takes all.

    Raises
    ------
    InputError
        If the checkpoint is not there or cannot be used, or has no such exit.
    """
    folder = find_folder(name)
    model = from_pretrained(str(folder), exits=exits, dtype="float32", device="cpu", attention="sdpa")
    return MoseExits(model, load_tokenizer(folder, model.config.max_position_embeddings))


def write_tokenizer(folder: Path, tokenizer: MoseTokenizer) -> None:
    """Write a tokenizer so that ``load_tokenizer`` reads it."""
    tokenizer.tokenizer.save(str(folder / "tokenizer.json"))
    named = {
        "sep_token": tokenizer.sep,
        "cls_token": tokenizer.cls,
        "pad_token": tokenizer.tokenizer.id_to_token(tokenizer.pad_id),
        "mask_token": MASK if tokenizer.tokenizer.token_to_id(MASK) is not None else None,
    }
    text = json.dumps({kind: token for kind, token in named.items() if token is not None}, indent=2)
    (folder / "special_tokens_map.json").write_text(text + "\n", "utf-8")
