"""The modules of a sentence-transformers model that read texts: their tokenizers, and where they cut a text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from synthcode.errors import InputError, first_line
from synthcode.evaluation.encoder import Side

Tokens = npt.NDArray[np.int32]
"""One number for each text."""

LENGTHS: Mapping[Side, str] = {"query": "query_length", "document": "document_length"}
"""Attributes of a Transformer module that bound one side's texts."""

_MOST = np.iinfo(np.int32).max


def input_module(model: Any, side: Side, name: str) -> Any:
    """Return the module that reads one side's texts: the model's first, or the first of a Router's route.

    Raises
    ------
    InputError
        If the Router has no route for that side.
    """
    from sentence_transformers.base.modules import Router

    module: Any = model[0]
    while isinstance(module, Router):
        try:
            route: Any = module._resolve_route(task=side, modality="text")  # there is no public name for it
        except ValueError as problem:
            raise InputError(
                f"{name} routes texts by other names than query and document: {first_line(problem)}",
                "add route_mappings for the tasks 'query' and 'document' to its router_config.json",
            ) from problem
        routes: Any = module.sub_modules
        module = routes[route][0]
    return module


def reads_side(model: Any) -> bool:
    """Return whether a model treats queries and documents differently, prompts left out."""
    from sentence_transformers.base.modules import Router

    if any(isinstance(module, Router) for module in model.modules()) or "task" in model.get_model_kwargs():
        return True
    query, document = (getattr(model[0], attribute, None) for attribute in LENGTHS.values())
    return query != document or getattr(model[0], "query_expansion", None) is not None


def count_tokens(module: Any, texts: Sequence[str]) -> Tokens | None:
    """Return the tokens of each whole text, with those that a tokenizer adds; None if the module has no tokenizer.

    A text of no tokens has no word that the model knows.
    """
    from sentence_transformers.sentence_transformer.modules.tokenizer import WordTokenizer
    from tokenizers import Tokenizer
    from transformers import PreTrainedTokenizerBase

    tokenizer = getattr(module, "tokenizer", None)
    if isinstance(tokenizer, PreTrainedTokenizerBase):
        lists = tokenizer(list(texts), truncation=False, verbose=False)["input_ids"] if texts else []
        return np.array([len(ids) for ids in lists], dtype=np.int32)
    if isinstance(tokenizer, Tokenizer):  # of a static model: nothing is added
        encodings = tokenizer.encode_batch(list(texts), add_special_tokens=False)
        return np.array([sum(len(part) for part in (one, *one.overflowing)) for one in encodings], dtype=np.int32)
    if isinstance(tokenizer, WordTokenizer):
        return np.array([len(tokenizer.tokenize(text)) for text in texts], dtype=np.int32)
    return None


def longest_input(module: Any, side: Side) -> int | None:
    """Return the tokens after which a module cuts a side's texts; None if it reads them whole."""
    truncation = getattr(getattr(module, "tokenizer", None), "truncation", None)  # of a static model
    if isinstance(truncation, dict):
        return int(truncation["max_length"])
    most = getattr(module, LENGTHS[side], None) or getattr(module, "max_seq_length", None)
    return None if most is None or most > _MOST else int(most)


def limit_inputs(model: Any, most: int, name: str) -> None:
    """Have a model cut texts after some tokens.

    Raises
    ------
    InputError
        If it has no way to cut texts, or no positions for so many tokens.
    """
    for module in _distinct(input_module(model, side, name) for side in LENGTHS):
        _limit(module, most, name)


def _limit(module: Any, most: int, name: str) -> None:
    from tokenizers import Tokenizer

    tokenizer = getattr(module, "tokenizer", None)
    if isinstance(tokenizer, Tokenizer):
        tokenizer.enable_truncation(most)
        return
    if tokenizer is None or not hasattr(module, "max_seq_length"):
        raise InputError(
            f"{name} reads whole texts: its {type(module).__name__} module has no longest input",
            "leave out --max-tokens",
        )
    positions = getattr(getattr(module, "config", None), "max_position_embeddings", None)
    if isinstance(positions, int) and 0 < positions < most:
        raise InputError(
            f"{name} has positions for {positions:,} tokens, fewer than --max-tokens {most:,}",
            "leave out --max-tokens, or give fewer",
        )
    module.max_seq_length = most
    for attribute in LENGTHS.values():
        if getattr(module, attribute, None) is not None:
            setattr(module, attribute, most)


def _distinct(modules: Iterator[Any]) -> list[Any]:
    return list({id(module): module for module in modules}.values())
