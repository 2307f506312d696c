"""What an error of an OpenAI-compatible server means: for this attempt, for this request, or for all of them.

Machine-readable names (``code``, ``type``, ``status``) are proof. Words of a message are a suspicion only: servers
quote prompts in them, and a firewall may refuse one prompt with the same 403 that refuses a key. A suspicion is
settled with a harmless request (see :class:`~synthcode.llm.backends.openai.server.OpenAIServer`).
"""

from __future__ import annotations

import re
from typing import NamedTuple

import orjson

from synthcode.llm.backend import ErrorKind

_SHOWN_BYTES = 4000
_PLAIN_TEXT_CHARS = 300
"""Longer bodies that are not JSON are pages: their words prove nothing."""
_KINDS = {
    401: ErrorKind.UNAUTHORIZED,
    402: ErrorKind.NO_CREDIT,
    404: ErrorKind.NOT_FOUND,
    408: ErrorKind.TIMEOUT,
    409: ErrorKind.CONFLICT,
    413: ErrorKind.PROMPT_TOO_LONG,
    425: ErrorKind.CONFLICT,
    429: ErrorKind.RATE_LIMITED,
    503: ErrorKind.OVERLOADED,
}
_FORBIDDEN = (403, 451)
_NO_ERROR = frozenset({"", "0", "200", "ok", "success"})

_SPENT_NAMES = re.compile(
    r"insufficient_(?:\w{1,40}_)?(?:quota|balance|credits?|funds)|exceeded_(?:token_)?budget|budget_(?:\w{1,40}_)?exceeded"
    r"|exceeded_current_quota|billing|payment_required|(?:out_of|no|insufficient)_credits?|credits?_(?:exhausted|depleted)"
    r"|arrear|overdue|(?:spend(?:ing)?|key|credit)_limit_(?:exceeded|reached)"
)
_KEY_NAMES = re.compile(
    r"(?:invalid|incorrect|missing|expired|revoked|no)_(?:api_)?key|api_key_(?:invalid|expired|missing)|authenticat"
    r"|unauthori[sz]ed|auth_error|(?:invalid|expired)_(?:access_)?token|token_expired"
    r"|account_(?:deactivated|suspended|disabled)|access_terminated"
)
_PERMISSION_NAMES = re.compile(r"permission_(?:denied|error)|access_denied|unsupported_country|not_allowed_to_access")
_MODERATION = re.compile(
    r"content[ _](?:policy|filter|management|moderation)|moderation|\bflagged\b|responsible[ _]?ai|data[ _]?inspection"
    r"|inappropriate content|safety (?:system|filter|policy)|prompt[ _]blocked|jailbreak|guardrail"
)
_OF_ACCOUNT = re.compile(r"\b(?:account|organi[sz]ation|key|user|suspended|deactivated|banned)\b")
_SPENT_WORDS = re.compile(
    r"insufficient (?:\w+ )?(?:balance|credits?|funds|quota)"
    r"|balance (?:is )?(?:too low|insufficient|exhausted|negative)"
    r"|(?:out of|no|not enough|more|used up all|add|purchase|buy) (?:\w+ )?credits?\b"
    r"|credits? (?:have |has |are |is )?(?:been )?(?:exhausted|depleted|used up|spent)|payment (?:is )?required"
    r"|(?:budget|quota) (?:\w+ ){0,2}(?:exceeded|exhausted|spent|used up)|exceeded (?:\w+ ){0,3}(?:budget|quota)"
    r"|(?:key|spend(?:ing)?|credit|billing|usage) (?:hard )?limit (?:\w+ )?(?:exceeded|reached)"
    r"|top[- ]?up\b|recharge|past due|overdue|in arrears|余额不足|欠费|额度(?:不足|已用)"
)
_KEY_WORDS = re.compile(
    r"(?:invalid|incorrect|wrong|expired|revoked|missing|unknown|no) (?:api[ -]?)key"
    r"|api[ -]?key (?:\w+ ){0,2}(?:not valid|invalid|expired|missing|required|disabled|revoked)"
    r"|unauthori[sz]ed|not authenticated|authentication (?:failed|required)"
)
_RATE_WORDS = re.compile(
    r"per[ -](?:second|minute|hour|day)|resource_exhausted|retry|try again|rate[ _-]?limit|too many"
)
_TOO_LONG = re.compile(
    r"maximum context length|context_length_exceeded|input_tokens|max_model_len|exceed_context_size"
    r"|(?:exceeds?|larger than|longer than|over) (?:\w++(?:['’]\w*+)? ){0,3}(?:context|maximum sequence length)"
    r"|(?:prompt|input) is too (?:long|large)|prompt_too_long|too many (?:input |prompt )?tokens"
)
_NAMED = (
    (re.compile(r"rate_?limit|too_many_requests|throttl|resource_exhausted"), ErrorKind.RATE_LIMITED),
    (re.compile(r"overload|unavailable|insufficient_system_resource|capacity"), ErrorKind.OVERLOADED),
    (re.compile(r"time_?d?_?out"), ErrorKind.TIMEOUT),
    (re.compile(r"not_found|no_such_model|unknown_model|invalid_model"), ErrorKind.NOT_FOUND),
    (re.compile(r"internal|server_error|api_error|upstream|bad_gateway|network_error"), ErrorKind.SERVER_ERROR),
    (re.compile(r"invalid|bad_?request|unsupported|validation|unprocessable"), ErrorKind.BAD_REQUEST),
)
"""What names say where there is no status. The first that matches counts."""
_WORDED = (
    (re.compile(r"rate[ -]?limit|too many requests"), ErrorKind.RATE_LIMITED),
    (re.compile(r"overloaded|at capacity"), ErrorKind.OVERLOADED),
    (
        re.compile(r"\bmodel\b.{0,200}(?:not found|does ?n['o]t exist|not exist|unknown|not available)"),
        ErrorKind.NOT_FOUND,
    ),
)


