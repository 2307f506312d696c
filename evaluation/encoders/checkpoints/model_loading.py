"""Models of sentence-transformers' families: loaded without remote code and pickles, and their failures in words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from synthcode.errors import InputError, SynthcodeError, first_line
from synthcode.evaluation.encoders.checkpoints.checkpoint_files import refused
from synthcode.evaluation.encoders.checkpoints.model_families import is_model2vec, model2vec_modules
from synthcode.evaluation.encoders.checkpoints.remote_code import no_remote_code


def load_family_model(family: str, folder: Path, name: str, *, device: str, dtype: str) -> Any:
    """Load a model from files that were found safe.

    Parameters
    ----------
    family
        Its class in sentence-transformers: ``SentenceTransformer``, ``CrossEncoder``, ``SparseEncoder`` or
        ``MultiVectorEncoder``.
    folder
        From :func:`synthcode.evaluation.encoders.checkpoints.checkpoint_files.safe_folder`.
    name
        What errors call it.
    device, dtype
        As :func:`synthcode.evaluation.device.resolve` takes them; ``auto`` is float32, in which other tools run these
        models, and publish their scores.

    Raises
    ------
    InputError
        If it cannot be loaded, or needs remote code.
    """
    import sentence_transformers

    from synthcode.evaluation.device import resolve

    place = resolve(device, "float32" if dtype == "auto" else dtype)
    loaded = getattr(sentence_transformers, family)
    try:
        with no_remote_code(name):
            if family == "SentenceTransformer" and is_model2vec(folder):
                return loaded(modules=model2vec_modules(folder), device=str(place.device))
            return loaded(
                str(folder),
                device=str(place.device),
                trust_remote_code=False,
                local_files_only=True,
                model_kwargs={"use_safetensors": True, "dtype": place.dtype},
            )
    except InputError:
        raise
    except Exception as problem:  # a missing file, remote code: errors of many kinds
        raise refused(name, problem) from problem


@contextmanager
def failures_named(name: str, work: str, method: str) -> Iterator[None]:
    """Turn what a model raises into a clear error.

    Parameters
    ----------
    name
        The model's.
    work
        What it is given, such as ``12 texts``.
    method
        What its user can call to see the failure without synthcode, and what that does:
        ``CrossEncoder.predict scores such pairs``.

    Raises
    ------
    InputError
        If the block raises anything but an error in words already, or of memory.
    """
    try:
        yield
    except (SynthcodeError, MemoryError):
        raise
    except Exception as problem:  # errors of many kinds, from modules of many kinds
        raise InputError(
            f"{name} failed on {work}: {type(problem).__name__}: {first_line(problem)}",
            f"see whether {method} (--debug shows the traceback)",
        ) from problem


def module_settings(model: Any) -> list[list[str]]:
    """Return the names and settings of a model's modules: vectors depend on them."""
    return [[type(module).__name__, _settings(module)] for module in model.modules()]


def _settings(module: Any) -> str:
    return str(module.get_config_dict()) if hasattr(module, "get_config_dict") else ""
