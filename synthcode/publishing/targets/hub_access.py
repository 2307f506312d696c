"""What must be so before the Hub is asked anything."""

from __future__ import annotations

import re

from synthcode.errors import InputError
from synthcode.network.proxies import refuse_unusable_proxies

_NO_REFERENCE = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|^[-/.]|/\.|[/.]$|\.lock$|^@?$")
"""What git lets no branch and no tag be called: https://git-scm.com/docs/git-check-ref-format."""


def refuse_offline() -> None:
    """Refuse where the user wants nothing of the network.

    Raises
    ------
    InputError
        If ``HF_HUB_OFFLINE`` is set.
    """
    from huggingface_hub.constants import is_offline_mode

    if is_offline_mode():
        raise InputError("HF_HUB_OFFLINE is set: nothing leaves this machine", "unset it to publish")


def refuse_endpoint() -> None:
    """Refuse an invalid address of the Hub, and proxies that its client cannot use.

    Raises
    ------
    InputError
        If ``HF_ENDPOINT`` is set to something else than ``http://...`` or ``https://...``, or a proxy speaks SOCKS.
    """
    from huggingface_hub.constants import ENDPOINT

    refuse_unusable_proxies()

    if not ENDPOINT.startswith(("http://", "https://")):
        raise InputError(f"HF_ENDPOINT is {ENDPOINT!r}, no address", "write it as https://huggingface.co, or unset it")


def refuse_name(repo_id: str) -> None:
    """Refuse an invalid repository name.

    Raises
    ------
    InputError
        If the Hub would not accept it.
    """
    from huggingface_hub.utils import HFValidationError, validate_repo_id

    try:
        validate_repo_id(repo_id)
    except HFValidationError as problem:
        raise InputError(f"{repo_id!r} is not a valid repository name", "write it as user/name") from problem
    if "/" not in repo_id:
        raise InputError(f"{repo_id!r} does not say whose it is", f"write it as user/{repo_id}")


def refuse_reference(name: str | None, option: str) -> None:
    """Refuse an invalid name of a branch or tag, before anything is uploaded: the Hub would refuse it only at the end.

    Parameters
    ----------
    name
        None is accepted.
    option
        The command's option, for the error.

    Raises
    ------
    InputError
        If git would not take it.
    """
    if name is not None and _NO_REFERENCE.search(name):
        raise InputError(
            f"{option}: {name!r} is not a valid git ref name", "write it of letters, digits, '.', '-' and '_'"
        )


def refuse_without_token() -> None:
    """Refuse to publish without a login.

    Raises
    ------
    InputError
        If there is no token.
    """
    from huggingface_hub import get_token

    if get_token() is None:
        raise InputError("there is no token for the Hub", "set HF_TOKEN, or log in with 'hf auth login'")
