"""The tokens of a model, for inputs that ``tokenize`` does not make: of pre-training, of classification."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from tokenizers import Tokenizer

    from synthcode.evaluation.mose.tokens import MoseTokenizer


@dataclass(frozen=True)
class Vocabulary:
    """A tokenizer, and the ids of the special tokens around and between texts."""

    tokenizer: Tokenizer
    start: tuple[int, ...]
    """What an input begins with, as ``[CLS]``."""
    separator: tuple[int, ...]
    """What stands between two texts, as ``[SEP]`` or RoBERTa's ``</s></s>``; empty if there is no such token."""
    end: tuple[int, ...]
    """What an input ends with."""
    pad: int
    mask: int
    """What stands for a token that is to be predicted; the unknown token or the padding if there is no mask token."""
    class_token: Literal["first_token", "last_token"] = "last_token"
    """Which token stands for a whole input: the first one if that is a ``[CLS]``, and otherwise the last one."""

    @property
    def special(self) -> frozenset[int]:
        """Ids that are never predicted and never drawn."""
        added = (id_ for id_, token in self.tokenizer.get_added_tokens_decoder().items() if token.special)
        return frozenset((*added, *self.start, *self.separator, *self.end, self.pad, self.mask))

    def encode(self, texts: Sequence[str]) -> list[list[int]]:
        """Return the token ids of texts, whole and without special tokens around them.

        A special token that is spelled out in a text is ordinary characters there.
        """
        encodings = self.tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
        return [encoding.ids for encoding in encodings]


def huggingface_vocabulary(tokenizer: Any) -> Vocabulary:
    """Return the vocabulary of a fast tokenizer of transformers.

    Its backend is copied: the settings of ``tokenizer`` stay as they are.
    """
    plain = _plain(tokenizer.backend_tokenizer)
    probe = plain.encode("a")
    text = [place for place, is_special in enumerate(probe.special_tokens_mask) if not is_special]
    start, end = tuple(probe.ids[: text[0]]), tuple(probe.ids[text[-1] + 1 :])
    pad = _first(tokenizer.pad_token_id, tokenizer.eos_token_id, 0)
    return Vocabulary(
        tokenizer=plain,
        start=start,
        separator=_separator(plain, tokenizer),
        end=end,
        pad=pad if pad is not None else 0,
        mask=next(id_ for id_ in (tokenizer.mask_token_id, tokenizer.unk_token_id, pad, 0) if id_ is not None),
        class_token="first_token" if tokenizer.cls_token_id in start else "last_token",
    )


def mose_vocabulary(tokenizer: MoseTokenizer) -> Vocabulary:
    """Return the vocabulary of a MoSE checkpoint: ``<sep>`` before each text, ``<cls>`` at the end."""
    plain = _plain(tokenizer.tokenizer)
    separator = tuple(id_ for id_ in [plain.token_to_id(tokenizer.sep)] if id_ is not None)
    mask = plain.token_to_id("<mask>")
    return Vocabulary(
        tokenizer=plain,
        start=separator,
        separator=separator,
        end=(tokenizer.cls_id,),
        pad=tokenizer.pad_id,
        mask=tokenizer.pad_id if mask is None else mask,
    )


def _separator(plain: Tokenizer, tokenizer: Any) -> tuple[int, ...]:
    """Return what the tokenizer itself puts between two texts; if that is nothing, its separator or end of text."""
    pair = plain.encode("a", "a")
    places = [place for place, text in enumerate(pair.sequence_ids) if text is not None]
    second = next(place for place in places if pair.sequence_ids[place] == 1)
    between = tuple(pair.ids[places[places.index(second) - 1] + 1 : second])
    usual = _first(tokenizer.sep_token_id, tokenizer.eos_token_id)
    return between or (() if usual is None else (usual,))


def _plain(tokenizer: Tokenizer) -> Tokenizer:
    """Return a copy that takes texts literally and whole."""
    copy: Tokenizer = type(tokenizer).from_str(tokenizer.to_str())
    copy.no_truncation()
    copy.no_padding()
    copy.encode_special_tokens = True
    return copy


def _first(*ids: int | None) -> int | None:
    return next((id_ for id_ in ids if id_ is not None), None)
