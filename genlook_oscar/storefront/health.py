"""Health for monitoring: a number for machines, and the reasons for people."""

from typing import Any

from django.db import DatabaseError
from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.utils.crypto import constant_time_compare

from ..causes import CRITICAL
from ..conf import conf
from ..engine.findings import DATABASE_DOWN
from ..engine.monitoring import watched
from .answers import not_found
from .base import StorefrontView


class Watched(StorefrontView):
    """What monitoring asks for: for staff who are signed in, and for whoever bears
    `GENLOOK_HEALTH_TOKEN`. Nobody else learns that there is anything here."""

    open_to_all = True

    def answer(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not (_bears_token(request) or _is_staff(request)):
            raise not_found()
        return super().answer(request, *args, **kwargs)


class HealthView(Watched):
    """The health as JSON, and 503 when it is critical."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> JsonResponse:
        try:
            told = watched().as_dict()
        except DatabaseError:
            finding = DATABASE_DOWN.as_dict()
            told = {"severity": finding["severity"], "findings": [finding]}
        response = JsonResponse(told, status=503 if told["severity"] == CRITICAL else 200)
        response.headers["Cache-Control"] = "no-store"
        return response


def _bears_token(request: HttpRequest) -> bool:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    wanted = conf.health_token
    same = constant_time_compare(token.strip(), wanted)
    return bool(wanted) and scheme.lower() == "bearer" and same


def _is_staff(request: HttpRequest) -> bool:
    user = getattr(request, "user", None)
    return bool(user and user.is_active and user.is_staff)
