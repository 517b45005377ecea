"""The numbers of the health as Prometheus reads them."""

from collections.abc import Iterator
from dataclasses import fields
from datetime import datetime
from typing import Any

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from ..causes import METRICS, SEVERITIES
from ..engine.health import Health
from ..engine.monitoring import watched
from .answers import Problem
from .health import Watched

PREFIX = "genlook_"


class MetricsView(Watched):
    """All numbers of the health URL, for whoever may look there. Needs the extra `metrics`."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
        except ImportError:
            words = _("Install the package with its extra: pip install “genlook-oscar[metrics]”.")
            raise Problem("metrics_missing", words, 501) from None
        try:
            found = watched()
        except DatabaseError:
            raise Problem("database", _("The database cannot be asked."), 503) from None
        # Read anew for each answer: nothing is counted in this process, which is one of several.
        registry = CollectorRegistry()
        registry.register(_Numbers(found))
        return HttpResponse(
            generate_latest(registry),
            content_type=CONTENT_TYPE_LATEST,
            headers={"Cache-Control": "no-store"},
        )


class _Numbers:
    """A collector of one health. What is not known has no sample."""

    def __init__(self, found: Health) -> None:
        self.found = found

    def collect(self) -> Iterator[Any]:
        from prometheus_client.core import GaugeMetricFamily

        worst = GaugeMetricFamily(f"{PREFIX}severity", "0 ok, 1 warning, 2 critical.")
        worst.add_metric([], SEVERITIES.index(self.found.severity))
        yield worst
        finding = GaugeMetricFamily(
            f"{PREFIX}finding", "What is wrong now.", labels=["code", "severity"]
        )
        for one in self.found.findings:
            if METRICS in one.cause.told:
                finding.add_metric([one.code, one.severity], 1)
        yield finding
        for field in fields(self.found):
            value = getattr(self.found, field.name)
            name, words = PREFIX + field.name, f"{field.name} of the health URL."
            if isinstance(value, str):
                state = GaugeMetricFamily(name, words, labels=["is"])
                state.add_metric([value], 1)
                yield state
            elif isinstance(value, datetime):
                yield GaugeMetricFamily(name, words, value=value.timestamp())
            elif isinstance(value, (bool, int, float)):
                yield GaugeMetricFamily(name, words, value=float(value))
