"""Fields of a request that recipes have no keys for: they go to the server as they are, as part of its identity."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from synthcode.errors import InputError
from synthcode.redaction import MIN_CHARS, is_secret_name

KEY = "translate.sampling.extra_body"
_OWN_PLACE = {
    "model": "translate.model",
    "messages": "translate.prompt",
    "n": "translate.samples",
    **{
        name: f"translate.sampling.{name}"
        for name in ("temperature", "top_p", "top_k", "max_tokens", "max_completion_tokens")
    },
    **{name: f"translate.sampling.{name}" for name in ("repetition_penalty", "seed", "stop")},
    "extra_body": KEY,
}
"""Fields that a recipe has keys for: two values for one field would be one too many."""
_MAX_BYTES = 64 * 2**10


def checked_extra_body(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields as plain JSON.

    Raises
    ------
    InputError
        If they are not JSON, hold a secret, or one of them has a key of its own in recipes.
    """
    for name in fields:
        if name in _OWN_PLACE:
            raise InputError(f"{KEY}.{name}: this field has a key of its own", f"set {_OWN_PLACE[name]} instead")
    try:
        encoded = orjson.dumps(dict(fields), option=orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError as problem:
        fix = "use strings, numbers, true, false, null, lists and objects"
        raise InputError(f"{KEY} is not JSON: {problem}", fix) from problem
    if len(encoded) > _MAX_BYTES:
        raise InputError(f"{KEY} has {len(encoded):,} bytes", f"every request carries it: use at most {_MAX_BYTES:,}")
    _refuse_secrets(fields, KEY)
    plain: dict[str, Any] = orjson.loads(encoded)
    return plain


def _refuse_secrets(value: Any, place: str) -> None:
    """Refuse fields that are named as secrets are: they are stored with every completion."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            if is_secret_name(str(name)) and _may_be_secret(inner):
                raise InputError(
                    f"{place}.{name} is named as a secret is, and would be stored with every completion",
                    "leave it out; the key of a server belongs in OPENAI_API_KEY",
                )
            _refuse_secrets(inner, f"{place}.{name}")
    elif isinstance(value, list | tuple):
        for inner in value:
            _refuse_secrets(inner, place)


def _may_be_secret(value: Any) -> bool:
    """Return whether a value may be one; ``"eos_token": "</s>"`` is not."""
    return isinstance(value, str) and len(value) >= MIN_CHARS and not value.startswith("<")
