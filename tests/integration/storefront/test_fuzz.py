"""No request, however it is written, brings an answer of 500: not from the storefront, and not
from the pages for staff. The endpoints are read from the project's URLs.

GENLOOK_FUZZ=1000 tries so many requests at each endpoint, elsewhere each time, and prints how
many; without it a few are tried, always the same.
"""

from __future__ import annotations

import logging
import os
import traceback
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings

from genlook_oscar.engine import workers
from genlook_oscar.models import Configuration, Photo, ProductLink, Report, Share, Shopper, TryOn
from genlook_oscar.shopper import sharing
from tests.endpoints import Endpoint, endpoints
from tests.hostile import Hostile, one_by_one, requests

from .conftest import Visitor

MANY = int(os.environ.get("GENLOOK_FUZZ", "0"))
FEW = {"storefront": 25, "staff": 4}
TELLS_BY_STATUS = {"genlook_oscar:health": 503}
"""What answers with an error on purpose: monitoring reads the status."""


def bounds(group: str) -> Any:
    return settings(
        max_examples=MANY or FEW[group],
        derandomize=not MANY,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
        print_blob=False,
    )


@pytest.fixture
def people(
    visitor: Visitor, customer: Visitor, product: Any, finished: Any, admin_user: Any
) -> dict[str, Client]:
    """Whoever may come: a guest with a picture, a customer without, staff, and nobody."""
    Configuration.objects.update(sharing=True, ready_mail=True)
    sharing.share(finished(visitor, product))
    staff = Client()
    staff.force_login(admin_user)
    Report.objects.create(tryon=TryOn.objects.first(), link=ProductLink.objects.first())
    workers.sign()
    return {
        "guest": visitor.client,
        "customer": customer.client,
        "staff": staff,
        "nobody": Client(),
    }


@pytest.fixture
def known(people: Any, product: Any) -> dict[str, list[Any]]:
    """Values that lead somewhere, by the names of parameters."""
    photos = list(Photo.objects.values_list("pk", flat=True))
    tryons = list(TryOn.objects.values_list("pk", flat=True))
    others = [
        *Shopper.objects.values_list("pk", flat=True),
        *ProductLink.objects.values_list("pk", flat=True),
    ]
    return {
        "pk": [*tryons, *photos, product.pk],
        "product_pk": [product.pk],
        "object_id": [*tryons, *photos, *others, 1],
        "token": list(Share.objects.values_list("token", flat=True)),
        "number": [0, 1],
        "product": [product.pk],
        "photo": photos,
        "consent": ["1"],
        "reason": Report.Reason.values,
    }


def fault_of(request: Hostile, client: Client) -> str:
    """What a request brought about that it should not; nothing of it stays."""
    client.raise_request_exception = False
    cookies = client.cookies.copy()
    with transaction.atomic():
        answer = request.send(client)
        if answer.streaming:
            b"".join(answer.streaming_content)
        transaction.set_rollback(True)
    client.cookies = cookies
    if answer.status_code < 500:
        return ""
    exc_info = getattr(answer, "exc_info", None)
    said = "".join(traceback.format_exception(*exc_info)[-6:]) if exc_info else answer.content[:300]
    return f"{answer.status_code}: {said}"


def fuzz(endpoint: Endpoint, people: dict[str, Client], known: Any, group: str) -> tuple[int, str]:
    """How many requests were tried at an endpoint, and the first that it did not bear."""
    tried = 0
    may_come = (
        ["guest", "guest", "guest", "customer", "nobody", "staff"]
        if group == "storefront"
        else ["staff"]
    )

    @bounds(group)
    @given(requests(endpoint, known, may_come))
    def every(request: Hostile) -> None:
        nonlocal tried
        tried += 1
        fault = fault_of(request, people[request.who])
        allowed = TELLS_BY_STATUS.get(endpoint.name)
        if fault and not fault.startswith(f"{allowed}:"):
            raise AssertionError(f"{request}\n{fault}")

    more = one_by_one(endpoint, known, "guest") if MANY and endpoint.is_storefront else ()
    try:
        every()
        for request in more:
            every.hypothesis.inner_test(request)
    except AssertionError as error:
        return tried, str(error)
    return tried, ""


def test_half_a_character_is_no_text(visitor: Visitor, product: Any) -> None:
    answer = visitor.start(product, visitor.photo(), idempotency_key="\ud800")
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")


def test_what_no_database_takes_filters_nothing(admin_client: Client) -> None:
    """Found at length: seldom enough to be missed by a few requests."""
    for model, query in (
        ("tryon", "status__exact=a%00b"),
        ("productlink", "ready=a%00b"),
        ("rule", "on__exact=a%00b"),
        ("shopper", "created_at__year=-1628212066"),
        ("tryon", f"created_at__year={'9' * 20}"),
    ):
        address = f"/admin/genlook_oscar/{model}/"
        answer = admin_client.get(f"{address}?{query}")
        assert (answer.status_code, answer.headers.get("Location")) == (302, f"{address}?e=1")
    nobody = admin_client.get("/admin/genlook_oscar/record/1/delete/?_to_field=")
    assert nobody.status_code in (302, 403, 404)


@pytest.mark.slow
@pytest.mark.parametrize("group", ["storefront", "staff"])
def test_no_request_brings_a_500(
    group: str, people: Any, known: Any, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.GENLOOK_HEALTH_TOKEN = "x"
    # Each of the refusals writes a line, and the runner would keep all of them.
    monkeypatch.setattr(logging.root.manager, "disable", logging.CRITICAL)
    tried, faults = 0, {}
    print(f"\nRequests tried at the endpoints of {group}, {connection.vendor}:")  # noqa: T201
    for endpoint in endpoints(storefront=group == "storefront"):
        count, fault = fuzz(endpoint, people, known, group)
        tried += count
        print(f"| `{endpoint.name}` | {count} | {fault or 'none'} |", flush=True)  # noqa: T201
        if fault:
            faults[endpoint.name] = fault
    print(f"{tried} in all")  # noqa: T201
    assert not faults, "\n\n".join(f"{name}\n{fault}" for name, fault in faults.items())
