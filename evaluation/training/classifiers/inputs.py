"""One program or two as the input of a classifier."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from synthcode.errors import InputError
from synthcode.evaluation.encoders.inputs.length_batches import pad
from synthcode.evaluation.training.contracts import MultiExitModel
from synthcode.evaluation.training.vocabulary import Vocabulary

if TYPE_CHECKING:
    from torch import Tensor

Tokens = Sequence[int]


class Joined(NamedTuple):
    """An input."""

    ids: list[int]
    """Token ids."""
    programs: list[int]
    """Which program each token is of, from 1; 0 of special tokens."""


def joined(vocabulary: Vocabulary, programs: Sequence[Tokens], max_tokens: int) -> Joined:
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
    ids, places = list(vocabulary.start), [0] * len(vocabulary.start)
    for number, program in enumerate(_cut(programs, room)):
        between_them = vocabulary.separator if number else ()
        ids += [*between_them, *program]
        places += [0] * len(between_them) + [number + 1] * len(program)
    ids += vocabulary.end
    places += [0] * len(vocabulary.end)
    return Joined(ids, places) if ids else Joined([vocabulary.pad], [0])


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

    def rows(self, inputs: Sequence[Sequence[str]]) -> list[Joined]:
        """Return inputs of one program or two; a program is tokenized once."""
        programs = list(dict.fromkeys(program for one in inputs for program in one))
        ids = dict(zip(programs, self._vocabulary.encode(programs), strict=True))
        return [joined(self._vocabulary, [ids[program] for program in one], self.max_tokens) for one in inputs]

    def padded(self, rows: Sequence[Joined]) -> dict[str, Tensor]:
        """Return ``input_ids``, ``attention_mask`` and ``programs``, (inputs, tokens), padded on the right."""
        import torch

        ids, mask = pad([row.ids for row in rows], self._vocabulary.pad, "right")
        programs, _ = pad([row.programs for row in rows], 0, "right")
        columns = {"input_ids": ids, "attention_mask": mask, "programs": programs}
        return {name: torch.from_numpy(column) for name, column in columns.items()}
