"""``mose:NAME_OR_PATH``: every exit of a MoSE checkpoint, in one pass a text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from synthcode.evaluation.encoder import Encoded, Role, Trait, Vectors
from synthcode.evaluation.encoders.inputs.length_batches import batches_by_length, pad
from synthcode.evaluation.mose.checkpoint import from_pretrained, read_folder_config
from synthcode.evaluation.mose.configuration import OPEN_CHOICES
from synthcode.evaluation.mose.folders import find_folder, tensor_files
from synthcode.evaluation.mose.instructions import CODE_INSTRUCTION, FORMAT, TEXT_INSTRUCTION, format_input
from synthcode.evaluation.mose.tokens import MoseTokenizer, load_tokenizer
from synthcode.identity import digest, file_digest

if TYPE_CHECKING:
    from synthcode.evaluation.cost import ExitCost
    from synthcode.evaluation.mose.model import MoseModel

INPUT_FORMAT = [FORMAT, CODE_INSTRUCTION, TEXT_INSTRUCTION]
BATCH_TOKENS = 16_384
BATCH_TEXTS = 128


class MoseEncoder:
    """A MoSE checkpoint as an encoder; its weights are read when the first text comes.

    Parameters
    ----------
    name
        A folder, or a repository on the Hub.
    exits
        The exits to compute; by default, all. Blocks after the deepest exit are neither loaded nor run.
    choices
        Open choices that are other than the checkpoint's configuration says, as in ``{"pooling": "mean"}``.
    dtype, device, attention, revision
        As :func:`synthcode.evaluation.mose.checkpoint.from_pretrained` takes them.

    Raises
    ------
    InputError
        If the checkpoint is not there or cannot be used.
    """

    sees: frozenset[Trait] = frozenset({"language"})

    def __init__(
        self,
        name: str,
        *,
        exits: Sequence[int] | None = None,
        choices: Mapping[str, object] | None = None,
        dtype: str = "auto",
        device: str = "auto",
        attention: str = "auto",
        revision: str | None = None,
    ) -> None:
        self.name = f"mose:{name}"
        self.folder = find_folder(name, revision)
        whole = read_folder_config(self.folder).changed(choices or {})
        self.config = whole.cut(exits) if exits else whole
        self.exits = self.config.exits
        self._choices = choices
        self._placement: dict[str, Any] = {"dtype": dtype, "device": device, "attention": attention}

    @cached_property
    def identity(self) -> str:
        """A digest of all that vectors depend on: weights, configuration, tokenizer, instructions and number format."""
        from synthcode.evaluation.device import resolve

        files = [*tensor_files(self.folder), self.folder / "config.json", self.folder / "tokenizer.json"]
        dtype = str(resolve(**self._placement).dtype)
        choices = {name: getattr(self.config, name) for name in OPEN_CHOICES}
        return digest("mose", [file_digest(file) for file in files], choices, dtype, INPUT_FORMAT)

    @cached_property
    def model(self) -> MoseModel:
        """The model, on its device."""
        return from_pretrained(str(self.folder), exits=self.exits, choices=self._choices, **self._placement)

    @cached_property
    def tokenizer(self) -> MoseTokenizer:
        """The checkpoint's tokenizer."""
        return load_tokenizer(self.folder, self.config.max_position_embeddings)

    def encode(self, texts: Sequence[str], role: Role) -> Encoded:
        """Return unit vectors, (texts, hidden_size), at every exit; the role chooses the model card's instruction."""
        inputs = [format_input(text, role.language, self.tokenizer.sep, self.tokenizer.cls) for text in texts]
        rows, truncated = self.tokenizer.encode(inputs)
        lengths = np.array([len(row) for row in rows], dtype=np.int32)
        vectors = {exit_: np.empty((len(rows), self.config.hidden_size), np.float32) for exit_ in self.exits}
        for places in batches_by_length(lengths.tolist(), BATCH_TOKENS, BATCH_TEXTS):
            for exit_, found in self._forward([rows[place] for place in places]).items():
                vectors[exit_][places] = found
        return Encoded(vectors, lengths, truncated)

    def costs(self, tokens: int = 512) -> list[ExitCost]:
        """Return what each exit costs on its own, for texts of ``tokens`` tokens; measured here and now."""
        from synthcode.evaluation.mose.cost import exit_costs

        return exit_costs(self.model, tokens)

    def _forward(self, rows: Sequence[Sequence[int]]) -> dict[int, Vectors]:
        import torch

        device = next(self.model.parameters()).device
        ids, mask = (torch.from_numpy(array).to(device) for array in pad(rows, self.tokenizer.pad_id))
        with torch.inference_mode():
            found = self.model(ids, mask).embeddings
        return {exit_: vectors.float().cpu().numpy() for exit_, vectors in found.items()}
