"""The files of a checkpoint: in a folder, or fetched from the Hub."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from synthcode.bounded import limits
from synthcode.bounded.files import read_text
from synthcode.bounded.trees import parse_json
from synthcode.errors import InputError, first_line
from synthcode.network.proxies import refuse_unusable_proxies

FETCHED = ("*.json", "*.safetensors", "merges.txt")
"""The files to fetch from a repository: neither code nor pickles."""

INDEX = "model.safetensors.index.json"
WHOLE = "model.safetensors"
"""All weights in one file: others next to it are of something else, as heads of classification."""
PICKLED = (".bin", ".pt", ".pth", ".pkl", ".ckpt")


def find_folder(name: str, revision: str | None = None) -> Path:
    """Return the folder of a checkpoint, fetched if ``name`` is not a folder.

    Raises
    ------
    InputError
        If there is neither a folder nor a repository of that name.
    """
    if Path(name).is_dir():
        return Path(name)
    from huggingface_hub import snapshot_download

    refuse_unusable_proxies()

    try:
        return Path(snapshot_download(name, revision=revision, allow_patterns=list(FETCHED)))
    except Exception as problem:  # the client raises errors of many kinds, in many lines
        what = first_line(problem)
        raise InputError(
            f"{name!r} is not a folder, and the Hub does not provide it: {what}",
            "name a folder that holds config.json and *.safetensors, or a repository that you can reach",
        ) from problem


def read_json(path: Path) -> dict[str, Any]:
    """Return a JSON object of a checkpoint.

    Raises
    ------
    InputError
        If it is missing, or not a JSON object.
    """
    try:
        content = parse_json(read_text(path, limits.TOKENIZER))
    except FileNotFoundError as problem:
        raise InputError(f"{path} is not there", "name the folder of a whole checkpoint") from problem
    except (OSError, ValueError) as problem:
        raise InputError(f"{path} cannot be read: {problem}", "fetch the checkpoint again") from problem
    if not isinstance(content, dict):
        raise InputError(f"{path} is not a JSON object", "fetch the checkpoint again")
    return content


def tensor_files(folder: Path) -> list[Path]:
    """Return the safetensors files of a checkpoint: one, or the shards that its index names.

    Raises
    ------
    InputError
        If there are none, or a shard is missing. Pickled weights are never opened: they can run code.
    """
    if (folder / INDEX).is_file():
        shards: Mapping[str, str] = read_json(folder / INDEX).get("weight_map", {})
        files = [folder / Path(shard).name for shard in sorted(set(shards.values()))]
    else:
        whole = folder / WHOLE
        files = [whole] if whole.is_file() else sorted(folder.glob("*.safetensors"))
    absent = [file.name for file in files if not file.is_file()]
    if absent:
        raise InputError(f"{folder} lacks {', '.join(absent)}, which {INDEX} names", "fetch the checkpoint again")
    if not files:
        pickled = sorted(file.name for file in folder.iterdir() if file.suffix in PICKLED)
        has = f"only {', '.join(pickled)}, and pickles can run code" if pickled else "no *.safetensors"
        raise InputError(f"{folder} has {has}", "convert the weights to safetensors where you trust them")
    return files
