"""``mteb:NAME_OR_PATH``: any model that mteb loads, prompted as mteb prompts it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from synthcode.errors import InputError, did_you_mean, first_line
from synthcode.evaluation.encoder import ONLY_EXIT, Encoded, Role, Trait, Vectors
from synthcode.evaluation.encoders.checkpoints.checkpoint_files import refuse_code, refuse_hub_code
from synthcode.evaluation.encoders.checkpoints.model_families import refuse_other_families
from synthcode.evaluation.encoders.checkpoints.remote_code import RemoteCodeError, no_remote_code
from synthcode.evaluation.interop.mteb_tasks import PROMPTS, require_mteb, task_metadata
from synthcode.identity import digest, file_digest
from synthcode.vocabulary import DEFAULT_VARIANT

BATCH_TEXTS = 32
"""Texts that are encoded at once. The task that a model sees does not matter here: no model has prompts of its own for
these tasks."""

_EXAMPLE = np.array([[1, 0]], np.float32)


class MtebModel:
    """A model of mteb's registry, of the Hub, or in a folder, as an encoder; it is loaded when the first text comes.

    What a query is (words or code) decides which instruction goes with it, for the models that take one.

    Parameters
    ----------
    name
        As ``mteb.get_model`` takes it, or a folder that sentence-transformers loads.
    revision
        Of a model on the Hub; absent, the one that mteb's registry names.
    device
        ``cpu``, ``cuda``, ``mps``; absent, the fastest that is there.

    Raises
    ------
    InputError
        If mteb is not installed, does not know the model, or the model needs code from its repository.
    """

    exits = (ONLY_EXIT,)
    sees: frozenset[Trait] = frozenset({"side", "kind"})

    def __init__(self, name: str, *, revision: str | None = None, device: str = "auto") -> None:
        require_mteb()
        self.name = f"mteb:{name}"
        self._model_name, self._device = name, None if device == "auto" else device
        self._folder = Path(name) if Path(name).is_dir() else None
        self._meta: Any = None if self._folder else _find(name, revision)

    @cached_property
    def identity(self) -> str:
        """A digest of the model's name and revision, or of its files; of mteb's version, and of the instructions."""
        from importlib.metadata import version

        files = sorted(path for path in self._folder.rglob("*") if path.is_file()) if self._folder else []
        model = [file_digest(file) for file in files] or [self._meta.name, self._meta.revision]
        return digest("mteb", model, version("mteb"), PROMPTS)

    @cached_property
    def model(self) -> Any:
        """The model as mteb wraps it."""
        with no_remote_code(self._model_name):
            try:
                model = self._load()
            except InputError:
                raise
            except Exception as problem:
                raise _refused(self._model_name, problem) from problem
        if "cross-encoder" in model.mteb_model_meta.model_type or not callable(getattr(model, "encode", None)):
            raise InputError(f"model {self._model_name!r} gives no vectors", "use one of mteb's type 'dense'")
        return model

    def encode(self, texts: Sequence[str], role: Role) -> Encoded:
        """Return the model's vectors; how many tokens it read and left out, mteb does not say."""
        nothing = np.zeros(len(texts), np.int32)
        vectors = self._vectors(texts, role) if texts else np.empty((0, 0), np.float32)
        return Encoded({ONLY_EXIT: vectors}, nothing, nothing.astype(np.bool_))

    def _load(self) -> Any:
        if self._folder is None:
            refuse_hub_code(self._meta.name, self._meta.revision)
            return self._meta.load_model(device=self._device)
        from mteb.models import SentenceTransformerEncoderWrapper
        from sentence_transformers import SentenceTransformer

        refuse_code(self._folder, self._model_name)
        refuse_other_families(self._folder, self._model_name)
        return SentenceTransformerEncoderWrapper(
            SentenceTransformer(
                str(self._folder),
                device=self._device,
                trust_remote_code=False,
                local_files_only=True,
                model_kwargs={"use_safetensors": True},
            )
        )

    def _vectors(self, texts: Sequence[str], role: Role) -> Vectors:
        from datasets import Dataset
        from mteb.types import PromptType
        from torch.utils.data import DataLoader

        rows: Any = DataLoader(Dataset.from_dict({"text": list(texts)}), batch_size=BATCH_TEXTS)
        arguments = {
            "task_metadata": task_metadata("text2code" if role.kind == "text" else "code2code", DEFAULT_VARIANT),
            "prompt_type": PromptType.query if role.side == "query" else PromptType.document,
            "hf_split": "test",
            "hf_subset": "default",
        }
        with no_remote_code(self._model_name):
            found = self.model.encode(rows, **arguments, batch_size=BATCH_TEXTS, show_progress_bar=False)
        vectors = _dense(self._model_name, found)
        return _unit(vectors) if self._ranks_by_cosine else vectors

    @cached_property
    def _ranks_by_cosine(self) -> bool:
        """Whether mteb ranks this model's documents by cosine rather than inner product, found out with an example."""
        similarity = round(np.asarray(self.model.similarity(_EXAMPLE * 2, _EXAMPLE * 3)).item(), 3)
        if similarity not in (1.0, 6.0):
            raise InputError(
                f"model {self._model_name!r} ranks documents by neither cosine nor inner product", "use another model"
            )
        return bool(similarity == 1.0)


def _find(name: str, revision: str | None) -> Any:
    """Return what mteb knows of a model, without its weights."""
    import mteb

    try:
        meta = mteb.get_model_meta(name, revision, fetch_from_hf=True)
    except Exception as problem:
        raise _refused(name, problem) from problem
    if meta.loader is None:
        raise InputError(
            f"mteb knows no model {name!r}{_near(name)}, and it is not on the Hub",
            "name a model of mteb's registry or of the Hub, or a folder that sentence-transformers loads",
        )
    if "trust_remote_code" in meta.loader_kwargs:
        return meta.model_copy(update={"loader_kwargs": {**meta.loader_kwargs, "trust_remote_code": False}})
    return meta


def _refused(name: str, problem: Exception) -> InputError:
    if "trust_remote_code" in str(problem):
        return RemoteCodeError(name)
    return InputError(
        f"model {name!r}{_near(name)} cannot be loaded by mteb: {first_line(problem)}",
        "check its name and revision, that the Hub can be reached, and what else the model wants installed",
    )


def _near(name: str) -> str:
    from mteb.models.model_implementations import MODEL_REGISTRY

    return "" if name in MODEL_REGISTRY or Path(name).exists() else did_you_mean(name, MODEL_REGISTRY)


def _dense(name: str, found: Any) -> Vectors:
    try:
        vectors = np.asarray(found, dtype=np.float32)
    except (ValueError, TypeError):  # lists of vectors, of different lengths
        vectors = np.empty(0, np.float32)
    if vectors.ndim != 2:
        raise InputError(f"model {name!r} gives more than one vector a text", "use one of mteb's type 'dense'")
    return vectors


def _unit(vectors: Vectors) -> Vectors:
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: Vectors = np.divide(vectors, norms, out=np.zeros_like(vectors), where=norms > 0)
    return unit
