"""Two-line errors for the exceptions of the Hub's client, and which of them are worth another attempt."""

from __future__ import annotations

from collections.abc import Iterator
from json import JSONDecodeError

from synthcode.errors import InputError, ServerError, SynthcodeError, first_line
from synthcode.network.certificates import tls_problem
from synthcode.redaction import redact
from synthcode.retry_after import requested_wait
from synthcode.sanitize import visible

TRANSIENT = frozenset({408, 409, 412, 425, 429, 500, 502, 503, 504})
"""HTTP status codes worth another attempt. After 409 and 412, another commit, the state is read again first."""


def is_transient(problem: BaseException) -> bool:
    """Return whether another attempt may succeed where this one failed."""
    from huggingface_hub.errors import OfflineModeIsEnabled

    if any(isinstance(cause, OfflineModeIsEnabled) for cause in _causes(problem)):
        return False
    if tls_problem(problem) is not None:
        return False
    status = status_of(problem)
    return status in TRANSIENT if status else is_unreachable(problem) or _is_garbled(problem)


def is_unreachable(problem: BaseException) -> bool:
    """Return whether there was no answer at all: no connection, a broken one, or none within the time."""
    import httpx2

    return any(isinstance(cause, httpx2.TransportError | ConnectionError) for cause in _causes(problem))


def _is_garbled(problem: BaseException) -> bool:
    """Return whether JSON was expected and none came: the client reads some answers before their status."""
    return any(isinstance(cause, JSONDecodeError) for cause in _causes(problem))


def status_of(problem: BaseException) -> int | None:
    """Return the status of the answer that a problem, or what it comes from, is about."""
    from huggingface_hub.errors import HfHubHTTPError

    for cause in _causes(problem):
        if isinstance(cause, HfHubHTTPError) and cause.response is not None:
            return int(cause.response.status_code)
    return None


def retry_after_s(problem: BaseException) -> float | None:
    """Return the seconds that an answer requests to wait, by the Hub's RateLimit or any common header; None if none."""
    from huggingface_hub.errors import HfHubHTTPError
    from huggingface_hub.utils import parse_ratelimit_headers

    for cause in _causes(problem):
        if isinstance(cause, HfHubHTTPError) and cause.response is not None:
            limit = parse_ratelimit_headers(cause.response.headers)
            if limit is not None and limit.remaining == 0:
                return float(limit.reset_in_seconds)
            return requested_wait(cause.response.headers)
    return None


def what_happened(problem: BaseException) -> str:
    """Return in a few words what an attempt met."""
    status = status_of(problem)
    if status:
        return f"the Hub answers {status}"
    return "the Hub does not answer" if is_unreachable(problem) else "the Hub's answer cannot be read"


def refusal(problem: Exception, repo: str) -> SynthcodeError:
    """Say in two lines what the client says in many, of many kinds, without any token."""
    from huggingface_hub import constants

    status, said = status_of(problem), _message(problem)
    endpoint = constants.ENDPOINT
    if status == 401:
        return InputError(f"{endpoint} does not accept the token (401)", "set HF_TOKEN to one that is valid")
    if status == 403:
        return InputError(
            f"the token may not write to {repo} (403): {said}",
            "use one with write access (https://huggingface.co/settings/tokens), or a repository of your own",
        )
    if status == 404:
        return InputError(
            f"{repo} is not there, or the token may not see it (404): {said}", "check its name, the revision, the token"
        )
    if status in (409, 412):
        return InputError(f"{repo}: another commit is in progress ({status}): {said}", "run the same command again")
    if status == 429:
        return ServerError(f"{endpoint} has had too many requests (429): {said}", "run the same command again later")
    if status and status >= 500:
        return ServerError(
            f"{endpoint} fails again and again ({status}): {said}",
            "run the same command again later: what was uploaded is not uploaded again",
        )
    if tls := tls_problem(problem):
        return ServerError(f"{endpoint} cannot be reached: {tls.reason}", tls.fix)
    if is_unreachable(problem):
        return ServerError(
            f"{endpoint} cannot be reached: {said}", "check HF_ENDPOINT and the network, then run it again"
        )
    return InputError(f"{repo} cannot be published: {said}", "see it whole with 'synthcode --debug publish ...'")


def _message(problem: BaseException) -> str:
    """Return what was said, in one line that may be shown anywhere."""
    from huggingface_hub.errors import HfHubHTTPError

    answers = [cause for cause in _causes(problem) if isinstance(cause, HfHubHTTPError)]
    if answers and (answers[0] is problem or not isinstance(problem, ValueError)):
        said = first_line(Exception(answers[0].server_message or str(answers[0])))
    else:  # the client's own words, such as what it finds wrong with a card's front matter
        said = " ".join(str(problem).split()) or type(problem).__name__
    return visible(redact(said))[:300]


def _causes(problem: BaseException | None) -> Iterator[BaseException]:
    while problem is not None:
        yield problem
        problem = problem.__cause__
