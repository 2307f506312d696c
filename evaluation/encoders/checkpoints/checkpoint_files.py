"""A checkpoint as a folder from which nothing but numbers and settings is loaded: no code, no pickles.

A repository on the Hub is fetched without its code and pickles first, so that it passes the same checks as a folder,
and what is loaded is what was checked.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from synthcode.bounded import limits
from synthcode.bounded.files import read_bytes, refuse_special
from synthcode.errors import InputError, first_line
from synthcode.evaluation.encoders.checkpoints.adapter_files import ADAPTER_CONFIG, base_folder, base_model
from synthcode.evaluation.encoders.checkpoints.module_types import refuse_foreign_activation, refuse_foreign_type
from synthcode.evaluation.encoders.checkpoints.remote_code import RemoteCodeError
from synthcode.evaluation.mose.folders import PICKLED
from synthcode.network.proxies import refuse_unusable_proxies

FETCHED = ("*.json", "*.safetensors", "*.txt", "*.model", "*.jinja", "*.tiktoken", "*.vocab", "*.bpe", "*.spm")
LEFT_OUT = ("onnx/*", "openvino/*", "coreml/*", "checkpoint-*/*")
MODULES = "modules.json"

_LARGE = frozenset({"tokenizer.json", "vocab.json", "added_tokens.json", "special_tokens_map.json"})
"""Vocabularies: no class, module or repository is named in them."""
_MOST_ENTRIES = 10_000
"""Files and folders of a checkpoint, links followed: one may lead to the whole disk."""
_ACTIVATIONS = frozenset({"activation_function", "activation_fn", "sbert_ce_default_activation_function"})
"""Keys of functions that sentence-transformers imports by their path."""
_IMPLEMENTATIONS = ("attn_implementation", "experts_implementation")
"""Keys, with any prefix or suffix, whose value may name a repository of kernels: transformers runs its code."""


def safe_folder(name: str, revision: str | None = None) -> Path:
    """Return the folder of a checkpoint, fetched if ``name`` is not a folder, after :func:`refuse_code`.

    Raises
    ------
    InputError
        If the checkpoint is not there, names code, or has pickled weights only.
    """
    folder = Path(name) if Path(name).is_dir() else _fetched(name, revision)
    refuse_code(folder, name)
    return folder


def refuse_code(folder: Path, name: str) -> None:
    """Refuse a checkpoint whose files name code outside of the libraries, or whose weights are pickled.

    ``auto_map`` is not refused: many checkpoints have it next to an architecture that transformers knows, and without
    ``trust_remote_code`` it is ignored. The base model of an adapter must be a folder, and passes the same checks.

    Raises
    ------
    InputError
        If it does.
    """
    checked: set[str] = set()
    pending = [folder]
    while pending:
        place = pending.pop()
        if os.path.realpath(place) in checked:
            continue
        checked.add(os.path.realpath(place))
        pending += _refuse_folder(place, name)


def _refuse_folder(folder: Path, name: str) -> list[Path]:
    """Check one folder; return those of the base models that its adapters name."""
    bases = []
    for path in _settings_files(folder):
        _refuse_settings(path, name)
        if path.name == ADAPTER_CONFIG:
            bases.append(base_folder(path, name))
    for place in (folder, *_module_folders(folder)):
        _refuse_pickles(place, name)
    return bases


def refuse_hub_code(name: str, revision: str | None) -> None:
    """Refuse a repository on the Hub as :func:`refuse_code` does a folder, by its settings; weights are not fetched.

    For loaders of other packages, which fetch by name. A model that is not on the Hub has no code there. The base model
    of an adapter is checked too.

    Raises
    ------
    InputError
        If its settings name code.
    """
    checked: set[str] = set()
    pending = [(name, revision)]
    while pending:
        repository, at = pending.pop()
        if repository not in checked:
            checked.add(repository)
            pending += [(base, None) for base in _refuse_hub_settings(repository, at)]


def _refuse_hub_settings(name: str, revision: str | None) -> list[str]:
    """Check the settings of one repository or folder; return the base models that its adapters name."""
    from huggingface_hub import snapshot_download

    folder = name
    if not Path(name).is_dir():
        refuse_unusable_proxies()
        try:
            folder = snapshot_download(
                name, revision=revision, allow_patterns=["*.json"], ignore_patterns=sorted(_LARGE)
            )
        except Exception:  # not there, or not to be reached: the loader says so
            return []
    files = list(_settings_files(Path(folder)))
    for path in files:
        _refuse_settings(path, name)
    return [base_model(path, name) for path in files if path.name == ADAPTER_CONFIG]


@lru_cache(maxsize=32)
def _fetched(name: str, revision: str | None) -> Path:
    from huggingface_hub import snapshot_download

    refuse_unusable_proxies()

    try:
        return Path(
            snapshot_download(
                name, revision=revision, allow_patterns=list(FETCHED), ignore_patterns=[*LEFT_OUT, "*.py"]
            )
        )
    except Exception as problem:  # the client raises errors of many kinds
        raise refused(name, problem) from problem


def _settings_files(folder: Path) -> Iterator[Path]:
    """Yield the JSON files of a folder and of all below, through links too: loaders follow them."""
    seen: set[str] = set()
    entries = 0
    for place, folders, files in os.walk(folder, followlinks=True):
        real = os.path.realpath(place)
        if real in seen:
            folders.clear()
            continue
        seen.add(real)
        entries += len(files) + 1
        if entries > _MOST_ENTRIES:
            raise InputError(
                f"{folder} holds more than {_MOST_ENTRIES:,} files", "name the folder of a checkpoint only"
            )
        for file in sorted(files):
            refuse_special(Path(place, file))  # a pipe would make the loader wait for ever
        yield from (Path(place, file) for file in sorted(files) if file.endswith(".json") and file not in _LARGE)


def _refuse_settings(path: Path, name: str) -> None:
    try:
        content = json.loads(read_bytes(path, limits.TOKENIZER))
    except (OSError, ValueError, RecursionError, InputError) as problem:
        if path.name == MODULES or path.name.endswith(("config.json", "index.json")):
            what = problem.problem if isinstance(problem, InputError) else f"{path.name} is not JSON"
            raise InputError(f"{name!r} does not load: {what}", "fetch the checkpoint again") from problem
        return
    if path.name == MODULES:
        for module in content if isinstance(content, list) else [content]:
            refuse_foreign_type(name, module.get("type") if isinstance(module, dict) else module)
    for key, value in _entries(content):
        _refuse_entry(path, key, value, name)


def _refuse_entry(path: Path, key: str, value: Any, name: str) -> None:
    if key == "types" and isinstance(value, dict):  # of a Router
        for kind in value.values():
            refuse_foreign_type(name, kind)
    elif key == "tokenizer_class" and path.name == "wordembedding_config.json":
        refuse_foreign_type(name, value, is_module=False)
    elif key in _ACTIVATIONS:
        refuse_foreign_activation(name, value)
    elif key == "trust_remote_code" and value:
        raise RemoteCodeError(name)
    elif any(word in key for word in _IMPLEMENTATIONS):
        named = value.values() if isinstance(value, dict) else [value]
        if any(isinstance(one, str) and ("/" in one or ":" in one) for one in named):
            raise RemoteCodeError(name)
    elif key == "weight_map" and isinstance(value, dict):
        pickled = sorted({str(file) for file in value.values() if not str(file).endswith(".safetensors")})
        if pickled and path.name.startswith("model.safetensors"):
            raise _pickles(name, pickled)


def _entries(content: Any) -> Iterator[tuple[str, Any]]:
    """Yield all keys and values of a JSON tree."""
    pending = [content]
    while pending:
        value = pending.pop()
        if isinstance(value, dict):
            yield from value.items()
            pending += value.values()
        elif isinstance(value, list):
            pending += value


def _module_folders(folder: Path) -> Iterator[Path]:
    """Yield the folders of a sentence-transformers model's modules."""
    path = folder / MODULES
    modules = json.loads(read_bytes(path, limits.TOKENIZER)) if path.is_file() else []
    for module in modules if isinstance(modules, list) else []:
        place = module.get("path") if isinstance(module, dict) else None
        if not isinstance(place, str) or not place:
            continue
        if Path(place).is_absolute() or ".." in Path(place).parts:
            raise InputError(f"{place!r} in {path} leads out of the checkpoint", "use another checkpoint")
        yield folder / place


def _refuse_pickles(folder: Path, name: str) -> None:
    files = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
    for pickles, weights in (("pytorch_model", "model"), ("adapter_model", "adapter_model")):
        pickled = [file for file in files if file.startswith(pickles) and file.endswith(PICKLED)]
        if pickled and not any(file.startswith(weights) and file.endswith(".safetensors") for file in files):
            raise _pickles(name, pickled)


def _pickles(name: str, files: list[str]) -> InputError:
    return InputError(
        f"{name!r} does not load: it has weights in {', '.join(files[:3])}, and pickles can run code",
        "convert the weights to safetensors where you trust them",
    )


def refused(name: str, problem: Exception) -> InputError:
    """Return the error that says why a model does not load."""
    what = first_line(problem)
    return InputError(
        f"{name!r} does not load: {what}",
        "name a folder or repository with config.json, tokenizer and *.safetensors that needs no remote code",
    )
