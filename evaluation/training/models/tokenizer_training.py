"""Training a tokenizer on the texts that a new model will read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from synthcode.errors import InputError
from synthcode.evaluation.mose.tokens import SPECIAL_TOKENS

if TYPE_CHECKING:
    from tokenizers import Tokenizer

MASK = "<mask>"
SPECIAL = (*SPECIAL_TOKENS.values(), MASK)
LEAST_COUNT = 2
"""A pair of pieces that occurs once is not worth a token."""


def train_tokenizer(texts: Iterable[str], vocabulary: int) -> Tokenizer:
    """Return a byte-level BPE with MoSE's special tokens, trained on some texts.

    The same texts make the same tokenizer, whatever their order. Digits are tokens of their own, as in StarCoder2's.

    Raises
    ------
    InputError
        If there is no text.
    """
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        min_frequency=LEAST_COUNT,
        special_tokens=[AddedToken(token, special=True) for token in SPECIAL],
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    seen = _Counted(texts)
    tokenizer.train_from_iterator(seen, trainer)
    if not seen.characters:
        raise InputError("there is no text to train a tokenizer on", "train on a dataset whose train split has rows")
    return tokenizer


class _Counted:
    """Texts, and how many characters of them were read."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._texts = texts
        self.characters = 0

    def __iter__(self) -> Iterator[str]:
        for text in self._texts:
            self.characters += len(text)
            yield text
