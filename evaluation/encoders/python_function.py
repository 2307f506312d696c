"""A function or object of the user's own as an encoder: ``list[str]`` in, an array with a row for each text out."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np

from synthcode.errors import InputError, SynthcodeError, did_you_mean, first_line
from synthcode.evaluation.encoder import ONLY_EXIT, Encoded, Role, Trait, Vectors
from synthcode.evaluation.encoders.named_objects import find_object
from synthcode.evaluation.model_probe import PROBE_TEXTS
from synthcode.evaluation.retrieval.combination import AnyEncoder
from synthcode.identity import digest, file_digest

Similarity = Literal["cosine", "dot"]

LONG_TEXT = "\n".join(f"value_{number} = compute({number}) + previous  # step {number}" for number in range(512))
"""Longer than most models read: where a text is cut changes its vector."""
EXACT_TEXTS = (*PROBE_TEXTS, LONG_TEXT)
"""Texts whose exact vectors identify a function that has no version."""

SHAPE_FIX = "return one row of numbers for each text: an array of shape (texts, width)"
DTYPE_FIX = "return real numbers, such as float32"

_ENCODER_PARTS = ("name", "identity", "exits", "sees", "encode")
_SCORER_PARTS = ("name", "identity", "score_blocks")
_COMBINATION_PARTS = ("name", "identity", "parts", "rankings", "notes")


class FunctionEncoder:
    """A Python function from texts to vectors.

    Without a version, stored vectors are used again only if the function's source file is the same and a few fixed
    texts, one of them long, come out bit for bit as before. With a version, they must come out alike (cosine 0.9999).

    Parameters
    ----------
    function
        Takes up to 256 texts as ``list[str]``; returns an array, tensor or nested list of shape (texts, width).
    name
        What results call it.
    version
        Replaces the comparison of source and exact vectors. Change it when the model changes.
    similarity
        ``cosine`` scales vectors to unit length; ``dot`` ranks by the inner products of the vectors as they are.

    Raises
    ------
    InputError
        If the similarity is unknown.
    """

    exits = (ONLY_EXIT,)
    sees: frozenset[Trait] = frozenset()

    def __init__(
        self,
        function: Callable[[list[str]], Any],
        *,
        name: str,
        version: str | None = None,
        similarity: Similarity = "cosine",
    ) -> None:
        known = get_args(Similarity)
        if similarity not in known:
            hint = did_you_mean(str(similarity), known)
            raise InputError(f"unknown similarity {similarity!r}{hint}", f"use one of: {', '.join(known)}")
        self.name = name
        self._function, self._version, self._similarity = function, version, similarity

    @cached_property
    def identity(self) -> str:
        """A digest of name and version; without a version, of the source and of exact vectors instead."""
        known_by: list[Any] = [self._version]
        if self._version is None:
            exact = self._vectors(list(EXACT_TEXTS))
            known_by = [source_digest(self._function), list(exact.shape), exact.tobytes().hex()]
        return digest("python function", self.name, self._similarity, known_by)

    def encode(self, texts: Sequence[str], role: Role) -> Encoded:
        """Encode texts; the function does not learn their role.

        Raises
        ------
        InputError
            If the function fails, or returns something other than a row of real numbers for each text.
        """
        nothing = np.zeros(len(texts), np.int32)
        return Encoded({ONLY_EXIT: self._vectors(list(texts))}, nothing, nothing.astype(np.bool_))

    def _vectors(self, texts: list[str]) -> Vectors:
        try:
            returned = self._function(texts)
        except (SynthcodeError, MemoryError):
            raise
        except (Exception, SystemExit) as problem:
            raise InputError(
                f"{self.name} raised {type(problem).__name__} for {len(texts)} texts: {first_line(problem)}",
                "fix the function; it is called with a list of strings (--debug shows the traceback)",
            ) from problem
        vectors = to_vectors(returned, len(texts), self.name)
        return _unit(vectors) if self._similarity == "cosine" else vectors


def as_encoder(
    given: object, name: str, *, version: str | None = None, similarity: Similarity = "cosine"
) -> AnyEncoder:
    """Return the encoder that an object is or makes.

    Parameters
    ----------
    given
        An ``Encoder``, ``LexicalScorer`` or ``Combination``; an object whose ``encode`` takes texts, such as a
        SentenceTransformer; a function that takes texts; or a class or function without required arguments that makes
        one of these.
    name
        What results call a function.
    version, similarity
        Of a function, as :class:`FunctionEncoder` takes them.

    Raises
    ------
    InputError
        If it cannot be used as an encoder.
    """
    if _is_factory(given):
        given = _made(given, name)
        if _is_factory(given):
            raise InputError(f"{name} made another factory", "return an encoder or a function that takes texts")
    kinds = (_ENCODER_PARTS, _SCORER_PARTS, _COMBINATION_PARTS)
    if not inspect.isclass(given) and any(_has(given, parts) for parts in kinds):
        return given  # type: ignore[return-value]  # as far as can be seen from outside
    function = getattr(given, "encode", given)
    if inspect.isclass(given) or not callable(function):
        raise InputError(
            f"{name} is not an encoder: {type(given).__name__}",
            "name a function that takes a list of strings and returns an array of shape (texts, width)",
        )
    _refuse_other_signatures(function, name)
    return FunctionEncoder(function, name=name, version=version, similarity=similarity)


def to_vectors(returned: object, texts: int, name: str) -> Vectors:
    """Return what a function returned as float32 of shape (texts, width).

    Raises
    ------
    InputError
        If it has another shape, or holds something other than real numbers.
    """
    array = _array(returned, name)
    if array.dtype.kind not in "fiu":
        raise InputError(f"{name} returned values of type {array.dtype}, not real numbers", DTYPE_FIX)
    if array.ndim != 2 or len(array) != texts or not array.shape[1]:
        raise InputError(f"{name} returned shape {array.shape} for {texts} texts", SHAPE_FIX)
    with np.errstate(over="ignore"):  # infinite values are refused with all others
        return np.ascontiguousarray(array, dtype=np.float32)


def source_digest(function: object) -> str:
    """Return a digest of the file that a function or its class is written in; of its own text if there is no file."""
    bound = getattr(function, "__self__", None)
    found = inspect.unwrap(getattr(function, "func", function))  # type: ignore[arg-type]
    source = type(bound) if bound is not None and not inspect.ismodule(bound) else found
    if not (inspect.isfunction(source) or inspect.isclass(source)):
        source = type(source)
    try:
        file = Path(inspect.getsourcefile(source) or "")
        return file_digest(file) if file.is_file() else digest(inspect.getsource(source))
    except (OSError, TypeError):
        return ""


def _array(returned: object, name: str) -> np.ndarray[Any, Any]:
    """Return an array of an array, a list, or a tensor on any device that tracks gradients or not."""
    if callable(getattr(returned, "detach", None)):  # torch: bfloat16 is unknown to numpy
        returned = returned.detach().float().cpu().numpy()  # type: ignore[attr-defined]
    elif isinstance(returned, list | tuple) and returned and callable(getattr(returned[0], "detach", None)):
        returned = [row.detach().float().cpu().numpy() for row in returned]
    try:
        return np.asarray(returned)
    except (ValueError, TypeError) as problem:
        raise InputError(f"{name} returned no array: {first_line(problem)}", SHAPE_FIX) from problem


def _unit(vectors: Vectors) -> Vectors:
    lengths = np.linalg.norm(vectors.astype(np.float64), axis=1, keepdims=True)
    with np.errstate(invalid="ignore"):  # vectors that are not finite are refused with all others
        scaled = np.divide(vectors, lengths, out=np.zeros(vectors.shape), where=lengths != 0)
    unit: Vectors = scaled.astype(np.float32)
    return unit


def _has(given: object, parts: Sequence[str]) -> bool:
    return all(hasattr(given, part) for part in parts)


def _is_factory(given: object) -> bool:
    if inspect.isclass(given):
        return True
    if not inspect.isroutine(given) or inspect.isbuiltin(given):
        return False
    parameters = inspect.signature(given).parameters.values()
    return all(one.default is not one.empty or one.kind is one.VAR_KEYWORD for one in parameters)


def _made(factory: Any, name: str) -> object:
    try:
        return factory()
    except SynthcodeError:
        raise
    except (Exception, SystemExit) as problem:
        raise InputError(
            f"{name}() raised {type(problem).__name__}: {first_line(problem)}",
            "a class or function without required arguments is called to make the encoder",
        ) from problem


def _refuse_other_signatures(function: Any, name: str) -> None:
    if inspect.iscoroutinefunction(function):
        raise InputError(f"{name} is a coroutine function", "name an ordinary function: one without 'async'")
    try:
        parameters = inspect.signature(function)
    except (TypeError, ValueError):  # compiled functions do not say what they take
        return
    try:
        parameters.bind([""])
    except TypeError as problem:
        raise InputError(
            f"{name} cannot be called with a list of texts: {problem}",
            "name a function with one required argument, the texts",
        ) from problem


def open_object(name: str, *, revision: str | None = None) -> AnyEncoder:
    """Return the encoder ``py:MODULE:ATTRIBUTE``; see ``find_object`` and ``as_encoder``."""
    return as_encoder(find_object(name), f"py:{name}", version=revision)
