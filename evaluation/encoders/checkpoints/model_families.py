"""Families of models: what sentence-transformers loads as something else is refused, or loaded as what it is.

``SentenceTransformer`` turns a saved sparse encoder or cross-encoder into a mean of token states without an error. Its
scores would be those of another model.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

from synthcode.bounded.trees import read_json
from synthcode.errors import InputError

CONFIG = "config_sentence_transformers.json"
ROUTER_CONFIGS = ("router_config.json", "config.json")
_RERANKER = "ForSequenceClassification"


class Family(NamedTuple):
    """A kind of model that is not scored, and what to do instead."""

    kind: str
    what: str
    fix: str


FAMILIES = {
    "SparseEncoder": Family(
        "a sparse encoder",
        "a sparse encoder (SPLADE)",
        "score it as what it is: --encoder splade:NAME",
    ),
    "CrossEncoder": Family(
        "a cross-encoder",
        "a cross-encoder: it scores pairs of texts, and gives no vector of one",
        "rank the documents that another encoder finds with it: --encoder rerank:NAME --first bm25",
    ),
    "MultiVectorEncoder": Family(
        "a late-interaction model",
        "a late-interaction model (ColBERT): it gives a vector for each token",
        "score it as what it is: --encoder colbert:NAME",
    ),
}
"""By the name of their class in sentence-transformers."""

_FOLDERS = {
    "sparse_encoder": "SparseEncoder",
    "cross_encoder": "CrossEncoder",
    "multi_vector_encoder": "MultiVectorEncoder",
}
"""Packages of sentence-transformers whose modules only one family has."""


def refuse_other_families(folder: Path, name: str) -> None:
    """Refuse the checkpoint of a sparse encoder, cross-encoder or late-interaction model.

    Parameters
    ----------
    folder
        The checkpoint, after ``refuse_code``.
    name
        As the user gave it, for the error.

    Raises
    ------
    InputError
        If it is one: by its configuration, its modules or, without modules, its architecture.
    """
    family = FAMILIES.get(_family(folder))
    if family is not None:
        raise InputError(f"{name!r} is {family.what}", family.fix)


def require_family(folder: Path, name: str, family: str) -> None:
    """Refuse a checkpoint that is not of a family: its missing parts would be loaded with random weights.

    Parameters
    ----------
    folder
        The checkpoint, after ``refuse_code``.
    name
        As the user gave it, for the error.
    family
        Name of its class in sentence-transformers, as in ``FAMILIES``.

    Raises
    ------
    InputError
        If it is of another family, or does not say.
    """
    found = _family(folder)
    if found != family:
        is_ = FAMILIES[found].what if found in FAMILIES else "of one vector a text, as far as its files say"
        raise InputError(f"{name!r} is not {FAMILIES[family].kind}: it is {is_}", f"name {FAMILIES[family].kind}")


def _family(folder: Path) -> str:
    """Return the family that a checkpoint declares, or that its modules or architecture are of; empty if none is."""
    declared = _declared(folder)
    return declared if declared in FAMILIES else _of_modules(folder) or _of_architecture(folder)


def is_model2vec(folder: Path) -> bool:
    """Return whether a checkpoint is as model2vec saves it, without the list of modules of sentence-transformers."""
    if (folder / "modules.json").is_file():
        return False
    return bool(_settings(folder / "config.json").get("model_type") == "model2vec")


def model2vec_modules(folder: Path) -> list[Any]:
    """Return the modules that sentence-transformers makes of such a checkpoint: table and norm."""
    from sentence_transformers.sentence_transformer.modules import Normalize, StaticEmbedding

    normalizes = _settings(folder / "config.json").get("normalize", True)
    return [StaticEmbedding.load(str(folder), local_files_only=True), *[Normalize()] * bool(normalizes)]


def _declared(folder: Path) -> str:
    return str(_settings(folder / CONFIG).get("model_type", ""))


def _of_modules(folder: Path) -> str:
    """Return the family of the first module that only one family has, those of routers included."""
    for type_ in _module_types(folder):
        package = type_.split(".")[1] if type_.count(".") > 1 else ""
        if package in _FOLDERS:
            return _FOLDERS[package]
    return ""


def _module_types(folder: Path) -> list[str]:
    path = folder / "modules.json"
    modules = read_json(path) if path.is_file() else []
    types = [str(module["type"]) for module in modules]
    for module in modules:
        for config in ROUTER_CONFIGS:
            routed = _settings(folder / str(module.get("path", "")) / config).get("types")
            types += map(str, routed.values()) if isinstance(routed, dict) else ()
    return types


def _of_architecture(folder: Path) -> str:
    """Return the family of a checkpoint without modules; encoders may have been trained on any other task."""
    if (folder / "modules.json").is_file():
        return ""
    architectures = _settings(folder / "config.json").get("architectures") or []
    is_reranker = isinstance(architectures, list) and any(str(one).endswith(_RERANKER) for one in architectures)
    return "CrossEncoder" if is_reranker else ""


def _settings(path: Path) -> dict[str, Any]:
    content = read_json(path) if path.is_file() else {}
    return content if isinstance(content, dict) else {}
