"""A function or object of one's own as an encoder."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from synthcode.errors import InputError
from synthcode.evaluation.encoder import Encoded, Role
from synthcode.evaluation.encoders.bm25 import Bm25
from synthcode.evaluation.encoders.python_function import FunctionEncoder, as_encoder
from synthcode.evaluation.vector_checks import VectorCheck
from tests.support.models.encoders import HashingEncoder

ROLE = Role("document", "code", "python")


def lengths(texts: list[str]) -> list[list[float]]:
    return [[3.0 * len(text), 4.0 * len(text)] for text in texts]


def vectors_of(function: Callable[[list[str]], Any], texts: Sequence[str] = ("a", "bcd"), **options: Any) -> Any:
    encoder = FunctionEncoder(function, name="mine", **options)
    return VectorCheck("mine")(encoder.encode(texts, ROLE), texts).vectors[0]


def test_vectors_are_scaled_to_unit_length_unless_the_inner_product_is_wanted() -> None:
    assert vectors_of(lengths).tolist() == np.float32([[0.6, 0.8], [0.6, 0.8]]).tolist()
    assert vectors_of(lengths, similarity="dot").tolist() == [[3, 4], [9, 12]]
    with pytest.raises(InputError, match=r"unknown similarity 'cosin' \(did you mean 'cosine'\?\)"):
        FunctionEncoder(lengths, name="mine", similarity="cosin")  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", ["float64", "float16", "int8", "uint8"])
def test_every_kind_of_real_number_is_taken(kind: str) -> None:
    assert vectors_of(lambda texts: np.array(lengths(texts), kind), similarity="dot").dtype == np.float32


def test_tensors_with_gradients_and_in_bfloat16_are_taken() -> None:
    torch = pytest.importorskip("torch")

    def tensors(texts: list[str]) -> Any:
        return torch.tensor(lengths(texts), dtype=torch.bfloat16, requires_grad=True)

    assert vectors_of(tensors, similarity="dot").tolist() == [[3, 4], [9, 12]]
    assert vectors_of(lambda texts: list(tensors(texts)), similarity="dot").tolist() == [[3, 4], [9, 12]]


@pytest.mark.parametrize(
    ("function", "problem"),
    [
        (lambda texts: np.ones(2), r"mine returned shape \(2,\) for 2 texts"),
        (lambda texts: np.ones((1, 2)), r"mine returned shape \(1, 2\) for 2 texts"),
        (lambda texts: np.ones((2, 0)), r"mine returned shape \(2, 0\) for 2 texts"),
        (lambda texts: np.ones((2, 3, 4)), r"mine returned shape \(2, 3, 4\) for 2 texts"),
        (lambda texts: None, "mine returned values of type object, not real numbers"),
        (lambda texts: iter(lengths(texts)), "mine returned values of type object, not real numbers"),
        (lambda texts: np.array(lengths(texts), complex), "mine returned values of type complex128"),
        (lambda texts: np.array([[True, False]] * 2), "mine returned values of type bool"),
        (lambda texts: [["a"], ["b"]], "mine returned values of type <U1"),
        (lambda texts: [[1.0], [1.0, 2.0]], "mine returned no array: setting an array element"),
        (lambda texts: [[float("nan")]] * 2, "mine gave a vector that is not finite for 2 of 2 texts"),
        (lambda texts: [[1e39, 1.0]] * 2, "mine gave a vector that is not finite for 2 of 2 texts"),
        (lambda texts: [[0.0]] * 2, "mine gave a zero vector for 2 of 2 texts"),
        (lambda texts: sys.exit(), "mine raised SystemExit for 2 texts"),
        (lambda texts: 1 / 0, "mine raised ZeroDivisionError for 2 texts: division by zero"),
    ],
)
@pytest.mark.parametrize("similarity", ["cosine", "dot"])
def test_what_cannot_be_scored_is_refused(function: Callable[[list[str]], Any], problem: str, similarity: str) -> None:
    with pytest.raises(InputError, match=problem) as refused:
        vectors_of(function, similarity=similarity)
    assert len(str(refused.value).splitlines()) == 2


def test_an_object_of_any_kind_is_taken() -> None:
    class Model:
        def __call__(self) -> None:
            raise AssertionError("a model is called through 'encode'")

        def encode(self, sentences: list[str], batch_size: int = 32) -> list[list[float]]:
            return lengths(sentences)

    own, scorer = HashingEncoder(), Bm25()
    assert as_encoder(own, "mine") is own
    assert as_encoder(scorer, "mine") is scorer
    assert as_encoder(lambda: own, "mine") is own
    for given in (lengths, lambda: lengths, Model(), Model, lambda device="cpu": Model(), partial(lengths)):
        assert as_encoder(given, "mine").encode(["a"], ROLE).vectors[0].shape == (1, 2)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        (3, "mine is not an encoder: int"),
        (lambda: 3, "mine is not an encoder: int"),
        (lambda: 1 / 0, r"mine\(\) raised ZeroDivisionError: division by zero"),
        (lambda: lambda: lengths, "mine made another factory"),
        (lambda one, two: one, "mine cannot be called with a list of texts: missing a required argument: 'two'"),
        (lambda *, texts: texts, "mine cannot be called with a list of texts: too many positional arguments"),
    ],
)
def test_what_is_not_an_encoder_is_refused(given: object, problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        as_encoder(given, "mine")


def test_a_coroutine_function_is_refused() -> None:
    async def encode(texts: list[str]) -> list[list[float]]:
        return lengths(texts)

    with pytest.raises(InputError, match="mine is a coroutine function"):
        as_encoder(encode, "mine")


def identity(function: Callable[[list[str]], Any], **options: Any) -> str:
    return FunctionEncoder(function, name="mine", **options).identity


def scaled(texts: list[str], *, by: float, most: int = 1_000_000) -> list[list[float]]:
    return [[1.0, by * min(len(text), most)] for text in texts]


def test_without_a_version_the_smallest_change_of_a_vector_is_another_encoder() -> None:
    assert identity(partial(scaled, by=1.0)) == identity(partial(scaled, by=1.0))
    assert identity(partial(scaled, by=1.0)) != identity(partial(scaled, by=1.000001), similarity="dot")
    assert identity(partial(scaled, by=1.0)) != identity(partial(scaled, by=1.0, most=512))  # cuts long texts
    assert identity(partial(scaled, by=1.0)) != identity(partial(scaled, by=1.0), similarity="dot")


def test_a_version_replaces_source_and_vectors() -> None:
    one, two = partial(scaled, by=1.0), partial(scaled, by=2.0)
    assert identity(one, version="1") == identity(two, version="1") != identity(two, version="2")


def test_another_source_file_is_another_encoder(tmp_path: Path) -> None:
    def loaded(text: str) -> Any:
        file = tmp_path / "module.py"
        file.write_text(text)
        spec = importlib.util.spec_from_file_location("module", file)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    source = "def encode(texts):\n    return [[1.0, LENGTH]] * len(texts)\n"
    first = identity(loaded("LENGTH = 2\n" + source).encode)
    assert identity(loaded("LENGTH = 2\n" + source).encode) == first
    assert identity(loaded("LENGTH = 2  # edited\n" + source).encode) != first


def test_an_encoder_must_return_encoded_vectors_in_float32() -> None:
    class Wrong(HashingEncoder):
        def encode(self, texts: Sequence[str], role: Role) -> Encoded:
            return Encoded({0: np.ones((len(texts), 2))}, np.zeros(1, np.int32), np.zeros(1, np.bool_))  # type: ignore[dict-item]

    with pytest.raises(InputError, match="hash gave vectors of type float64, not float32"):
        VectorCheck("hash")(Wrong().encode(["a"], ROLE), ["a"])
    with pytest.raises(InputError, match="hash gave list from 'encode', not Encoded"):
        VectorCheck("hash")([[1.0]], ["a"])  # type: ignore[arg-type]
