"""What an error of an OpenAI-compatible server means: for this attempt, for this request, or for all of them.

Machine-readable names (``code``, ``type``, ``status``) are proof. Words of a message are a suspicion only: servers
quote prompts in them, and a firewall may refuse one prompt with the same 403 that refuses a key. A suspicion is
settled with a harmless request (see :class:`~synthcode.llm.backends.openai.server.OpenAIServer`).
"""

from __future__ import annotations

import re
from typing import NamedTuple

from synthcode.llm.backend import ErrorKind
from synthcode.llm.error_bodies import ServerWords, words_of

_KINDS = {
    401: ErrorKind.UNAUTHORIZED,
    402: ErrorKind.NO_CREDIT,
    404: ErrorKind.NOT_FOUND,
    408: ErrorKind.TIMEOUT,
    504: ErrorKind.TIMEOUT,
    524: ErrorKind.TIMEOUT,
    409: ErrorKind.CONFLICT,
    413: ErrorKind.PROMPT_TOO_LONG,
    425: ErrorKind.CONFLICT,
    429: ErrorKind.RATE_LIMITED,
    503: ErrorKind.OVERLOADED,
    529: ErrorKind.OVERLOADED,
}
_FORBIDDEN = (403, 451)

_SPENT_NAMES = re.compile(
    r"insufficient_(?:\w{1,40}_)?(?:quota|balance|credits?|funds)|exceeded_(?:token_)?budget|budget_(?:\w{1,40}_)?exceeded"
    r"|exceeded_current_quota|billing|payment_required|(?:out_of|no|insufficient)_credits?|credits?_(?:exhausted|depleted)"
    r"|arrear|overdue|(?:spend(?:ing)?|key|credit)_limit_(?:exceeded|reached)"
)
_KEY_NAMES = re.compile(
    r"(?:invalid|incorrect|missing|expired|revoked|no)_(?:api_)?key|api_key_(?:invalid|expired|missing)|authenticat"
    r"|unauthori[sz]ed|auth_error|(?:invalid|expired)_(?:access_)?token|token_expired"
    r"|account_(?:deactivated|suspended|disabled)|access_terminated"
    r"|expired_?token|(?:invalid|expired|missing)_(?:client_)?token|unrecognized_client|invalid_signature"
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
    r"|over (?:the )?budget|exceeded ?budget|out of (?:\w{1,40} ){0,3}quota"
    r"|monthly (?:\w{1,40} ){0,2}limit (?:exceeded|reached)"
    r"|(?:budget|quota) (?:\w+ ){0,2}(?:exceeded|exhausted|spent|used up)|exceeded (?:\w+ ){0,3}(?:budget|quota)"
    r"|(?:key|spend(?:ing)?|credit|billing|usage) (?:hard )?limit (?:\w+ )?(?:exceeded|reached)"
    r"|top[- ]?up\b|recharge|past due|overdue|in arrears|余额不足|欠费|额度(?:不足|已用)"
)
_KEY_WORDS = re.compile(
    r"(?:invalid|incorrect|wrong|expired|revoked|missing|unknown|no) (?:api[ -]?)key"
    r"|api[ -]?key (?:\w+ ){0,2}(?:not valid|invalid|expired|missing|required|disabled|revoked)"
    r"|unauthori[sz]ed|not authenticated|authentication (?:failed|required|error)|login fail"
    r"|token (?:\w{1,40} ){0,5}(?:invalid|expired|revoked)|(?:invalid|expired) (?:\w{1,40} )?token\b"
)
_RATE_WORDS = re.compile(
    r"per[ -](?:second|minute|hour|day)|resource_exhausted|retry|try(?:ing)? again|rate[ _-]?limit|too many|please wait"
)
_RATE_NAMES = re.compile(r"throttl|rate_limit_exceeded|too_many_requests")
_WAIT_WORDS = re.compile(r"please wait|try(?:ing)? again (?:in|after|later)|slow down")
_OVERLOADED = re.compile(r"overloaded|at capacity")
_TOO_LONG = re.compile(
    r"maximum context length|context_length_exceeded|input_tokens|max_model_len|exceed_context_size"
    r"|(?:exceeds?|larger than|longer than|over) (?:\w++(?:['’]\w*+)? ){0,3}(?:context|maximum sequence length)"
    r"|(?:prompt|input) is too (?:long|large)|prompt_too_long|too many (?:input |prompt )?tokens"
    r"|context (?:length|size|window) (?:is |was )?exceeded|max_new_tokens` must be <="
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
    (re.compile(r"rate[ -]?limit|too many requests|request limit reached|please wait"), ErrorKind.RATE_LIMITED),
    (_OVERLOADED, ErrorKind.OVERLOADED),
    (
        re.compile(
            r"\bmodel\b.{0,200}(?:not found|does ?n['o]t exist|not exist|unknown|not available|not supported)"
            r"|(?:no such|unknown|unsupported|invalid) model\b"
        ),
        ErrorKind.NOT_FOUND,
    ),
)
_PASSING = re.compile(
    r"retry|try(?:ing)? again|temporar|time[ds]? ?out|connect|upstream|gateway|internal|crash|terminated|unavailable"
    r"|\bbusy\b"
)
_FINAL = re.compile(
    r"\b(?:invalid|unsupported|malformed|illegal|not (?:supported|permitted|allowed|valid)|must (?:be|have|not)"
    r"|required|validation error|bad request|requires more (?:\w{1,20} )?memory)\b"
)
"""What words say of an error in a 200 without a status and without a known name: another attempt brings the same."""


