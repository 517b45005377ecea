"""For a project with several shops: says whose a request is."""

from collections.abc import Callable
from functools import lru_cache

from django.conf import settings
from django.contrib.sites.models import Site
from django.core.exceptions import DisallowedHost
from django.db.models.signals import post_delete, post_save
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from . import clock, shops
from .conf import conf

Answer = Callable[[HttpRequest], HttpResponseBase]
REMEMBERED_SECONDS = 60.0
"""How long a process goes by the domains as they were. Chosen here: a site is renamed seldom,
and every page asks."""


def shop_in_charge(get_response: Answer) -> Answer:
    """Middleware: the shop in charge is that of the site whose domain the request was sent to.

    A host that is no site's domain goes to the site of SITE_ID, where that is set; it stands in
    most projects, because Oscar's e-mails need it, and so says nothing about a request to another
    site's domain. Finding out costs a query a minute in each process, at the first question, and
    nothing at all in a project with one shop.
    """

    def answer(request: HttpRequest) -> HttpResponseBase:
        if len(conf.shops) == 1:
            return get_response(request)
        found: list[int] = []

        def asked() -> int:
            if not found:
                found.append(of_request(request))
            return found[0]

        with shops.of(asked):
            return get_response(request)

    return answer


def of_request(request: HttpRequest) -> int:
    """The number of the shop that a request was sent to."""
    domains = _domains(int(clock.ticks() // REMEMBERED_SECONDS))
    try:
        host = request.get_host().lower()
    except DisallowedHost:
        host = ""
    # As Django does it: with its port first, a site may be told apart by that.
    for name in (host, host.rpartition(":")[0]):
        if name and name in domains:
            return domains[name]
    return getattr(settings, "SITE_ID", None) or shops.MAIN


@lru_cache(maxsize=1)
def _domains(minute: int) -> dict[str, int]:
    return {domain.lower(): pk for pk, domain in Site.objects.values_list("pk", "domain")}


def _forget(**kwargs: object) -> None:
    _domains.cache_clear()


post_save.connect(_forget, sender=Site, dispatch_uid="genlook_oscar.sites")
post_delete.connect(_forget, sender=Site, dispatch_uid="genlook_oscar.sites")
