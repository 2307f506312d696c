"""Adapters of PEFT: small checkpoints that name another one, their base model, which is loaded with them."""

from __future__ import annotations

import json
import os
from pathlib import Path

from synthcode.bounded import limits
from synthcode.bounded.files import read_bytes
from synthcode.errors import InputError

ADAPTER_CONFIG = "adapter_config.json"


def base_model(path: Path, name: str) -> str:
    """Return the folder or repository that an adapter's settings name.

    Raises
    ------
    InputError
        If they name none.
    """
    try:
        content = json.loads(read_bytes(path, limits.SETTINGS))
        base = content["base_model_name_or_path"]
    except (OSError, ValueError, RecursionError, LookupError, TypeError, InputError):
        base = None
    if not isinstance(base, str) or not base or "\0" in base:
        raise InputError(f"{name!r} does not load: {ADAPTER_CONFIG} names no base model", "fetch the checkpoint again")
    return base


def base_folder(path: Path, name: str) -> Path:
    """Return the folder of an adapter's base model. No repository is fetched because a checkpoint names it.

    Raises
    ------
    InputError
        If the base model is not in a folder.
    """
    base = base_model(path, name)
    if not os.path.isabs(base) or not Path(base).is_dir():
        raise InputError(
            f"{name!r} does not load: it is an adapter, and its base model {base!r} is not a folder",
            f"merge it into its base (merge_and_unload of peft), or name the base's full path in {ADAPTER_CONFIG}",
        )
    return Path(base)
