"""Why a model server is of no use, in two lines."""

from __future__ import annotations

from yarl import URL

from synthcode.errors import AccessError, ServerError, did_you_mean
from synthcode.llm.access import AGAIN, access_error
from synthcode.llm.backend import ACCESS, AttemptFailed, ErrorKind
from synthcode.llm.backends.openai.connection.api_key import HOSTS_VARIABLE
from synthcode.sanitize import one_line

MODELS_SHOWN = 10
_NO_LIST = (ErrorKind.NOT_FOUND, ErrorKind.BAD_ANSWER, ErrorKind.BAD_REQUEST)


def absence(base: str, failure: AttemptFailed) -> ServerError:
    """Return the error for a server that does not answer."""
    return ServerError(
        f"no model server answers at {base} ({failure.message})",
        failure.fix or "start it, or give another address with --base-url",
    )


def other_scheme(base: str, failure: AttemptFailed, right: str) -> ServerError:
    """Return the error for a server that is addressed with http and speaks https, or the other way round."""
    spoken = URL(right).scheme
    return ServerError(
        f"no model server answers at {base} ({failure.message}); {spoken} is spoken there",
        f"give the address with {spoken}: --base-url {right}",
    )


def refusal(
    base: str, failure: AttemptFailed, *, key_withheld: bool = False, probed: AttemptFailed | None = None
) -> ServerError:
    """Return the error for a server that does not say which models it has.

    Parameters
    ----------
    base
        Its address.
    failure
        The error of the request for the list of models.
    key_withheld
        Whether there is a key that it is not sent.
    probed
        How a harmless request failed; None if none was made.
    """
    kind = failure.suspicion or failure.kind
    if kind in ACCESS:
        return access_failure(base, failure, key_withheld=key_withheld)
    if failure.kind in _NO_LIST:
        more = f", and answers no request ({probed.message})" if probed and probed.message != failure.message else ""
        return ServerError(
            f"what answers at {base} lists no models ({failure.message}){more}",
            "give the address of an OpenAI-compatible server, up to and including /v1, and a model that it has; "
            "--no-model-check sends the requests all the same",
        )
    return absence(base, failure)


def access_failure(base: str, failure: AttemptFailed, *, key_withheld: bool) -> AccessError:
    """Return the error for a server that refuses every request."""
    kind = failure.suspicion or failure.kind
    if kind is ErrorKind.UNAUTHORIZED and key_withheld:
        return withheld_key(base, failure.message)
    return access_error(f"the model server at {base}", kind, failure.message)


def unsupported(base: str, setting: str, failure: AttemptFailed) -> AccessError:
    """Return the error for a server that refuses a setting that every request has."""
    return AccessError(
        f"the model server at {base} does not take the setting {setting} ({failure.message})",
        f"leave it out: --set translate.sampling.{setting}=null, or {setting}: null in the recipe{AGAIN}",
    )


def withheld_key(base: str, message: str) -> AccessError:
    """Return the error for a server that wants a key, and is not sent the one there is: only a file names it."""
    return AccessError(
        f"the model server at {base} wants a key ({message})",
        f"if you trust it, name it yourself: add --base-url {base}, or set {HOSTS_VARIABLE}={URL(base).host}",
    )


def unusable_model(base: str, model: str, failure: AttemptFailed) -> AccessError:
    """Return the error for a server that lists the model, and answers 404 to every request for it."""
    return AccessError(
        f"the model server at {base} does not answer for the model {model!r} ({failure.message})",
        f"give another model with --model, or another address with --base-url{AGAIN}",
    )


def lack(base: str, model: str, models: list[str]) -> ServerError:
    """Return the error for a server that does not have the model."""
    names = ", ".join(one_line(name, 100) for name in sorted(models)[:MODELS_SHOWN]) or "none"
    more = f" and {len(models) - MODELS_SHOWN} more" if len(models) > MODELS_SHOWN else ""
    return ServerError(
        f"the model server at {base} does not have the model {model!r}{did_you_mean(model, models)}",
        f"give one that it has with --model: {names}{more}; if it takes others too, add --no-model-check",
    )
