"""From what came of a request to the error that says what to do."""

from __future__ import annotations

import json
from typing import Any

from .errors import (
    ANYBODYS,
    BY_CODE,
    ConfigurationProblem,
    FieldDetail,
    GenlookError,
    ImageUnknown,
    NotFound,
    NotGenlook,
    Rejected,
    Unavailable,
    UnreadableAnswer,
    WrongAddress,
    class_for,
)
from .exchange import Answer, Call, NoAnswer
from .key import ApiKey
from .retry import retry_after
from .text import tidy

# More refused fields than anybody reads. Chosen here.
_DETAIL_LIMIT = 50

_NO_ANSWER = {
    "NO_CONNECTION": "Genlook cannot be reached.",
    "TLS_FAILED": "No secure connection to Genlook could be made or kept.",
    "TIMEOUT": "Genlook did not answer in time.",
    "CONNECTION_LOST": "The connection to Genlook was lost before an answer came.",
}

_UNREADABLE = {
    "ANSWER_EMPTY": "Genlook's answer is empty.",
    "ANSWER_CUT": "Genlook's answer was cut off.",
    "ANSWER_TOO_SLOW": "Genlook's answer did not end in time.",
    "ANSWER_TOO_LARGE": "Genlook's answer is far too large.",
    "ANSWER_NOT_JSON": "Genlook's answer is not the JSON object it should be.",
    "ANSWER_INCOMPLETE": (
        "Genlook's answer lacks a field that is needed, or is about something else."
    ),
}


def unanswered(outcome: NoAnswer, call: Call) -> GenlookError:
    """Return the error of a request without an answer."""
    if outcome.code == "INVALID_URL":
        return ConfigurationProblem(
            "The address of the Genlook service cannot be used.", code="INVALID_BASE_URL"
        )
    return Unavailable(
        _NO_ANSWER[outcome.code],
        code=outcome.code,
        carried_out=call.changes_something and outcome.sent,
    )


def unreadable(code: str, status: int, call: Call) -> UnreadableAnswer:
    """Return the error of a 2xx answer that is of no use."""
    return UnreadableAnswer(
        _UNREADABLE[code], code=code, status=status, carried_out=call.changes_something
    )


def refused(answer: Answer, call: Call, key: ApiKey) -> GenlookError:
    """Return the error of an answer whose status is not 2xx."""
    body = json_object(answer.content, key) or {}
    code = tidy(body.get("code"))
    foreign = _foreign(answer, body, code)
    found = NotGenlook if foreign else class_for(answer.status, code)
    if _nowhere(answer, call, foreign, code in BY_CODE or found is ImageUnknown):
        return WrongAddress(
            "There is no Genlook service at this address.",
            code="WRONG_ADDRESS",
            status=answer.status,
        )
    # 4xx is a refusal, except that a server may time out on (408) or put off (425) a request
    # it has begun; a redirect says that nobody looked, except for 303, "see what came of it".
    uncertain = issubclass(found, Unavailable) or answer.status == 303
    uncertain = uncertain and found is not NotGenlook
    return found(
        _message(body.get("message")) or f"Genlook answered with HTTP {answer.status}.",
        code=code or f"HTTP_{answer.status}",
        status=answer.status,
        details=_details(body.get("details")),
        carried_out=call.changes_something and uncertain,
        retry_after=retry_after(answer.headers),
        endpoint=call.endpoint,
    )


def _nowhere(answer: Answer, call: Call, foreign: bool, named: bool) -> bool:
    """Whether a path of the API's that names nothing is not there, so that no other can be.
    `named`: the code says what it is that Genlook does not know."""
    if call.names_one or answer.trouble:
        return False
    about_body = call.refers or named
    return answer.status == 405 or (answer.status == 404 and (foreign or not about_body))


def _foreign(answer: Answer, body: dict[str, Any], code: str) -> bool:
    """Whether a refusal is not Genlook's, but that of something on the way to it.

    Genlook's errors have one documented shape, with a code and the status again (before version 1
    the status only, as `statusCode`). A proxy's page says nothing about what was asked for. Of a
    body that was cut off nobody knows the shape.
    """
    if not 400 <= answer.status < 500 or answer.status in ANYBODYS or answer.trouble:
        return False
    return not code and answer.status not in (body.get("status"), body.get("statusCode"))


def not_downloaded(outcome: Answer | NoAnswer) -> GenlookError:
    """Return the error of a result picture that could not be fetched.

    Its host is not the API: a 403 there is an address whose time is over, not a wrong key, and
    a 429 says nothing about the account's rate.
    """
    if isinstance(outcome, NoAnswer):
        if outcome.code == "INVALID_URL":
            return Rejected("This is no address of a picture.", code="RESULT_URL_REFUSED")
        return Unavailable("The picture's host cannot be reached.", code=outcome.code)
    status = outcome.status
    wait = retry_after(outcome.headers)
    if status >= 500 or status in (408, 425, 429):
        return Unavailable(
            "The picture's host is not able to serve it now.",
            code=f"HTTP_{status}",
            status=status,
            retry_after=wait,
        )
    if status >= 400:
        return NotFound(
            "The picture is not at this address, or no longer.", code="RESULT_GONE", status=status
        )
    if status >= 300 or outcome.trouble == "ANSWER_TOO_LARGE":
        return Rejected(
            "This is not a picture of a usable size.", code="RESULT_REFUSED", status=status
        )
    return UnreadableAnswer(
        "The picture came incomplete.", code=outcome.trouble or "ANSWER_EMPTY", status=status
    )


def json_object(content: bytes, key: ApiKey) -> dict[str, Any] | None:
    """Return the JSON object that `content` is, or None; the key does not stand in it."""
    try:
        value = key.redact(json.loads(content))
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _message(value: Any) -> str:
    # Before version 1 bodies were {statusCode, message}, as of a framework that also sends lists.
    if isinstance(value, list):
        value = "; ".join(item for item in value if isinstance(item, str))
    return tidy(value)


def _details(value: Any) -> list[FieldDetail]:
    entries = value[:_DETAIL_LIMIT] if isinstance(value, list) else []
    return [
        FieldDetail(_path(entry.get("path")), _message(entry.get("message")))
        for entry in entries
        if isinstance(entry, dict)
    ]


def _path(value: Any) -> str:
    if isinstance(value, list):
        value = ".".join(str(part) for part in value if isinstance(part, (str, int)))
    return tidy(value)
