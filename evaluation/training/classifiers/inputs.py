"""One program or two as the input of a classifier."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from synthcode.errors import InputError
from synthcode.evaluation.encoders.length_batches import pad
from synthcode.evaluation.training.contracts import MultiExitModel
from synthcode.evaluation.training.vocabulary import Vocabulary

if TYPE_CHECKING:
    from torch import Tensor

Tokens = Sequence[int]


def joined(vocabulary: Vocabulary, programs: Sequence[Tokens], max_tokens: int) -> list[int]:
    """Return a program, or two with a separator between them, with the special tokens around it.

    Of MoSE, two are ``<sep> a <sep> b <cls>`` (arXiv 2503.03008); of BERT, ``[CLS] a [SEP] b [SEP]``. If they do not
    fit, each gets half of the room, and what the shorter one leaves of its half goes to the longer one.

    Parameters
    ----------
    vocabulary
        The special tokens.
    programs
        Token ids of one or two.
    max_tokens
        Longest input.

    Raises
    ------
    InputError
        If the special tokens leave no token for each program.
    """
    between = len(vocabulary.separator) * (len(programs) - 1)
    room = max_tokens - len(vocabulary.start) - between - len(vocabulary.end)
    if room < len(programs):
        raise InputError(f"an input of {max_tokens} tokens has no room for programs", "allow more with --max-tokens")
    ids = list(vocabulary.start)
    for number, program in enumerate(_cut(programs, room)):
        ids += [*(vocabulary.separator if number else ()), *program]
    ids += vocabulary.end
    return ids or [vocabulary.pad]


def _cut(programs: Sequence[Tokens], room: int) -> list[Tokens]:
    if len(programs) == 1:
        return [programs[0][:room]]
    first, second = programs
    kept = first[: max(room - len(second), (room + 1) // 2)]
    return [kept, second[: room - len(kept)]]


class InputTokens:
    """Inputs of a model as token ids.

    Parameters
    ----------
    model
        Of which the tokenizer is, and the longest input.
    max_tokens
        A shorter one.
    """

    def __init__(self, model: MultiExitModel, max_tokens: int) -> None:
        self._vocabulary = model.vocabulary  # a copy of the tokenizer, made once
        self.max_tokens = min(max_tokens, model.max_tokens)

    def rows(self, inputs: Sequence[Sequence[str]]) -> list[list[int]]:
        """Return the token ids of inputs of one program or two; a program is tokenized once."""
        programs = list(dict.fromkeys(program for one in inputs for program in one))
        ids = dict(zip(programs, self._vocabulary.encode(programs), strict=True))
        return [joined(self._vocabulary, [ids[program] for program in one], self.max_tokens) for one in inputs]

    def padded(self, rows: Sequence[Tokens]) -> dict[str, Tensor]:
        """Return ``input_ids`` and ``attention_mask``, (inputs, tokens), padded on the right."""
        import torch

        ids, mask = pad(rows, self._vocabulary.pad, "right")
        return {"input_ids": torch.from_numpy(ids), "attention_mask": torch.from_numpy(mask)}
