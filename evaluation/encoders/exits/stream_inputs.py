"""How the texts of a HuggingFace encoder become token ids, and how its states become one vector."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from synthcode.bounded.trees import TREE_ERRORS, read_json
from synthcode.errors import InputError
from synthcode.evaluation.encoders.checkpoints.checkpoint_files import MODULES, refused, safe_folder
from synthcode.evaluation.encoders.checkpoints.remote_code import no_remote_code

MAX_TOKENS = 2048
"""Longest input if neither the tokenizer nor the model has a limit."""

POOLING_FOLDER = "1_Pooling"
POOLINGS_BY_MODE = {"cls": "first_token", "mean": "mean", "lasttoken": "last_token"}
"""The modes of sentence-transformers' pooling, and this project's names for them."""

_WITHOUT_WEIGHTS = frozenset({"Transformer", "Pooling", "Normalize", "Dropout"})
"""Modules of sentence-transformers that add no weights to those of the encoder."""

_MODES_BY_FLAG = {
    "pooling_mode_cls_token": "cls",
    "pooling_mode_max_tokens": "max",
    "pooling_mode_mean_tokens": "mean",
    "pooling_mode_mean_sqrt_len_tokens": "mean_sqrt_len_tokens",
    "pooling_mode_weightedmean_tokens": "weightedmean",
    "pooling_mode_lasttoken": "lasttoken",
}
"""Keys of the pooling configuration before version 5.4, and the modes that they switch on."""


def encoder_folder(name: str) -> Path:
    """Return the folder with the weights and tokenizer of a checkpoint, after ``refuse_code``.

    A sentence-transformers model may keep them in a folder of its first module.
    """
    folder = safe_folder(name)
    place = next((path for kind, path in _modules(folder) if kind == "Transformer"), "")
    return folder / place if (folder / place / "config.json").is_file() else folder


def open_tokenizer(name: str) -> Any:
    """Return a model's tokenizer, which pads on the right.

    Raises
    ------
    InputError
        If it is not there, or needs remote code.
    """
    from transformers import AutoTokenizer

    folder = encoder_folder(name)
    try:
        with no_remote_code(name):
            tokenizer = AutoTokenizer.from_pretrained(folder, trust_remote_code=False)
    except InputError:
        raise
    except Exception as problem:
        raise refused(name, problem) from problem
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    # On the right it moves no position, be they learned or rotated, and a causal model never sees it.
    tokenizer.padding_side = "right"
    if _lowers_case(folder):
        _lower_case(tokenizer)
    return tokenizer


def _lowers_case(folder: Path) -> bool:
    """Return whether a Transformer module of sentence-transformers reads texts in lower case."""
    found = (_settings(path) for path in folder.glob("sentence_*_config.json"))
    return any(isinstance(one, dict) and one.get("do_lower_case") is True for one in found)


def _lower_case(tokenizer: Any) -> None:
    """Have a tokenizer read texts in lower case, as sentence-transformers has it do."""
    from tokenizers.normalizers import Lowercase, Normalizer, Sequence

    given = tokenizer.backend_tokenizer.normalizer
    normalizers: list[Normalizer] = [Lowercase(), *([] if given is None else [given])]
    tokenizer.backend_tokenizer.normalizer = Sequence(normalizers)


def longest_input(tokenizer: Any, positions: int | None) -> int:
    """Return the most tokens that a tokenizer and a model with so many positions can take."""
    return int(min(tokenizer.model_max_length, positions or MAX_TOKENS))


def token_rows(tokenizer: Any, texts: Sequence[str], most: int) -> list[list[int]]:
    """Return the token ids of texts, each with ``most`` at most; a text of no tokens is one of padding."""
    if not texts:
        return []
    # Cut by the tokenizer: what it puts at the end of a text stays there.
    rows = tokenizer(list(texts), truncation=True, max_length=most)["input_ids"]
    return [row or [tokenizer.pad_token_id] for row in rows]


def padded(tokenizer: Any, rows: Sequence[Sequence[int]]) -> dict[str, Any]:
    """Return ``input_ids`` and ``attention_mask``, (texts, tokens), as tensors."""
    batch = tokenizer.pad({"input_ids": list(rows)}, return_tensors="pt")
    return {"input_ids": batch["input_ids"], "attention_mask": batch["attention_mask"]}


def usual_pooling(name: str) -> str:
    """Return the pooling of a model's sentence-transformers configuration; ``mean`` if it has none.

    Raises
    ------
    InputError
        If it is one that exits do not have.
    """
    folder = safe_folder(name)
    place = next((path for kind, path in _modules(folder) if kind == "Pooling"), POOLING_FOLDER)
    path = folder / place / "config.json"
    modes = _pooling_modes(_settings(path)) if path.is_file() else ["mean"]
    if len(modes) != 1 or modes[0] not in POOLINGS_BY_MODE:
        raise InputError(
            f"{name} pools by {' and '.join(map(str, modes))}, which exits cannot",
            f"score it as 'st:NAME'; exits pool by {', '.join(POOLINGS_BY_MODE)}",
        )
    return POOLINGS_BY_MODE[modes[0]]


def modules_with_weights(name: str) -> list[str]:
    """Return the classes of the modules whose weights a sentence-transformers model adds to the encoder."""
    return [kind for kind, _ in _modules(safe_folder(name)) if kind not in _WITHOUT_WEIGHTS]


def _pooling_modes(settings: Any) -> list[Any]:
    given = settings.get("pooling_mode") if isinstance(settings, dict) else None
    if given is not None:
        return given if isinstance(given, list) else [given]
    flags = settings if isinstance(settings, dict) else {}
    return [mode for flag, mode in _MODES_BY_FLAG.items() if flags.get(flag)] or ["mean"]


def _modules(folder: Path) -> list[tuple[str, str]]:
    """Return class and folder of each module of a sentence-transformers model."""
    path = folder / MODULES
    listed = _settings(path) if path.is_file() else []
    modules = [module for module in listed if isinstance(module, dict)] if isinstance(listed, list) else []
    return [(str(module.get("type")).rpartition(".")[2], str(module.get("path") or "")) for module in modules]


def _settings(path: Path) -> Any:
    try:
        return read_json(path)
    except (OSError, *TREE_ERRORS) as problem:
        raise InputError(f"{path} cannot be read: {problem}", "fetch the checkpoint again") from problem
