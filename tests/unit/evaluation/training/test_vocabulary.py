"""The special tokens of a model, and texts without them."""

from __future__ import annotations

from pathlib import Path

from transformers import AutoTokenizer

from synthcode.evaluation.mose.tokens import load_tokenizer
from synthcode.evaluation.training.vocabulary import huggingface_vocabulary, mose_vocabulary
from tests.support.models.minilm import minilm_folder
from tests.support.models.mose_checkpoint import SPECIAL, write_checkpoint


def test_bert_begins_with_cls_and_separates_with_sep() -> None:
    tokenizer = AutoTokenizer.from_pretrained(minilm_folder())
    found = huggingface_vocabulary(tokenizer)
    assert (found.start, found.separator, found.end, found.pad, found.mask) == ((101,), (102,), (102,), 0, 103)
    assert found.special == {0, 100, 101, 102, 103}


def test_mose_ends_with_cls(tmp_path: Path) -> None:
    found = mose_vocabulary(load_tokenizer(write_checkpoint(tmp_path), 64))
    sep, cls, mask, pad = SPECIAL.values()
    assert (found.start, found.separator, found.end, found.pad, found.mask) == ((sep,), (sep,), (cls,), pad, mask)
    assert found.special == {sep, cls, mask, pad}


def test_special_tokens_in_a_text_are_characters(tmp_path: Path) -> None:
    """A program that spells them out must not look like two programs, or like a question that is answered."""
    bert = huggingface_vocabulary(AutoTokenizer.from_pretrained(minilm_folder()))
    mose = mose_vocabulary(load_tokenizer(write_checkpoint(tmp_path), 64))
    for vocabulary, text in ((bert, "x [SEP] [MASK]"), (mose, "<sep><mask>")):
        [ids] = vocabulary.encode([text])
        assert ids
        assert not vocabulary.special & set(ids)


def test_texts_are_encoded_whole_and_the_given_tokenizer_stays_as_it_is() -> None:
    tokenizer = AutoTokenizer.from_pretrained(minilm_folder())
    assert len(tokenizer("a b c d", truncation=True, max_length=4)["input_ids"]) == 4
    found = huggingface_vocabulary(tokenizer)
    assert [len(ids) for ids in found.encode(["a " * 900, ""])] == [900, 0]
    assert tokenizer.backend_tokenizer.truncation is not None
