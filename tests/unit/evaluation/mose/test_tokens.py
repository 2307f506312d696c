from __future__ import annotations

import json
from pathlib import Path

import pytest

from synthcode.errors import InputError
from synthcode.evaluation.mose.instructions import TEXT_INSTRUCTION, format_input, instruction_for
from synthcode.evaluation.mose.tokens import load_tokenizer
from tests.support.models.mose_checkpoint import SPECIAL, write_tokenizer


@pytest.mark.parametrize(
    ("language", "instruction"),
    [
        ("python", "Represent this python code snippet for retrieval:"),
        ("cpp", "Represent this c++ code snippet for retrieval:"),
        ("JavaScript", "Represent this javascript code snippet for retrieval:"),
        ("text", "Represent this code description for retrieving supporting snippets of code:"),
    ],
)
def test_instructions_are_those_of_the_model_card(language: str, instruction: str) -> None:
    assert instruction_for(language) == instruction


def test_an_input_is_formatted_as_published() -> None:
    assert format_input("sort a list", "text", "<s>", "<c>") == f"<s>{TEXT_INSTRUCTION}<s>sort a list<c>"
    assert format_input("{sep} {x}", "go", "<s>", "<c>") == f"<s>{instruction_for('go')}<s>{{sep}} {{x}}<c>"


def test_special_tokens_become_one_id_each(tmp_path: Path) -> None:
    write_tokenizer(tmp_path)
    tokenizer = load_tokenizer(tmp_path, 64)
    (ids,), _ = tokenizer.encode(["<sep>ab<sep>ab<cls>"])
    a, b = ids[1:3]
    assert ids == [SPECIAL["<sep>"], a, b, SPECIAL["<sep>"], a, b, SPECIAL["<cls>"]]
    assert tokenizer.pad_id == SPECIAL["<pad>"]


@pytest.mark.parametrize(("letters", "kept"), [(61, 61), (62, 62), (63, 62), (500, 62)])
def test_a_long_input_loses_its_end_but_never_the_token_that_is_pooled(tmp_path: Path, letters: int, kept: int) -> None:
    write_tokenizer(tmp_path)
    (ids,), truncated = load_tokenizer(tmp_path, 64).encode(["<sep>" + "a" * letters + "<cls>"])
    assert len(ids) == kept + 2
    assert truncated.tolist() == [letters > kept]
    assert (ids[0], ids[-1]) == (SPECIAL["<sep>"], SPECIAL["<cls>"])


def test_a_folder_without_a_tokenizer_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"tokenizer.json cannot be read"):
        load_tokenizer(tmp_path, 64)


def test_a_tokenizer_that_lacks_a_special_token_is_a_clear_error(tmp_path: Path) -> None:
    write_tokenizer(tmp_path)
    (tmp_path / "special_tokens_map.json").write_text(json.dumps({"cls_token": "[CLS]"}))
    with pytest.raises(InputError, match=r"has no token '\[CLS\]'"):
        load_tokenizer(tmp_path, 64)