class ServerWords(NamedTuple):
    """What a server says about a failure."""

    status: int | None
    """The HTTP status that the body names; None if it names none."""
    names: str
    """``code``, ``type`` and ``status`` in lower case, words joined by underscores."""
    message: str
    """What the server wrote for people, in lower case; empty where it may be something else."""
    shown: str
    """What the user sees."""


class Verdict(NamedTuple):
    """What a failure is."""

    kind: ErrorKind
    suspicion: ErrorKind | None = None
    """What it is if it concerns every request; None where that is settled."""


def words_of(body: bytes) -> ServerWords:
    """Read an error body: OpenAI's, vLLM's, Google's and FastAPI's forms, or plain text."""
    shown = body[:_SHOWN_BYTES].decode("utf-8", "replace")
    try:
        answer = orjson.loads(body)
    except orjson.JSONDecodeError:
        return ServerWords(None, "", shown.lower() if len(shown) <= _PLAIN_TEXT_CHARS else "", shown)
    return words_in(answer, shown)


def words_in(answer: object, shown: str) -> ServerWords:
    """Read an error body that is parsed; ``shown`` stands in for a message where it has none."""
    if isinstance(answer, list) and answer:
        answer = answer[0]
    error = (answer.get("error") or answer) if isinstance(answer, dict) else answer
    if not isinstance(error, dict):
        text = error if isinstance(error, str) else ""
        return ServerWords(_status(error), "", text.lower(), text or shown)
    parts = [error.get(key) for key in ("message", "detail", "code", "param")]
    names = [str(error.get(key)) for key in ("code", "type", "status", "param") if error.get(key) is not None]
    statuses = [_status(error.get(key)) for key in ("code", "status", "status_code", "http_status")]
    said = " ".join(part for part in parts[:2] if isinstance(part, str))
    return ServerWords(
        next((status for status in statuses if status is not None), None),
        as_names(" ".join(names)),
        said[:_SHOWN_BYTES].lower(),
        " ".join(part for part in parts if isinstance(part, str)) or shown,
    )


