"""Why every request is refused, and what the user can do about it, in two lines."""

from __future__ import annotations

from synthcode.errors import AccessError
from synthcode.llm.backend import ErrorKind

AGAIN = "; then run the same command again: nothing that was answered is asked again"


def access_error(who: str, kind: ErrorKind, message: str) -> AccessError:
    """Return the error for a server that refuses every request until the user acts.

    Parameters
    ----------
    who
        What refuses: "the model server at ADDRESS".
    kind
        One of ``ACCESS``.
    message
        The server's words.
    """
    if kind is ErrorKind.UNAUTHORIZED:
        return AccessError(
            f"{who} does not take the key ({message})",
            f"set OPENAI_API_KEY to a key of this server{AGAIN}",
        )
    if kind is ErrorKind.NO_CREDIT:
        return AccessError(
            f"{who} says that credit, quota or budget is spent ({message})",
            f"top up the account, raise its limit, or set OPENAI_API_KEY to another key{AGAIN}",
        )
    if kind is ErrorKind.REDIRECTED:
        return AccessError(
            f"{who} is at another address ({message})",
            f"give that address with --base-url, up to and including /v1, if you trust it{AGAIN}",
        )
    return AccessError(
        f"{who} forbids these requests ({message})",
        f"set OPENAI_API_KEY to a key that may use the model, or give another model with --model{AGAIN}",
    )
