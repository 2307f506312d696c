"""Loading and saving MoSE checkpoints: safetensors under the published names, never remote code, never pickles."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from synthcode.errors import InputError
from synthcode.evaluation.mose.config_json import read_config, write_config
from synthcode.evaluation.mose.configuration import MoseConfig
from synthcode.evaluation.mose.folders import find_folder, read_json, tensor_files
from synthcode.evaluation.mose.names import blocks_held, head_positions, plain, published_names
from synthcode.storage.atomic import sync, write_text, writing

if TYPE_CHECKING:
    import torch

    from synthcode.evaluation.mose.model import MoseModel

LISTED = 8
"""Names that an error lists of each kind."""

StoredTensors = dict[str, tuple[Path, str, tuple[int, ...]]]
"""Plain published name -> file, name in that file, shape."""


def from_pretrained(
    name: str,
    *,
    exits: Sequence[int] | None = None,
    dtype: str = "auto",
    device: str = "auto",
    attention: str = "auto",
    revision: str | None = None,
    choices: Mapping[str, object] | None = None,
) -> MoseModel:
    """Load a full or cut checkpoint, in evaluation mode.

    Parameters
    ----------
    name
        A folder that holds ``config.json`` and safetensors (one file, or shards with their index), or a repository on
        the Hub.
    exits
        The exits to load; absent, all. Blocks after the deepest are not read.
    dtype
        ``float32``, ``bfloat16``, ``float16``; ``auto`` is bfloat16 (as published) on CUDA and float32 elsewhere.
    device
        As torch names them; ``auto`` is CUDA if available.
    attention
        ``sdpa``, ``eager``, ``flash_attention_2``; ``auto`` is FlashAttention where it is installed and can run.
    revision
        Of a repository: branch, tag or commit.
    choices
        Open choices that differ from the configuration's, as in ``{"pooling": "mean"}``.

    Raises
    ------
    InputError
        If the checkpoint is missing, is pickled, or does not match its configuration: tensors that are missing,
        unexpected or of another shape are listed.
    """
    import torch

    from synthcode.evaluation.device import resolve
    from synthcode.evaluation.mose.model import MoseModel

    place = resolve(device, dtype, attention)
    folder = find_folder(name, revision)
    stored = _stored_tensors(tensor_files(folder))
    config = _config(folder, stored).changed(choices or {})
    with torch.device("meta"):
        whole = MoseModel(config)
        model = MoseModel(config.cut(exits) if exits else config, place.attention)
    published = _checked(whole.state_dict(), config, stored, str(folder))
    model.load_state_dict(_read(model.state_dict(), published, stored, place.device, place.dtype), assign=True)
    # Rotations are not part of the state: they are created again, off the meta device.
    model.backbone.rotary_emb = type(model.backbone.rotary_emb)(model.backbone.config).to(place.device)
    return model.eval()


def read_folder_config(folder: Path) -> MoseConfig:
    """Return the configuration of a checkpoint: that of its config.json, cut at the same exit as its weights.

    Raises
    ------
    InputError
        If one of them is missing or cannot be used.
    """
    return _config(folder, _stored_tensors(tensor_files(folder)))


def save_pretrained(model: MoseModel, folder: Path) -> None:
    """Write ``config.json`` and ``model.safetensors`` under the published names."""
    from safetensors.torch import save_file

    folder.mkdir(parents=True, exist_ok=True)
    state = model.state_dict()
    names = published_names(state, model.config, range(len(model.config.exits)))
    with writing(folder / "model.safetensors") as stream:
        save_file({names[ours]: tensor.contiguous() for ours, tensor in state.items()}, stream.name)
        # It writes by name, and so may have replaced the file that the stream has open.
        sync(Path(stream.name))
    write_text(folder / "config.json", json.dumps(write_config(model.config), indent=2) + "\n")


def _stored_tensors(files: Sequence[Path]) -> StoredTensors:
    """Return the tensors of the files, from their headers only."""
    from safetensors import SafetensorError, safe_open

    stored: StoredTensors = {}
    for file in files:
        try:
            with safe_open(file, framework="pt") as opened:
                for name in opened.keys():  # noqa: SIM118 - it is not a mapping
                    stored[plain(name)] = (file, name, tuple(opened.get_slice(name).get_shape()))
        except (SafetensorError, OSError) as problem:
            raise InputError(f"{file} is not a complete safetensors file: {problem}", "fetch it again") from problem
    return stored


def _config(folder: Path, stored: Collection[str]) -> MoseConfig:
    """Return the configuration, cut where the weights are a cut checkpoint's: blocks up to one exit, one head."""
    path = folder / "config.json"
    config = read_config(read_json(path), str(path))
    blocks = blocks_held(stored)
    is_cut = blocks in config.exits and len(head_positions(stored)) == 1
    return config.cut((blocks,)) if is_cut else config


def _checked(state: Mapping[str, Any], config: MoseConfig, stored: StoredTensors, source: str) -> dict[str, str]:
    """Return our name -> published name, where the checkpoint holds exactly what it should."""
    positions = head_positions(stored)
    if len(positions) != len(config.exits):
        positions = list(range(len(config.exits)))
    published = published_names(state, config, positions)
    wrong = {
        "missing": published.values() - stored.keys(),
        "unexpected": stored.keys() - set(published.values()),
        "of another shape": {
            f"{theirs} {stored[theirs][2]} for {tuple(state[ours].shape)}"
            for ours, theirs in published.items()
            if theirs in stored and stored[theirs][2] != tuple(state[ours].shape)
        },
    }
    if any(wrong.values()):
        listing = "; ".join(f"{kind}: {_listing(names)}" for kind, names in wrong.items() if names)
        raise InputError(
            f"the weights in {source} are not what its config.json says: {listing}",
            "check config.json and 'choices'; other names go into the table in evaluation/mose/names.py",
        )
    return published


def _listing(names: Collection[str]) -> str:
    shown = sorted(names)[:LISTED]
    more = f" and {len(names) - len(shown)} more" if len(names) > len(shown) else ""
    return ", ".join(shown) + more


def _read(
    expected: Mapping[str, Any],
    published: Mapping[str, str],
    stored: StoredTensors,
    device: torch.device,
    dtype: torch.dtype,
) -> dict[str, torch.Tensor]:
    """Return our name -> tensor, each read straight to its device."""
    from safetensors import safe_open

    by_file: dict[Path, list[str]] = {}
    for ours in expected:
        by_file.setdefault(stored[published[ours]][0], []).append(ours)
    tensors = {}
    for file, names in by_file.items():
        with safe_open(file, framework="pt", device=str(device)) as opened:
            for ours in names:
                # The allocator aligns a copy: mapped, the same weights round differently by their place in the file.
                tensors[ours] = opened.get_tensor(stored[published[ours]][1]).to(dtype, copy=True)
    return tensors