def is_error(error: object) -> bool:
    """Tell whether the ``error`` field of an answer says that there is one."""
    if isinstance(error, dict):
        told = [error.get(key) for key in ("code", "message", "type", "status")]
        return any(str(value).strip().lower() not in _NO_ERROR for value in told if value is not None)
    return bool(error.strip()) if isinstance(error, str) else _status(error) is not None


def judge(status: int | None, words: ServerWords) -> Verdict:
    """Return what a failure is.

    Parameters
    ----------
    status
        The HTTP status; None if it is the 200 of an answer that holds an error: the body's own status counts then.
    words
        What the body says.
    """
    status = words.status if status is None else status
    for names, kind in ((_SPENT_NAMES, ErrorKind.NO_CREDIT), (_KEY_NAMES, ErrorKind.UNAUTHORIZED)):
        if status not in (401, 402) and names.search(words.names):
            return Verdict(kind)
    if status == 429:
        spent = _SPENT_WORDS.search(words.message) and not _RATE_WORDS.search(f"{words.names} {words.message}")
        return Verdict(ErrorKind.RATE_LIMITED, ErrorKind.NO_CREDIT if spent else None)
    if status not in (401, 402) and (status or 0) < 500 and _MODERATION.search(f"{words.names} {words.message}"):
        return Verdict(ErrorKind.BLOCKED, ErrorKind.FORBIDDEN if _OF_ACCOUNT.search(words.message) else None)
    if status in _FORBIDDEN:
        certain = _PERMISSION_NAMES.search(words.names)
        suspicion = _suspicion(words) or ErrorKind.FORBIDDEN
        return Verdict(suspicion) if certain else Verdict(ErrorKind.BLOCKED, suspicion)
    if status not in (401, 402, 404) and _TOO_LONG.search(f"{words.names} {words.shown.lower()}"):
        return Verdict(ErrorKind.PROMPT_TOO_LONG)
    kind = _kind(status, words)
    return Verdict(kind, None if kind in (ErrorKind.UNAUTHORIZED, ErrorKind.NO_CREDIT) else _suspicion(words))


def error_kind(status: int, body: bytes) -> ErrorKind:
    """Return what an HTTP status other than 200 means, or most likely means."""
    verdict = judge(status, words_of(body))
    return verdict.suspicion or verdict.kind


def error_message(body: bytes) -> str:
    """Return the message in an error body, or the text itself."""
    return words_of(body).shown


def _suspicion(words: ServerWords) -> ErrorKind | None:
    if _SPENT_WORDS.search(words.message):
        return ErrorKind.NO_CREDIT
    return ErrorKind.UNAUTHORIZED if _KEY_WORDS.search(words.message) else None


def _kind(status: int | None, words: ServerWords) -> ErrorKind:
    if status is not None:
        if 300 <= status < 400:
            return ErrorKind.REDIRECTED
        return _KINDS.get(status, ErrorKind.SERVER_ERROR if status >= 500 else ErrorKind.BAD_REQUEST)
    for text, table in ((words.message, _WORDED), (words.names, _NAMED)):
        for pattern, kind in table:
            if pattern.search(text):
                return kind
    return ErrorKind.BAD_ANSWER


def _status(value: object) -> int | None:
    """Return a value that is an HTTP status of a failure, as a number or as digits."""
    text = str(value) if type(value) in (int, str) else ""
    return int(text) if re.fullmatch(r"[45]\d\d", text, re.ASCII) else None


def as_names(text: str) -> str:
    """Return ``RateLimitError`` and ``rate-limit error`` as ``rate_limit_error``."""
    return re.sub(r"[\s-]+", "_", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", text[:_SHOWN_BYTES])).lower()
