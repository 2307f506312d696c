"""The model of a training run: from its base, from nothing, or from where an earlier run saved it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from synthcode.errors import InputError
from synthcode.evaluation.encoders.checkpoints.checkpoint_files import safe_folder
from synthcode.evaluation.mose.config_json import MODEL_TYPE
from synthcode.evaluation.mose.folders import read_json
from synthcode.plugins import ENCODERS

if TYPE_CHECKING:
    from synthcode.evaluation.training.models.multi_exit import MultiExitEncoder
    from synthcode.evaluation.training.settings import TrainingSettings

BASES = ("st", "mose")
"""Kinds of encoders whose weights can be trained."""


def open_training_model(settings: TrainingSettings, texts: Iterable[str], random_seed: int) -> MultiExitEncoder:
    """Open the model that a training run begins with, on the CPU and in single precision.

    Parameters
    ----------
    settings
        Its base, or the sizes of a new model; its exits and heads.
    texts
        To train the tokenizer of a new model on; of another, none is read.
    random_seed
        Of the weights of a new model.

    Raises
    ------
    InputError
        If neither or both of base and new model are given, or the model cannot be used.
    """
    exits = tuple(sorted(set(settings.exits))) or None
    if (settings.base is None) == (settings.new is None):
        raise InputError(
            "a model begins from a base or is new, and not both", "name a base, as st:NAME, or give sizes of a new one"
        )
    if settings.base is not None:
        kind, name = _kind_and_name(settings.base)
        model = _open(name, kind, exits, settings)
    else:
        from synthcode.evaluation.training.models.new_mose import new_mose

        assert settings.new is not None
        model = new_mose(settings.new, exits, texts, random_seed, _longest_input(settings))
    if settings.optimiser.gradient_checkpointing:
        model.gradient_checkpointing_enable()
    return model


def _longest_input(settings: TrainingSettings) -> int:
    """Return the longest input of all phases, in tokens."""
    pretrain = settings.pretrain
    return max(settings.optimiser.max_tokens, 0 if pretrain is None else pretrain.max_tokens)


def open_model(folder: Path) -> MultiExitEncoder:
    """Open a model that ``save_model`` or ``save_exit`` wrote, with all its exits.

    Raises
    ------
    InputError
        If it is not there or cannot be used.
    """
    from synthcode.evaluation.encoders.exits.trained_exits import EXITS_FILE, read_trained_exits
    from synthcode.evaluation.training.models.classifier import read_classifiers
    from synthcode.evaluation.training.models.huggingface import open_huggingface
    from synthcode.evaluation.training.models.mose_exits import open_mose

    trained = read_trained_exits(str(folder))
    model: MultiExitEncoder
    if _model_type(folder) == MODEL_TYPE:
        model = open_mose(str(folder))
    elif trained is not None:
        model = open_huggingface(str(folder), None)
    else:
        raise InputError(f"{folder} has no {EXITS_FILE}: it is not a trained model", "name the folder of one")
    if trained is not None and trained.classifier is not None:
        model.classifier = read_classifiers(folder, trained.classifier, model.exits, model.width).eval()
    return model


def _open(name: str, kind: str, exits: Sequence[int] | None, settings: TrainingSettings) -> MultiExitEncoder:
    from synthcode.evaluation.training.models.huggingface import open_huggingface
    from synthcode.evaluation.training.models.mose_exits import open_mose

    if kind == "mose":
        return open_mose(name, exits)
    if _model_type(safe_folder(name)) == MODEL_TYPE:
        raise InputError(f"{name} is a MoSE checkpoint", f"write mose:{name}")
    return open_huggingface(name, exits, settings.heads)


def _kind_and_name(spec: str) -> tuple[str, str]:
    kind, colon, name = spec.partition(":")
    if Path(spec).is_dir() or not colon:
        return "st", spec
    if kind not in BASES or not name:
        known = f"{kind!r} is a kind of encoder that is not trained" if kind in ENCODERS.names() else "unknown kind"
        raise InputError(f"no base {spec!r}: {known}", f"write KIND:NAME with one of the kinds {', '.join(BASES)}")
    return kind, name


def _model_type(folder: Path) -> object:
    path = folder / "config.json"
    return read_json(path).get("model_type") if path.is_file() else None
