"""Secrets are replaced by stars before anything is stored or printed.

A secret is the value of an environment variable whose name says so, the token that ``huggingface_hub`` keeps in a file,
or a value that the program has registered: a key passed by a caller, a password in an address.
"""

from __future__ import annotations

import os
import re
import stat
import time
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import orjson

from synthcode.errors import InputError
from synthcode.escapes import encoded_forms, has_escapes, unescape
from synthcode.spellings import SpelledSecrets

STARS = "***"
MIN_CHARS = 8
"""Shorter values are placeholders such as EMPTY, which may well be words of a program."""
WORD_CHARS = 12
"""The same goes for words and numbers that are shorter than this."""
MAX_TOKEN_FILE_BYTES = 4096
_SETTLED_NS = 10_000_000_000
"""A file that changed within the last ten seconds may change again without its times telling."""
MOST_REMEMBERED_CHARS = 16_384
"""Longer texts are not remembered as free of secrets, so that a thousand of them take little memory."""

_SECRET_NAME = re.compile(
    r"(?:^|[_.-])(?:api_?key|auth_?key|access_?key(?:_?id)?|secret_?key|private_?key|key|token|secret|pat|pwd|sig"
    r"|signature|credentials?)(?:_\d+)?$|(?:passw(?:or)?d|passphrase|apikey|token|secret|accesskeyid)$",
    re.IGNORECASE,
)
_NOT_SECRET = frozenset({"PWD", "OLDPWD"})
_LOGIN = re.compile(
    r"(?<=://)(?P<user>[^\s/@:'\"<>]{0,256})(?::(?!\d{1,5}(?:[/?\#]|$))(?P<password>[^\s@'\"<>]{0,256}"
    r"(?:@[^\s@/'\"<>]{1,256}(?=@))?))?@"
)
"""User name and password of a URL. An AWS key may hold slashes; what looks like a port is one."""
_PARAMETER = re.compile(r"(?<=[?&;#])(?P<name>[A-Za-z0-9_.-]{1,64})=(?P<value>[^\s&;#'\"<>]{1,2048})")
_BEARER = re.compile(r"(?i)(?<=\bbearer )[\w.~+/=-]{20,2048}")
_WELL_KNOWN = re.compile(
    r"\b(?:sk-[\w-]{16,}|hf_[A-Za-z0-9]{16,}|gh[pousr]_[A-Za-z0-9]{20,}|(?:AKIA|ASIA)[A-Z0-9]{16})"
)

_registered: set[str] = set()


class Redactor:
    """Takes given values out of texts, plain or encoded, in time linear in the text.

    Parameters
    ----------
    secrets
        The values; those too short or too common to tell from ordinary text are ignored.
    """

    def __init__(self, secrets: Iterable[str]) -> None:
        usable = {part for secret in secrets for part in _parts(secret)}
        forms = {form for secret in usable for form in (secret, *encoded_forms(secret))}
        self._forms = tuple(sorted(forms, key=lambda form: (-len(form), form)))
        self.patterns = tuple(form.encode("utf-8", "surrogatepass") for form in self._forms)
        """The forms as they stand in UTF-8."""
        self._spelled = SpelledSecrets(usable)
        self._remembered = lru_cache(maxsize=1024)(self._redacted)

    @property
    def has_secrets(self) -> bool:
        """Whether there is anything to take out."""
        return bool(self._forms)

    def values(self, text: str) -> str:
        """Return a text without the secrets; the same object if it holds none.

        A text that holds one only in escapes comes back unescaped.
        """
        if not self._forms:
            return text
        # An answer passes by several times on its way to the disk.
        redacted = self._remembered(text) if len(text) <= MOST_REMEMBERED_CHARS else self._redacted(text)
        return text if redacted is None else redacted

    def _redacted(self, original: str) -> str | None:
        """Return a text without the secrets, None if it holds none."""
        text = original
        joined = text.replace("\r", "").replace("\n", "")
        if self._holds(joined):  # whatever stands in one line of the text stands in this one too
            text = self._replaced_across_lines(self._replaced(text))
        decoded = unescape(text) if has_escapes(text) else text
        if decoded is not text and self._holds(decoded):
            text = decoded = self._replaced(decoded)
        found = self._spelled.without(text, STARS)
        if found is text and decoded is not text and (other := self._spelled.without(decoded, STARS)) is not decoded:
            return other
        return None if found is original else found

    def message(self, text: str) -> str:
        """Return text for a person: without the secrets, passwords in URLs, and what looks like a well-known key."""
        text = _LOGIN.sub(f"{STARS}@", self.values(text))
        text = _PARAMETER.sub(_without_value, text)
        return _WELL_KNOWN.sub(STARS, _BEARER.sub(STARS, text))

    def answer(self, body: bytes) -> bytes:
        """Return a server's answer without the secrets; still JSON if it was; the same object if it holds none."""
        if not self._forms:
            return body
        text = body.decode("utf-8", "replace")
        redacted = self.values(text)
        if redacted is text:
            return body
        try:
            return orjson.dumps(self.tree(orjson.loads(body)))
        except (orjson.JSONDecodeError, orjson.JSONEncodeError):
            return redacted.encode("utf-8", "replace")

    def tree(self, value: Any) -> Any:
        """Return plain dicts, lists and scalars without the secrets in any string."""
        if isinstance(value, str):
            return self.values(value)
        if isinstance(value, Mapping):
            return {self.tree(key): self.tree(item) for key, item in value.items()}
        return [self.tree(item) for item in value] if isinstance(value, list | tuple) else value

    def _holds(self, text: str) -> bool:
        return any(form in text for form in self._forms)

    def _replaced(self, text: str) -> str:
        for form in self._forms:
            if form in text:
                text = text.replace(form, STARS)
        return text

    def _replaced_across_lines(self, text: str) -> str:
        """Take out what a line break divides, as base64 in mail is divided."""
        joined = text.replace("\r", "").replace("\n", "")
        for form in self._forms:
            if form in joined:
                text = re.sub(r"[\r\n]*".join(map(re.escape, form)), STARS, text)
        return text


