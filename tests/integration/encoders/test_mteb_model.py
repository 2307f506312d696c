"""``mteb:NAME``: a real model through mteb's wrapper, and what is refused."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

from synthcode.errors import InputError
from synthcode.evaluation.encoder import ONLY_EXIT, Encoder, Role
from synthcode.evaluation.encoders.checkpoints.remote_code import no_remote_code
from synthcode.evaluation.encoders.mteb_model import MtebModel
from synthcode.extras import install_line
from tests.support.models.minilm import minilm_folder

TEXTS = ["add two numbers", "int add(int a, int b) { return a + b; }", "", "x = 'é → 1'" * 300]
QUERY, DOCUMENT = Role("query", "text", "text"), Role("document", "code", "java")


@pytest.fixture(autouse=True)
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)


@pytest.mark.parametrize("name", ["intfloat/e5-small-v2", "."])
def test_without_mteb_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setitem(sys.modules, "mteb", None)
    with pytest.raises(InputError) as caught:
        MtebModel(name)
    assert caught.value.fix == install_line("mteb")


def test_no_class_is_loaded_from_a_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from transformers import AutoModel

    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.json").write_text('{"model_type": "mine", "auto_map": {"AutoConfig": "mine.Mine"}}')
    (tmp_path / "mine.py").write_text("open('ran', 'w')")
    with pytest.raises(InputError, match="needs code from its repository"), no_remote_code("mine"):
        AutoModel.from_pretrained(tmp_path, trust_remote_code=True)
    assert not (tmp_path / "ran").exists()


@pytest.mark.mteb
def test_vectors_are_those_of_sentence_transformers() -> None:
    from sentence_transformers import SentenceTransformer

    encoder: Encoder = MtebModel(str(minilm_folder()), device="cpu")
    assert encoder.exits == (ONLY_EXIT,)
    expected = SentenceTransformer(str(minilm_folder()), device="cpu").encode(TEXTS, normalize_embeddings=True)
    for role in (QUERY, DOCUMENT):
        encoded = encoder.encode(TEXTS, role)
        assert encoded.vectors[ONLY_EXIT].dtype == np.float32
        np.testing.assert_allclose(encoded.vectors[ONLY_EXIT], expected, atol=1e-5)
        assert len(encoded.tokens) == len(encoded.truncated) == len(TEXTS)
    assert encoder.encode([], DOCUMENT).vectors[ONLY_EXIT].shape[0] == 0


@pytest.mark.mteb
def test_a_model_s_prompts_go_with_the_side(tmp_path: Path) -> None:
    folder = shutil.copytree(minilm_folder(), tmp_path / "model")
    (folder / "config_sentence_transformers.json").write_text('{"prompts": {"query": "Q: ", "document": "D: "}}')
    prompted, bare = MtebModel(str(folder)), MtebModel(str(minilm_folder()))
    for role, prompt in ((QUERY, "Q: "), (DOCUMENT, "D: ")):
        found = prompted.encode(["add"], role).vectors[ONLY_EXIT]
        np.testing.assert_allclose(found, bare.encode([f"{prompt}add"], role).vectors[ONLY_EXIT], atol=1e-5)
    assert prompted.identity != bare.identity == MtebModel(str(minilm_folder())).identity


class Instructed:
    """A model of mteb's that puts the task's instruction before the text, and ranks by inner product."""

    class mteb_model_meta:
        model_type = ("dense",)

    def encode(self, inputs, *, task_metadata, prompt_type, **_):
        texts = [text for batch in inputs for text in batch["text"]]
        prompt = (task_metadata.prompt or {}).get(prompt_type.value, "")
        return np.array([[len(prompt + text), 1] for text in texts], np.float64)

    def similarity(self, one, other):
        return one @ other.T


@pytest.mark.mteb
def test_an_instruction_goes_with_the_kind_of_query_and_lengths_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    encoder = MtebModel(str(minilm_folder()))
    monkeypatch.setattr(encoder, "_load", Instructed)
    roles = (QUERY, Role("query", "code", "go"), DOCUMENT)
    lengths = [encoder.encode(["x"], role).vectors[ONLY_EXIT][0, 0] for role in roles]
    assert len(set(lengths)) == 3
    assert lengths[2] == 1


@pytest.mark.mteb
def test_a_model_of_the_registry() -> None:
    encoder = MtebModel("mteb/baseline-random-encoder")
    vectors = encoder.encode(TEXTS, QUERY).vectors[ONLY_EXIT]
    assert vectors.shape == (len(TEXTS), 32)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


@pytest.mark.mteb
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("mteb/baseline-random-cross-encoder", "gives no vectors"),
        ("mteb/baseline-bm25s", "missing required|no vectors"),
    ],
)
def test_what_gives_no_vectors_or_wants_more_installed_is_refused(name: str, expected: str) -> None:
    with pytest.raises(InputError, match=expected):
        MtebModel(name).encode(["x"], QUERY)


@pytest.mark.mteb
@pytest.mark.parametrize(
    ("name", "expected"),
    [("intfloat/e5-smal-v2", "did you mean 'intfloat/e5-small-v2'"), ("nobody", "cannot be loaded|knows no model")],
)
@pytest.mark.filterwarnings("ignore:Could not find model")
def test_an_unknown_model_is_told_in_two_lines(name: str, expected: str) -> None:
    with pytest.raises(InputError, match=expected) as caught:
        MtebModel(name)
    assert len(str(caught.value).splitlines()) == 2


@pytest.mark.mteb
def test_a_model_that_needs_its_own_code_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    folder = shutil.copytree(minilm_folder(), tmp_path / "model")
    (folder / "modules.json").write_text('[{"idx": 0, "name": "0", "path": "", "type": "mine.Mine"}]')
    (folder / "mine.py").write_text("open('ran', 'w')")
    with pytest.raises(InputError, match=r"needs code from its repository|cannot be loaded"):
        MtebModel(str(folder)).encode(["x"], QUERY)
    assert not (tmp_path / "ran").exists()
