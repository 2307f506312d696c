"""``st:`` gives the vectors of ``encode_query`` and ``encode_document``, whatever the model is made of."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Router

from synthcode.errors import InputError
from synthcode.evaluation.encoder import ONLY_EXIT, Encoded, Role
from synthcode.evaluation.encoders.sentence_transformer import SentenceTransformerEncoder
from synthcode.evaluation.vector_checks import VectorCheck
from tests.support.models.sentence_models import (
    Normalize,
    bag_of_words,
    dense,
    pooling,
    save,
    set_config,
    static,
    transformer,
    word_embeddings,
    write_bert,
)

TEXTS = (
    "Add two numbers .",
    "def f ( a , b ) : return a + b",
    "int least ( int a ) { return a ; }",
    "Take the sum of the list " + "number x " * 57,
    "a",
)
QUERY, DOCUMENT = Role("query", "text", ""), Role("document", "code", "python")

Build = Callable[[Path], Path]


def as_published(folder: Path, side: str) -> np.ndarray:
    """The vectors that sentence-transformers gives, made unit."""
    model = SentenceTransformer(str(folder), device="cpu")
    encode = model.encode_query if side == "query" else model.encode_document
    return encode(list(TEXTS), normalize_embeddings=True)


def encoded(encoder: SentenceTransformerEncoder, role: Role) -> Encoded:
    """What an evaluation gets: the role as far as the encoder looks at it."""
    return encoder.encode(TEXTS, role.seen_by(encoder))


def routes(folder: Path) -> Path:
    return save(folder, Router.for_query_document([static(1)], [static(2)], default_route="document"))


def routes_by_mapping(folder: Path) -> Path:
    mappings = {("query", "text"): "light", ("document", None): "heavy"}
    return save(folder, Router({"light": [static(1)], "heavy": [static(2)]}, route_mappings=mappings))


def routes_of_two_kinds(folder: Path) -> Path:
    bert = [transformer(folder.with_name("bert")), pooling()]
    return save(folder, Router.for_query_document([static(1)], bert), Normalize())


def bert(folder: Path, **options: object) -> Path:
    return save(folder, transformer(folder.with_name("bert")), pooling(), **options)


def passage_prompt(folder: Path) -> Path:
    """sentence-transformers 6 always has a prompt named 'document', which is empty here and goes first."""
    return set_config(bert(folder), prompts={"query": "query : ", "passage": "passage : "})


def default_prompt(folder: Path) -> Path:
    return bert(folder, prompts={"query": "query : ", "document": ""}, default_prompt_name="query")


def other_default_prompt(folder: Path) -> Path:
    return set_config(bert(folder), prompts={"task": "list : "}, default_prompt_name="task")


def two_lengths(folder: Path) -> Path:
    return save(folder, transformer(folder.with_name("bert"), query_length=8, document_length=20), pooling())


MODELS: list[tuple[Build, bool]] = [
    (routes, True),
    (routes_by_mapping, True),
    (routes_of_two_kinds, True),
    (default_prompt, True),
    (passage_prompt, True),
    (other_default_prompt, False),
    (two_lengths, True),
    (lambda folder: bert(folder, prompts={"query": "query : ", "document": "passage : "}), True),
    (bert, False),
    (lambda folder: save(folder, static()), False),
    (lambda folder: save(folder, static(), Normalize()), False),
    (lambda folder: save(folder, bag_of_words()), False),
    (lambda folder: save(folder, word_embeddings(), pooling()), False),
    (lambda folder: save(folder, word_embeddings(), pooling(), dense()), False),
    (lambda folder: save(folder, static(), prompts={"query": "query : "}), True),
    (lambda folder: save(folder, static(), truncate_dim=7), False),
]


QUICK = (0, 3, 6, 8, 9, 11)
"""Of these models: one of each kind."""


@pytest.mark.parametrize(
    ("build", "differs"),
    [both if number in QUICK else pytest.param(*both, marks=pytest.mark.slow) for number, both in enumerate(MODELS)],
)
def test_vectors_are_those_of_encode_query_and_encode_document(build: Build, differs: bool, tmp_path: Path) -> None:
    folder = build(tmp_path / "model")
    encoder = SentenceTransformerEncoder(str(folder))
    for role in (QUERY, DOCUMENT):
        ours = encoded(encoder, role).vectors[ONLY_EXIT]
        np.testing.assert_allclose(ours, as_published(folder, role.side), atol=1e-5)
    query, document = (as_published(folder, side) for side in ("query", "document"))
    assert np.allclose(query, document, atol=1e-5) is not differs
    assert encoder.sees == (frozenset({"side"}) if differs else frozenset())


@pytest.mark.parametrize(
    ("build", "tokens", "cut"),
    [
        (lambda folder: save(folder, static()), [4, 12, 11, 120, 1], []),
        (lambda folder: save(folder, bag_of_words()), [4, 12, 11, 120, 1], []),
        # 'the' is a stop word; forty words are read.
        (lambda folder: save(folder, word_embeddings(), pooling()), [4, 12, 11, 40, 1], [3]),
        (bert, [4, 12, 11, 64, 1], [3]),
        (two_lengths, [4, 12, 11, 20, 1], [3]),
    ],
)
def test_tokens_are_counted_with_the_tokenizer_that_a_model_has(
    build: Build, tokens: list[int], cut: list[int], tmp_path: Path
) -> None:
    found = encoded(SentenceTransformerEncoder(str(build(tmp_path / "model"))), DOCUMENT)
    assert found.tokens.tolist() == tokens
    assert np.flatnonzero(found.truncated).tolist() == cut


def test_each_route_counts_with_its_own_tokenizer(tmp_path: Path) -> None:
    encoder = SentenceTransformerEncoder(str(routes_of_two_kinds(tmp_path / "model")))
    assert encoded(encoder, QUERY).tokens.tolist() == [4, 12, 11, 120, 1]
    assert encoded(encoder, DOCUMENT).tokens.tolist() == [4, 12, 11, 64, 1]


@pytest.mark.parametrize(
    "build",
    [
        lambda folder: save(folder, static()),
        lambda folder: save(folder, word_embeddings(), pooling()),
        bert,
        two_lengths,
        routes_of_two_kinds,
    ],
)
def test_the_longest_input_can_be_set(build: Build, tmp_path: Path) -> None:
    folder = str(build(tmp_path / "model"))
    short, whole = SentenceTransformerEncoder(folder, max_tokens=6), SentenceTransformerEncoder(folder)
    found = encoded(short, DOCUMENT)
    assert found.tokens.tolist() == [4, 6, 6, 6, 1]
    assert found.truncated.tolist() == [False, True, True, True, False]
    changed = np.abs(found.vectors[ONLY_EXIT] - encoded(whole, DOCUMENT).vectors[ONLY_EXIT]).max(axis=1) > 1e-3
    assert changed.tolist() == [False, True, True, True, False]
    assert short.identity != whole.identity


@pytest.mark.parametrize(
    ("build", "most", "problem"),
    [
        (lambda folder: save(folder, bag_of_words()), 6, "reads whole texts: its BoW module has no longest input"),
        (bert, 5000, "has positions for 64 tokens, fewer than --max-tokens 5,000"),
    ],
)
def test_a_longest_input_that_a_model_cannot_have_is_refused(
    build: Build, most: int, problem: str, tmp_path: Path
) -> None:
    folder = build(tmp_path / "model")
    with pytest.raises(InputError) as refusal:
        SentenceTransformerEncoder(str(folder), max_tokens=most)
    assert refusal.value.problem == f"st:{folder} {problem}"
    assert "leave out --max-tokens" in refusal.value.fix


def test_a_prompt_that_is_given_replaces_that_side_only(tmp_path: Path) -> None:
    folder = bert(tmp_path / "model", prompts={"query": "query : ", "document": "passage : "})
    encoder = SentenceTransformerEncoder(str(folder), prompts={"query": "list : "})
    model = SentenceTransformer(str(folder), device="cpu")
    own = model.encode_query(list(TEXTS), prompt="list : ", normalize_embeddings=True)
    np.testing.assert_allclose(encoded(encoder, QUERY).vectors[ONLY_EXIT], own, atol=1e-5)
    documents = as_published(folder, "document")
    np.testing.assert_allclose(encoded(encoder, DOCUMENT).vectors[ONLY_EXIT], documents, atol=1e-5)
    without = SentenceTransformerEncoder(str(folder), prompts={"query": "", "document": ""})
    assert without.sees == frozenset()
    assert without.identity != encoder.identity


def test_a_text_without_a_known_word_may_have_a_zero_vector(tmp_path: Path) -> None:
    texts = ["sort the list", "ganz unbekannt", "add"]
    for number, modules in enumerate([[bag_of_words()], [word_embeddings(), pooling()]]):
        encoder = SentenceTransformerEncoder(str(save(tmp_path / str(number), *modules)))
        found = VectorCheck(encoder.name)(encoder.encode(texts, DOCUMENT.seen_by(encoder)), texts)
        assert found.tokens[1] == 0
        assert not found.vectors[ONLY_EXIT][1].any()


def test_a_model2vec_folder_needs_no_modules(tmp_path: Path) -> None:
    folder = save(tmp_path / "model", static(), Normalize())
    alone = tmp_path / "distilled"
    alone.mkdir()
    for name in ("tokenizer.json", "model.safetensors"):
        source = next(folder.rglob(name))
        shutil.copy(source, alone / name)
    (alone / "config.json").write_text('{"model_type": "model2vec", "architectures": ["StaticModel"]}')
    ours = encoded(SentenceTransformerEncoder(str(alone)), DOCUMENT).vectors[ONLY_EXIT]
    np.testing.assert_allclose(ours, as_published(folder, "document"), atol=1e-6)


def test_identity_follows_words_that_only_the_tokenizer_knows(tmp_path: Path) -> None:
    folder = save(tmp_path / "model", word_embeddings(), pooling())
    before = SentenceTransformerEncoder(str(folder)).identity
    assert SentenceTransformerEncoder(str(folder)).identity == before
    config = next(folder.rglob("whitespacetokenizer_config.json"))
    config.write_text(config.read_text("utf-8").replace('"stop_words": ["the"]', '"stop_words": []'), "utf-8")
    assert SentenceTransformerEncoder(str(folder)).identity != before


@pytest.mark.parametrize("architecture", ["BertModel", "BertForMaskedLM", "BertForPreTraining"])
def test_bare_encoders_are_pooled_as_sentence_transformers_pools_them(architecture: str, tmp_path: Path) -> None:
    folder = write_bert(tmp_path / "model", architecture=architecture)
    ours = encoded(SentenceTransformerEncoder(str(folder)), DOCUMENT).vectors[ONLY_EXIT]
    np.testing.assert_allclose(ours, as_published(folder, "document"), atol=1e-5)
