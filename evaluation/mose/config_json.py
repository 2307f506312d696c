"""Reading and writing ``config.json`` of a MoSE checkpoint."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from synthcode.errors import InputError
from synthcode.evaluation.mose.configuration import OPEN_CHOICES, PUBLISHED, MoseConfig, as_field

PUBLISHED_KEYS = {"exits": "matryoshka_layers"}
"""Fields of :class:`MoseConfig` that the published file calls otherwise."""

MODEL_TYPE = "ModularStarEncoder"

FIXED = {"sliding_window": None, "mlp_type": "default", "norm_type": "layer_norm"}
"""Keys of the published file that this model has one value for."""


def read_config(published: Mapping[str, Any], source: str = "config.json") -> MoseConfig:
    """Return the configuration that a ``config.json`` describes.

    Parameters
    ----------
    published
        Its content. In a cut checkpoint, ``till_layer`` or ``num_hidden_layers`` gives the exit at which it was cut.
    source
        Its name in errors.

    Raises
    ------
    InputError
        If it is another model's, or sets what this model does not have.
    """
    _refuse_others(published, source)
    names = {field.name: PUBLISHED_KEYS.get(field.name, field.name) for field in fields(MoseConfig)}
    found = {ours: as_field(published[theirs]) for ours, theirs in names.items() if published.get(theirs) is not None}
    # transformers 5 writes rope_theta into rope_parameters.
    theta = (published.get("rope_parameters") or {}).get("rope_theta")
    found |= {"rope_theta": theta} if theta else {}
    till = published.get("till_layer")
    blocks = till or found.get("num_hidden_layers", PUBLISHED.num_hidden_layers)
    exits = (till,) if till else tuple(exit_ for exit_ in found.get("exits", PUBLISHED.exits) if exit_ <= blocks)
    if not exits:
        raise InputError(f"{source} has no exit within its {blocks} blocks", "check 'matryoshka_layers' there")
    config = MoseConfig(**found | {"exits": exits, "num_hidden_layers": blocks})
    return config.changed(published.get("mose") or {})


def write_config(config: MoseConfig) -> dict[str, Any]:
    """Return ``config.json`` with the published keys, and the open choices under ``mose``."""
    values = {field.name: getattr(config, field.name) for field in fields(config)}
    choices = {name: values.pop(name) for name in OPEN_CHOICES}
    named = {PUBLISHED_KEYS.get(name, name): value for name, value in values.items()}
    return {"architectures": [MODEL_TYPE], "model_type": MODEL_TYPE, **named, "mose": choices}


def _refuse_others(published: Mapping[str, Any], source: str) -> None:
    """Refuse what would load and mean something else."""
    kind = published.get("model_type")
    if kind != MODEL_TYPE:
        raise InputError(
            f"{source} is of a {kind!r} model, not of a {MODEL_TYPE}",
            "score it as 'st:NAME', or its blocks as 'exits:NAME@3,6,12'",
        )
    for key, only in FIXED.items():
        value = published.get(key, only)
        if value != only:
            raise InputError(f"{source} sets {key} to {value!r}", f"this model has {only!r} there, and nothing else")