class Verdict(NamedTuple):
    """What a failure is."""

    kind: ErrorKind
    suspicion: ErrorKind | None = None
    """What it is if it concerns every request; None if that is settled."""


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
            return Verdict(ErrorKind.NO_CREDIT if _SPENT_WORDS.search(words.message) else kind)
    if status == 429:
        spent = _SPENT_WORDS.search(words.message) and not _RATE_WORDS.search(f"{words.names} {words.message}")
        return Verdict(ErrorKind.RATE_LIMITED, ErrorKind.NO_CREDIT if spent else None)
    if status not in (401, 402) and (status or 0) < 500 and _MODERATION.search(f"{words.names} {words.message}"):
        return Verdict(ErrorKind.BLOCKED, ErrorKind.FORBIDDEN if _OF_ACCOUNT.search(words.message) else None)
    if status in _FORBIDDEN:
        certain = _PERMISSION_NAMES.search(words.names)
        suspicion = _suspicion(words) or ErrorKind.FORBIDDEN
        return Verdict(suspicion) if certain else Verdict(ErrorKind.BLOCKED, suspicion)
    if status == 400 and (_RATE_NAMES.search(words.names) or _WAIT_WORDS.search(words.message)):
        return Verdict(ErrorKind.RATE_LIMITED)
    if status not in (401, 402, 404) and _TOO_LONG.search(f"{words.names} {words.shown.lower()}"):
        return Verdict(ErrorKind.PROMPT_TOO_LONG)
    kind = _kind(status, words)
    return Verdict(kind, None if kind in (ErrorKind.UNAUTHORIZED, ErrorKind.NO_CREDIT) else _suspicion(words))


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
        if status >= 500 and status not in _KINDS and _OVERLOADED.search(f"{words.names} {words.message}"):
            return ErrorKind.OVERLOADED
        return _KINDS.get(status, ErrorKind.SERVER_ERROR if status >= 500 else ErrorKind.BAD_REQUEST)
    for text, table in ((words.message, _WORDED), (words.names, _NAMED)):
        for pattern, kind in table:
            if pattern.search(text):
                return kind
    is_passing = _PASSING.search(words.message) or _suspicion(words) is not None
    return ErrorKind.BAD_REQUEST if _FINAL.search(words.message) and not is_passing else ErrorKind.BAD_ANSWER
