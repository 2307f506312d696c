"""One program or two as token ids: special tokens in their places, and a fair share of the window for each."""

from __future__ import annotations

from pathlib import Path

import pytest
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from transformers import AutoTokenizer, RobertaTokenizerFast

from synthcode.errors import InputError
from synthcode.evaluation.mose.tokens import load_tokenizer
from synthcode.evaluation.training.classifiers.inputs import joined
from synthcode.evaluation.training.vocabulary import Vocabulary, huggingface_vocabulary, mose_vocabulary
from tests.support.models.minilm import minilm_folder
from tests.support.models.mose_checkpoint import SPECIAL, write_checkpoint


@pytest.fixture(scope="module")
def bert() -> Vocabulary:
    return huggingface_vocabulary(AutoTokenizer.from_pretrained(minilm_folder()))


def test_bert_gets_what_its_tokenizer_makes_of_a_pair(bert: Vocabulary) -> None:
    tokenizer = AutoTokenizer.from_pretrained(minilm_folder())
    first, second = bert.encode(["def f(): pass", "int g();"])
    assert joined(bert, [first, second], 64).ids == tokenizer("def f(): pass", "int g();")["input_ids"]
    assert joined(bert, [first], 64).ids == tokenizer("def f(): pass")["input_ids"]
    assert bert.class_token == "first_token"


def test_roberta_has_two_separators_between_programs(tmp_path: Path) -> None:
    vocabulary = {"<s>": 0, "<pad>": 1, "</s>": 2, "<unk>": 3, "a": 4, "b": 5}
    tokenizer = RobertaTokenizerFast(vocab=vocabulary, merges=[])
    roberta = huggingface_vocabulary(tokenizer)
    assert (roberta.separator, roberta.class_token) == ((2, 2), "first_token")
    assert joined(roberta, [[4], [5]], 64).ids == [0, 4, 2, 2, 5, 2] == tokenizer("a", "b")["input_ids"]


def test_mose_reads_two_programs_as_the_paper_has_it(tmp_path: Path) -> None:
    mose = mose_vocabulary(load_tokenizer(write_checkpoint(tmp_path), 64))
    sep, cls = SPECIAL["<sep>"], SPECIAL["<cls>"]
    assert joined(mose, [[10, 11], [12]], 64).ids == [sep, 10, 11, sep, 12, cls]
    assert mose.class_token == "last_token"


PLAIN = Vocabulary(Tokenizer(WordLevel()), start=(1,), separator=(2,), end=(3,), pad=0, mask=0)
A, B = list(range(10, 20)), list(range(20, 30))


@pytest.mark.parametrize(
    ("first", "second", "window", "expected"),
    [
        (A, B, 9, [1, *A[:3], 2, *B[:3], 3]),  # both too long: half each
        (A, B, 10, [1, *A[:4], 2, *B[:3], 3]),  # an odd room: the first has one more
        (A, B[:1], 9, [1, *A[:5], 2, 20, 3]),  # what the second leaves is the first one's
        (A[:1], B, 9, [1, 10, 2, *B[:5], 3]),
        (A[:2], B[:2], 9, [1, 10, 11, 2, 20, 21, 3]),
        ([], [], 9, [1, 2, 3]),
    ],
)
def test_each_program_has_its_share(first: list[int], second: list[int], window: int, expected: list[int]) -> None:
    found = joined(PLAIN, [first, second], window)
    assert found.ids == expected
    ranges = ((1, A), (2, B))
    assert found.programs == [next((number for number, ids in ranges if id_ in ids), 0) for id_ in expected]


def test_a_window_without_room_is_refused() -> None:
    with pytest.raises(InputError, match="has no room for programs"):
        joined(PLAIN, [A, B], 4)
