"""``st:NAME_OR_PATH``: any model that sentence-transformers loads without remote code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from synthcode.errors import InputError
from synthcode.evaluation.encoder import ONLY_EXIT, Encoded, Role, Trait
from synthcode.evaluation.encoders.checkpoint_files import refused, safe_folder
from synthcode.evaluation.encoders.length_batches import batches_by_length
from synthcode.evaluation.encoders.remote_code import no_remote_code
from synthcode.evaluation.encoders.residual_stream import weights_digest
from synthcode.identity import digest

BATCH_TOKENS = 16_384
BATCH_TEXTS = 128


class SentenceTransformerEncoder:
    """A sentence-transformers model: its own pooling, prompts and similarity.

    Parameters
    ----------
    name
        A folder, or a repository on the Hub.
    dtype, device
        As :func:`synthcode.evaluation.device.resolve` takes them.
    max_tokens
        Longest input; absent, the model's own.
    prompts
        ``query`` and ``document`` -> what to put before texts; absent, the model's own.
    revision
        Of a repository: branch, tag or commit.

    Raises
    ------
    InputError
        If the model is not there, or needs remote code or pickled weights.
    """

    exits = (ONLY_EXIT,)

    def __init__(
        self,
        name: str,
        *,
        dtype: str = "auto",
        device: str = "auto",
        max_tokens: int | None = None,
        prompts: Mapping[str, str] | None = None,
        revision: str | None = None,
    ) -> None:
        from sentence_transformers import SentenceTransformer

        from synthcode.evaluation.device import resolve

        self.name = f"st:{name}"
        # In float32 by default, as other tools run these models, and publish their scores.
        place = resolve(device, "float32" if dtype == "auto" else dtype)
        folder = safe_folder(name, revision)
        try:
            with no_remote_code(name):
                self._model = SentenceTransformer(
                    str(folder),
                    device=str(place.device),
                    trust_remote_code=False,
                    local_files_only=True,
                    model_kwargs={"use_safetensors": True, "dtype": place.dtype},
                )
        except InputError:
            raise
        except Exception as problem:  # a missing repository, a missing file, remote code: errors of many kinds
            raise refused(name, problem) from problem
        if max_tokens is not None:
            self._model.max_seq_length = max_tokens
        self._prompts = {side: text for side, text in (prompts or self._model.prompts).items() if text}
        self._unit = _is_cosine(name, self._model)

    @property
    def sees(self) -> frozenset[Trait]:
        """Queries and documents are told apart by a model that has prompts for them."""
        return frozenset({"side"}) if {"query", "document"} & self._prompts.keys() else frozenset()

    @cached_property
    def identity(self) -> str:
        """A digest of weights, modules, prompts, longest input and number format."""
        modules = [[type(module).__name__, _settings(module)] for module in self._model]
        settings = [modules, self._prompts, self._model.max_seq_length, self._unit]
        return digest("st", weights_digest(self._model), settings)

    def encode(self, texts: Sequence[str], role: Role) -> Encoded:
        """Encode texts, in batches of like length."""
        prompt = self._prompts.get(role.side, "")
        tokens, truncated = self._lengths([prompt + text for text in texts])
        vectors = np.empty((len(texts), self._model.get_embedding_dimension() or 0), np.float32)
        for places in batches_by_length(tokens.tolist(), BATCH_TOKENS, BATCH_TEXTS):
            vectors[places] = self._model.encode(
                [texts[place] for place in places],
                prompt=prompt or None,
                batch_size=len(places),
                normalize_embeddings=self._unit,
                show_progress_bar=False,
            )
        return Encoded({ONLY_EXIT: vectors}, tokens, truncated)

    def _lengths(self, texts: Sequence[str]) -> tuple[Any, Any]:
        """Return the tokens that the model is given of each text, and whether that is not all of them."""
        whole = self._model.tokenizer(list(texts), truncation=False, verbose=False)["input_ids"] if texts else []
        tokens = np.array([len(ids) for ids in whole], dtype=np.int32)
        most = self._model.max_seq_length
        return (tokens, tokens > tokens) if most is None else (np.minimum(tokens, most), tokens > most)


def _is_cosine(name: str, model: Any) -> bool:
    """Return whether vectors must be made unit for inner products to rank as the model's similarity does."""
    kind = str(model.similarity_fn_name)
    if kind not in ("cosine", "dot"):
        raise InputError(f"{name} compares vectors by {kind} distance", "only cosine and dot products can be ranked")
    return kind == "cosine"


def _settings(module: Any) -> str:
    return str(module.get_config_dict()) if hasattr(module, "get_config_dict") else ""
