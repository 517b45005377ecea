"""What all views of the storefront share."""

import logging
from typing import Any, cast

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import SuspiciousOperation
from django.db import DatabaseError, InterfaceError, OperationalError
from django.db.transaction import non_atomic_requests
from django.http import Http404, HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.http.request import UnreadablePostError
from django.http.response import HttpResponseBase
from django.middleware.csrf import CsrfViewMiddleware
from django.shortcuts import render
from django.template.defaultfilters import filesizeformat
from django.utils.cache import patch_vary_headers
from django.utils.decorators import (
    classonlymethod,
    decorator_from_middleware,
    method_decorator,
)
from django.utils.log import log_response
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import View

from .. import languages, logs
from ..conf import conf
from ..shopper.refusals import PhotoRefused
from ..shopper.uploads import receive
from . import login
from .answers import BUSY_SECONDS, Problem, bad_request, problem_answer, shop_busy, wants_json
from .session import keep_session

logger = logs.logger(__name__)

FIELDS_BYTES = 64 * 1024
"""Room in a request for all that is not a picture."""
READ_AWAY_BYTES = 64 * 1024 * 1024
"""A body that is too large is still read, up to this size, and thrown away: a connection
closed with unread data may be reset before the answer is read (RFC 9112, 9.6). The size is
chosen here: more than a phone's largest photos."""
CHUNK = 1024 * 1024


class JsonCsrf(CsrfViewMiddleware):
    """Django's own check, whose refusal a script can read."""

    def _reject(self, request: HttpRequest, reason: str) -> HttpResponse:
        if wants_json(request):
            return problem_answer(
                Problem("csrf_failed", _("Please reload the page and try again."), 403)
            )
        refused: HttpResponse = super()._reject(request, reason)  # type: ignore[misc]
        return refused


csrf_protect = decorator_from_middleware(JsonCsrf)


class StorefrontView(View):
    """Turns a `Problem` into JSON or a page, checks the body's size and the CSRF token, and
    sees that nothing personal is cached or indexed."""

    takes_picture = False
    open_to_all = False
    """Also where LoginRequiredMiddleware closes the shop to guests: it asks by itself who comes."""

    @classonlymethod
    def as_view(cls, **initkwargs: Any) -> Any:
        """The view as Django calls it.

        Exempt from Django's middleware for CSRF only: `answer` makes the same check, after
        the size is known to be bearable (the check reads the whole body) and with an answer
        in JSON. Where ATOMIC_REQUESTS is on, our transactions are our own all the same: they
        are short, take SQLite's lock first, and what goes wrong at their end is answered here.
        Exempt from LoginRequiredMiddleware for the same reason: see `login`.
        """
        return login_not_required(csrf_exempt(non_atomic_requests(super().as_view(**initkwargs))))

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        with logs.about(request_id=logs.name_of(request.headers.get("X-Request-ID"))):
            response = self._dispatch(request, *args, **kwargs)
            response.headers["X-Request-ID"] = logs.request_id()
            if response.status_code >= 400:
                self._log(response)
        return response

    def _log(self, response: Any) -> None:
        """Note an answer that is no fault of the server's, as Django's own line in
        `django.request` would have it: that is left out for what has been logged."""
        log_response(
            "%s: %s",
            response.reason_phrase,
            self.request.path,
            response=response,
            request=self.request,
            logger=cast(logging.Logger, logger),
            level="info",
        )

    def _dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        language = languages.take(request)
        try:
            response = self.answer_or_refuse(request, *args, **kwargs)
            languages.keep(request, response, language)
            keep_session(request)
        except (OperationalError, InterfaceError):
            logger.warning("A call was not carried out by the database.", exc_info=True)
            response = self.refuse_busy()
        if "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = "no-store, private"
            patch_vary_headers(response, ["Accept"])
        response.headers["X-Robots-Tag"] = "noindex"
        patch_vary_headers(response, ["Cookie"])
        return response

    def answer_or_refuse(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """The answer, which may be that of a problem."""
        try:
            self.check_size(request)
            if self.takes_picture:
                receive(request)
            if not self.open_to_all and (refused := login.refusal(request, self)):
                return refused
            return self.answer(request, *args, **kwargs)
        except Problem as problem:
            return self.refuse(problem)
        except (SuspiciousOperation, MultiPartParserError, UnreadablePostError):
            return self.refuse(bad_request())

    @method_decorator(csrf_protect)
    def answer(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Hand the request to the method's handler."""
        return super().dispatch(request, *args, **kwargs)

    def check_size(self, request: HttpRequest) -> None:
        """Refuse a body that says it is too large, before anything of it is kept."""
        try:
            length = int(request.META.get("CONTENT_LENGTH") or 0)
        except ValueError:
            raise bad_request() from None
        if length <= FIELDS_BYTES + (conf.max_photo_bytes if self.takes_picture else 0):
            return
        if length <= READ_AWAY_BYTES:
            while request.read(CHUNK):
                pass
        raise self.too_large()

    def too_large(self) -> Problem:
        """The problem of a body that is too large."""
        if not self.takes_picture:
            return Problem("too_large", _("That is more than can be taken in."), 413)
        refused = PhotoRefused("photo_too_large", limit=filesizeformat(conf.max_photo_bytes))
        return Problem(refused.code, refused.message, 413)

    def refuse(self, problem: Problem) -> HttpResponseBase:
        """Answer a problem: JSON, the shop's own 404 page, or a page with our words."""
        if wants_json(self.request):
            return problem_answer(problem)
        if problem.status == 404:
            raise Http404(str(problem.message))
        return render(
            self.request, "genlook_oscar/problem.html", {"problem": problem}, status=problem.status
        )

    def refuse_busy(self) -> HttpResponseBase:
        """Answer that the database has not done the work; where it is not even there for a
        page of the shop's, by the sentence alone."""
        problem = shop_busy()
        response: HttpResponseBase
        try:
            response = self.refuse(problem)
        except DatabaseError:
            text = "text/plain; charset=utf-8"
            response = HttpResponse(str(problem.message), text, status=problem.status)
        response.headers["Retry-After"] = str(BUSY_SECONDS)
        return response

    def http_method_not_allowed(
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        allowed = super().http_method_not_allowed(request, *args, **kwargs).headers["Allow"]
        response = problem_answer(
            Problem("method_not_allowed", _("This cannot be done here."), 405)
        )
        response.headers["Allow"] = allowed
        return response


class DeletableByForm(StorefrontView):
    """For pages without script: a form's POST with `_method=delete` deletes."""

    def delete(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        raise NotImplementedError

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.POST.get("_method", "").lower() != "delete":
            return self.http_method_not_allowed(request, *args, **kwargs)
        return self.delete(request, *args, **kwargs)
