"""Exits that were trained: which they are, how they pool, and the projection of each. Kept next to the weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from synthcode.bounded.trees import TREE_ERRORS, read_json
from synthcode.errors import InputError, first_line
from synthcode.evaluation.encoders.checkpoints.checkpoint_files import safe_folder
from synthcode.vocabulary import ClassificationTask

EXITS_FILE = "exits.json"
HEADS_FILE = "exit_heads.safetensors"

CLASSIFIERS_FILE = "exit_classifiers.safetensors"

_BROKEN = "train the model again, or fetch the checkpoint again"


@dataclass(frozen=True)
class ClassifierForm:
    """What heads were trained to tell apart, and how their inputs look."""

    task: ClassificationTask
    labels: tuple[str, ...]
    """What each output stands for. Of clones, the second stands for clones."""
    reads: Literal["first_token", "last_token"]
    """The token whose state a head is given: the tokenizer's own for classification, or else the last one."""
    max_tokens: int
    """Longest input in training, in tokens."""
    compares: bool = False
    """Whether a head is also given how the means of the states of two programs differ."""

    def __post_init__(self) -> None:
        if not 2 <= len(self.labels) == len(set(self.labels)) or self.max_tokens < 1:
            raise ValueError("a classifier has two different labels or more, and inputs of a token or more")


@dataclass(frozen=True)
class TrainedExits:
    """What ``exits.json`` says of a model."""

    exits: tuple[int, ...]
    """Blocks after which an embedding was trained, ascending."""
    pooling: Literal["mean", "first_token", "last_token"]
    heads: Literal["none", "linear"] = "none"
    """Whether each exit projects its pooled vector."""
    classifier: ClassifierForm | None = None
    """What the head of classification at each exit does; None if there are no such heads."""

    def __post_init__(self) -> None:
        if not self.exits or list(self.exits) != sorted(set(self.exits)) or self.exits[0] < 1:
            raise ValueError("exits are ascending block numbers, counted from 1")


def read_trained_exits(name: str) -> TrainedExits | None:
    """Return the trained exits of a checkpoint; None if it has none.

    Raises
    ------
    InputError
        If ``exits.json`` cannot be used, or the checkpoint is not there.
    """
    from pydantic import TypeAdapter

    path = safe_folder(name) / EXITS_FILE
    if not path.is_file():
        return None
    try:
        return TypeAdapter(TrainedExits).validate_python(read_json(path))
    except (OSError, *TREE_ERRORS) as problem:  # pydantic's errors are ValueErrors
        raise InputError(f"{path} does not describe exits: {_reason(problem)}", _BROKEN) from problem


def unused_heads(spec: str) -> list[str]:
    """Return a warning if the vectors of an encoder are scored, and it is a folder whose heads were fine-tuned."""
    kind, _, name = spec.partition(":")
    folder = name if Path(name).is_dir() else name.rpartition("@")[0]
    trained = read_trained_exits(folder) if kind in ("exits", "mose", "st") and Path(folder).is_dir() else None
    if not folder or trained is None or trained.classifier is None:
        return []
    return [
        f"the encoder was fine-tuned for {trained.classifier.task}, and these are scores of its vectors: those of its"
        " heads are classifier:MODEL's"
    ]


def new_heads(exits: Sequence[int], width: int) -> Any:
    """Return a linear projection for each exit that changes nothing yet: the identity.

    Returns
    -------
    torch.nn.ModuleDict
        Exit as text -> ``Linear(width, width)``.
    """
    from torch import nn

    # Not random first: that would change what is drawn later.
    without_weights: Any = nn.utils.skip_init
    heads = {str(exit_): without_weights(nn.Linear, width, width) for exit_ in exits}
    for head in heads.values():
        nn.init.eye_(head.weight)
        nn.init.zeros_(head.bias)
    return nn.ModuleDict(heads)


def read_heads(name: str, exits: Sequence[int], width: int) -> Any:
    """Return the trained projections of some exits, as ``new_heads`` does.

    Raises
    ------
    InputError
        If the file is not there or broken, or lacks one of them.
    """
    heads = new_heads(exits, width)
    load_parts(heads, safe_folder(name) / HEADS_FILE, f"projections of {width} dimensions")
    return heads


def load_parts(parts: Any, path: Path, what: str) -> None:
    """Read the weights of a torch module from a file that may hold more.

    Raises
    ------
    InputError
        If the file is not there or broken, or lacks some weights.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        stored = load_file(path)
    except (OSError, SafetensorError) as problem:
        raise InputError(f"{path} cannot be read: {first_line(problem)}", _BROKEN) from problem
    expected = parts.state_dict()
    found = {name: tensor for name, tensor in stored.items() if name in expected}
    wrong = [name for name in expected if name not in found or found[name].shape != expected[name].shape]
    if wrong:
        raise InputError(f"{path} has no {what} for {', '.join(wrong)}", _BROKEN)
    parts.load_state_dict(found)


def unit_vectors(states: Mapping[int, Any], mask: Any, pooling: str, heads: Any | None) -> dict[int, Any]:
    """Return exit -> vectors of unit length, (texts, width), in single precision.

    Parameters
    ----------
    states
        Exit -> states, (texts, tokens, width).
    mask
        1 for a real token, (texts, tokens).
    pooling
        As ``TrainedExits`` has it.
    heads
        As ``new_heads`` returns them; None leaves pooled states as they are.
    """
    from torch.nn.functional import normalize

    from synthcode.evaluation.mose.pooling import POOLINGS

    pooled = {exit_: POOLINGS[pooling](state, mask).float() for exit_, state in states.items()}
    projected = {exit_: heads[str(exit_)](vectors) for exit_, vectors in pooled.items()} if heads else pooled
    return {exit_: normalize(vectors.float(), dim=-1) for exit_, vectors in projected.items()}


def _reason(problem: Exception) -> str:
    from pydantic import ValidationError

    if not isinstance(problem, ValidationError):
        return first_line(problem)
    error = problem.errors(include_url=False)[0]
    return f"{'.'.join(map(str, error['loc']))}: {error['msg']}".removeprefix(": ")
