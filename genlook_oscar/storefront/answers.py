"""How the storefront answers: JSON or page, and one shape for every problem."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponseRedirect, JsonResponse
from django.shortcuts import resolve_url
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .. import clock

JSON = "application/json"
HTML = "text/html"
BUSY_SECONDS = 2
"""When a call that met a busy database may be made again. Chosen here: our transactions take
milliseconds, so that what holds the database is another's and not for long."""


class Problem(Exception):
    """Ends a request with an error: `{"code", "message", "status"}`, plus `details`.

    `details` is a list of `{"field", "code", "message"}`, one for each fault in a field, or
    one `{"code", "message", "until"}` of what ends by itself;
    `retry_after` the seconds after which the same request may succeed.
    """

    def __init__(
        self,
        code: str,
        message: str | Promise,
        status: int,
        details: list[dict[str, str]] | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.message = message
        self.status = status
        self.details = details
        self.retry_after = retry_after


def not_found() -> Problem:
    """What every unknown id gets, and everything that is another shopper's."""
    return Problem("not_found", _("This is not here, or no longer."), 404)


def shop_busy() -> Problem:
    """What a call gets whose work the database did not do: it was locked by others, gave way
    to another transaction, or could not be reached. Nothing of it is left half done, so the
    same call may be made again."""
    words = _("The shop is very busy right now. Please try again in a moment.")
    return Problem("shop_busy", words, 503, retry_after=BUSY_SECONDS)


def bad_request() -> Problem:
    """What a body gets that cannot be read at all."""
    return Problem("bad_request", _("The request could not be understood."), 400)


def field_problem(field: str, code: str, message: str | Promise, status: int = 400) -> Problem:
    """A problem whose cause is one field; `code` stands for the whole and for the field."""
    details = [{"field": field, "code": code, "message": str(message)}]
    return Problem(code, message, status, details)


def limit_problem(
    code: str, message: str | Promise, status: int, retry_after: float | None
) -> Problem:
    """A problem that ends by itself; with the moment at which it does, if that is known."""
    if retry_after is None:
        return Problem(code, message, status)
    again = clock.now() + timedelta(seconds=retry_after)
    details = [
        {"code": code, "message": str(message), "until": again.isoformat(timespec="seconds")}
    ]
    return Problem(code, message, status, details, retry_after)


def form_problem(form: forms.Form) -> Problem:
    """The problem `invalid` with the faults of a bound form."""
    details = [
        {"field": field, "code": str(error.code or "invalid"), "message": message}
        for field, errors in form.errors.as_data().items()
        for error in errors
        for message in error.messages
    ]
    return Problem("invalid", _("Some of what was sent is missing or wrong."), 400, details)


def problem_answer(problem: Problem) -> JsonResponse:
    """Return the JSON answer of a problem."""
    body: dict[str, Any] = {
        "code": problem.code,
        "message": str(problem.message),
        "status": problem.status,
    }
    if problem.details is not None:
        body["details"] = problem.details
    headers = {}
    if problem.retry_after is not None:
        headers["Retry-After"] = str(max(round(problem.retry_after), 1))
    return JsonResponse(body, status=problem.status, headers=headers)


class SeeOther(HttpResponseRedirect):
    """The answer to a form: look there, with GET, whatever the form's method was."""

    status_code = 303


def see_other(to: str) -> SeeOther:
    """Send a browser on to an address or a named view."""
    return SeeOther(resolve_url(to))


def wants_json(request: HttpRequest) -> bool:
    """Whether to answer with JSON: the caller sent JSON, or does not ask for a page first."""
    if request.content_type == JSON:
        return True
    return request.get_preferred_type([JSON, HTML]) != HTML


def body_of(request: HttpRequest) -> Mapping[str, Any]:
    """Return the fields of a JSON object or of a form. Raises `Problem` (400)."""
    if request.content_type != JSON:
        return request.POST
    try:
        fields = json.loads(request.body)
        # JSON can write half of a character ("\ud800"), which no database takes.
        json.dumps(fields, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise bad_request() from None
    if not isinstance(fields, dict):
        raise bad_request()
    return fields
