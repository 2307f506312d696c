from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from synthcode.errors import InputError
from synthcode.evaluation.encoder import Role
from synthcode.evaluation.encoders.mose import MoseEncoder
from synthcode.evaluation.mose.checkpoint import from_pretrained
from synthcode.evaluation.mose.instructions import format_input
from synthcode.evaluation.mose.tokens import load_tokenizer
from tests.support.models.mose_checkpoint import tensors, write_checkpoint, write_weights

GO = Role("query", "code", "go")
PROGRAMS = ["f(x)", "def f(a, b): return a", "x" * 200, "", "é → 1"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_checkpoint(tmp_path_factory.mktemp("mose"), max_position_embeddings=96)


def one_by_one(folder: Path, texts: list[str], language: str) -> dict[int, np.ndarray]:
    model, tokenizer = from_pretrained(str(folder)), load_tokenizer(folder, 96)
    rows, _ = tokenizer.encode([format_input(text, language, "<sep>", "<cls>") for text in texts])
    with torch.no_grad():
        found = [model(torch.tensor([row])).embeddings for row in rows]
    return {exit_: torch.cat([vectors[exit_] for vectors in found]).numpy() for exit_ in (1, 2, 4)}


@pytest.mark.parametrize(("kind", "instruction"), [("code", "java"), ("text", "text")])
def test_all_exits_of_a_batch_are_those_of_each_text_alone(folder: Path, kind: str, instruction: str) -> None:
    encoder = MoseEncoder(str(folder))
    vectors = encoder.encode(PROGRAMS, Role("query", kind, instruction)).vectors
    assert encoder.exits == (1, 2, 4) == tuple(vectors)
    for exit_, expected in one_by_one(folder, PROGRAMS, instruction).items():
        assert vectors[exit_].dtype == np.float32
        np.testing.assert_allclose(vectors[exit_], expected, atol=1e-5)


def test_each_text_runs_once_for_all_exits(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("synthcode.evaluation.encoders.mose.BATCH_TEXTS", 2)
    encoder = MoseEncoder(str(folder))
    ran: list[int] = []
    encoder.model.backbone.layers[0].register_forward_hook(lambda _, __, given: ran.append(len(given)))
    encoder.encode(PROGRAMS, Role("document", "code", "java"))
    assert ran == [2, 2, 1]


def test_nothing_to_encode_gives_no_vectors(folder: Path) -> None:
    assert {exit_: v.shape for exit_, v in MoseEncoder(str(folder)).encode([], GO).vectors.items()} == {
        1: (0, 32),
        2: (0, 32),
        4: (0, 32),
    }


def test_fewer_exits_can_be_asked_for(folder: Path) -> None:
    encoder = MoseEncoder(str(folder), exits=(2,))
    assert encoder.exits == (2,)
    assert len(encoder.model.backbone.layers) == 2
    expected = MoseEncoder(str(folder)).encode(PROGRAMS, GO).vectors[2]
    np.testing.assert_array_equal(encoder.encode(PROGRAMS, GO).vectors[2], expected)


def test_the_identity_is_of_the_content(folder: Path, tmp_path: Path) -> None:
    same = write_checkpoint(tmp_path / "same", max_position_embeddings=96)
    other = write_checkpoint(tmp_path / "other", max_position_embeddings=96)
    write_weights(other, tensors(4, 3, random_seed=1))
    identities = [MoseEncoder(str(place)).identity for place in (folder, same, other)]
    assert identities[0] == identities[1] != identities[2]
    assert MoseEncoder(str(folder), dtype="bfloat16").identity != identities[0]
    assert MoseEncoder(str(folder), choices={"pooling": "mean"}).identity != identities[0]


def test_another_choice_gives_other_vectors(folder: Path) -> None:
    last, mean = (
        MoseEncoder(str(folder), choices={"pooling": pooling}).encode(PROGRAMS, GO).vectors[4]
        for pooling in ("last_token", "mean")
    )
    assert not np.allclose(last, mean, atol=1e-2)


def test_a_checkpoint_that_cannot_be_used_is_told_before_any_text_is(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"has no \*.safetensors"):
        MoseEncoder(str(tmp_path))
