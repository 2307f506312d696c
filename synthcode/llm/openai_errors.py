"""Why a model server is of no use, in two lines."""

from __future__ import annotations

from yarl import URL

from synthcode.errors import ServerError, did_you_mean
from synthcode.llm.api_key import HOSTS_VARIABLE
from synthcode.llm.backend import AttemptFailed, ErrorKind, one_line

MODELS_SHOWN = 10


def absence(base: str, reason: str) -> ServerError:
    """Return the error for a server that does not answer."""
    return ServerError(
        f"no model server answers at {base} ({reason})", "start it, or give another address with --base-url"
    )


def refusal(base: str, failure: AttemptFailed, *, key_withheld: bool = False) -> ServerError:
    """Return the error for a server that does not say which models it has."""
    if failure.kind is ErrorKind.UNAUTHORIZED and key_withheld:
        return ServerError(
            f"the model server at {base} wants a key ({failure.message})",
            f"if you trust it, name it yourself: add --base-url {base}, or set {HOSTS_VARIABLE}={URL(base).host}",
        )
    if failure.kind is ErrorKind.UNAUTHORIZED:
        return ServerError(f"the model server at {base} does not take the key ({failure.message})", "set the right key")
    if failure.kind in (ErrorKind.NOT_FOUND, ErrorKind.BAD_ANSWER, ErrorKind.BAD_REQUEST):
        return ServerError(
            f"what answers at {base} lists no models ({failure.message})",
            "give the address of an OpenAI-compatible server, up to and including /v1",
        )
    return absence(base, failure.message)


def lack(base: str, model: str, models: list[str]) -> ServerError:
    """Return the error for a server that does not have the model."""
    names = ", ".join(one_line(name, 100) for name in sorted(models)[:MODELS_SHOWN]) or "none"
    more = f" and {len(models) - MODELS_SHOWN} more" if len(models) > MODELS_SHOWN else ""
    return ServerError(
        f"the model server at {base} does not have the model {model!r}{did_you_mean(model, models)}",
        f"give one that it has with --model: {names}{more}",
    )