def current() -> Redactor:
    """Return the redactor for the secrets of this moment."""
    return _redactor(frozenset(known_secrets()))


def redact(text: str) -> str:
    """Return text for a person without any secret: see :meth:`Redactor.message`."""
    return current().message(text)


def register(value: str | None) -> None:
    """Treat a value as secret from here on."""
    if value:
        _registered.add(value.strip())


def register_credentials(text: str) -> None:
    """Treat as secret what URLs, query parameters and ``NAME=VALUE`` in a text say to be so."""
    name, _, value = text.partition("=")
    if value and is_secret_name(name.lstrip("-")):
        register(value)
    for secret in credentials_in(text):
        register(secret)


def known_secrets(environment: Mapping[str, str] = os.environ) -> Iterator[str]:
    """Yield the secrets of this machine's environment."""
    yield from _registered
    for name, value in environment.items():
        yield from _secrets_of(name, value)
    yield from _hub_token(environment)


@lru_cache(maxsize=4096)
def _secrets_of(name: str, value: str) -> tuple[str, ...]:
    """Return the secrets of one variable. They depend on nothing else, so that a change of it is seen at once."""
    if value and is_secret_name(name):
        return (value,)
    return tuple(credentials_in(value)) if "://" in value else ()


def is_secret_name(name: str) -> bool:
    """Return whether a variable, option or parameter of this name carries a secret."""
    return name not in _NOT_SECRET and _SECRET_NAME.search(name) is not None


def credentials_in(text: str) -> list[str]:
    """Return the user names, passwords and keys that the URLs in a text carry."""
    logins = [part for match in _LOGIN.finditer(text) for part in match.groups() if part]
    return logins + [match["value"] for match in _PARAMETER.finditer(text) if is_secret_name(match["name"])]


def refuse_credentials(text: str, place: str, *, user_is_one: bool = True) -> None:
    """Refuse text that carries a secret where it would be written down.

    Parameters
    ----------
    text
        An address, or any other setting.
    place
        The option or key that it comes from, for the error.
    user_is_one
        Whether a user name without a password counts, as in ``http://TOKEN@host``.

    Raises
    ------
    InputError
        If it does. The secret is not shown, then or later.
    """
    logins = [match for match in _LOGIN.finditer(text) if user_is_one or match["password"]]
    keys = [match["name"] for match in _PARAMETER.finditer(text) if is_secret_name(match["name"])]
    known = current().values(text) is not text
    if not (logins or keys or known):
        return
    register_credentials(text)
    what = "a user name or password" if logins else f"a secret ({keys[0]})" if keys else "a secret of this machine"
    raise InputError(
        f"{place} holds {what}, which would be written to disk",
        "leave it out; set it in the environment: OPENAI_API_KEY, HF_TOKEN, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY",
    )


def refuse_credentials_in_address(address: str, place: str) -> None:
    """Refuse an address that carries a secret, as :func:`refuse_credentials` does, however it is mistyped.

    The scheme may be missing; blanks, backslashes and wide characters count as what they stand for.
    """
    plain = unicodedata.normalize("NFKC", "".join(address.split())).replace("\\", "/")
    scheme, colon, rest = plain.partition(":")
    if colon and rest.startswith("/") and scheme.isalnum():
        plain = f"{scheme}://{rest.lstrip('/')}"
    has_scheme = "://" in plain
    refuse_credentials(plain if has_scheme else f"://{plain}", place, user_is_one=has_scheme)
    refuse_credentials(address, place)


@lru_cache(maxsize=8)
def _redactor(secrets: frozenset[str]) -> Redactor:
    return Redactor(secrets)


def _parts(secret: str) -> Iterator[str]:
    """Yield a secret; of one of several lines, such as a PEM key, each."""
    for part in secret.strip().splitlines():
        if not _is_ordinary(part.strip()):
            yield part.strip()


def _is_ordinary(value: str) -> bool:
    """Return whether a value looks like ordinary text: too short, a word, a number, a path."""
    is_word = value.isalpha() or value.isdigit()
    return (
        len(value) < (WORD_CHARS if is_word else MIN_CHARS)
        or len(set(value)) < 3
        or value.startswith("-----")
        or ("/" in value and os.path.exists(value))
    )


def _hub_token(environment: Mapping[str, str]) -> Iterator[str]:
    """Yield the token that ``hf auth login`` stored; read without the library, which takes long to import."""
    cache = environment.get("XDG_CACHE_HOME") or "~/.cache"
    home = environment.get("HF_HOME") or os.path.join(cache, "huggingface")
    path = os.path.expanduser(environment.get("HF_TOKEN_PATH") or os.path.join(home, "token"))
    try:
        found = os.stat(path)
        if stat.S_ISREG(found.st_mode) and found.st_size <= MAX_TOKEN_FILE_BYTES:
            state = (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)
            is_settled = time.time_ns() - found.st_ctime_ns > _SETTLED_NS
            yield _remembered_text(path, state) if is_settled else _text_of(path)
    except (OSError, ValueError):
        return


@lru_cache(maxsize=8)
def _remembered_text(path: str, _state: tuple[int, ...]) -> str:
    return _text_of(path)


def _text_of(path: str) -> str:
    return Path(path).read_text("utf-8", "replace")


def _without_value(match: re.Match[str]) -> str:
    return f"{match['name']}={STARS}" if is_secret_name(match["name"]) else match[0]
