"""Which options an encoder accepts: keyword parameters, or keys of a typed dictionary."""

from __future__ import annotations

import inspect
from typing import Any, TypedDict, Unpack

import pytest

from synthcode.errors import InputError
from synthcode.evaluation.encoders.registry import EncoderOptions, accepted_options, open_encoder
from synthcode.evaluation.reranking.reranker import Reranker, RerankerOptions


class Options(TypedDict, total=False):
    top: int
    shape: str


def keywords(name: str, *, dtype: str, shape: str) -> None: ...
def typed(name: str, *, weight: float, **options: Unpack[Options]) -> None: ...
def untyped(name: str, *, first: str, **options: Any) -> None: ...


def later(name: str, *, first: str) -> NeverDefined:  # type: ignore[name-defined]  # noqa: F821
    ...


@pytest.mark.parametrize(
    ("factory", "expected"),
    [(keywords, {"dtype"}), (typed, {"top", "weight"}), (untyped, {"first"}), (later, {"first"})],
)
def test_options_are_keyword_parameters_or_keys_of_a_typed_dictionary(factory: Any, expected: set[str]) -> None:
    assert accepted_options(factory) == expected


def test_every_option_of_a_reranker_is_accepted() -> None:
    assert accepted_options(Reranker) == set(RerankerOptions.__annotations__)
    assert len(inspect.signature(Reranker).parameters) == 2


def test_an_option_of_no_use_is_refused() -> None:
    with pytest.raises(InputError, match=r"^rerank:judge takes no --weight"):
        open_encoder("rerank:judge", EncoderOptions(first="bm25", weight=0.5))
