"""When Genlook fails again and again: refused at once, found again by one, alarmed once."""

import pytest

from genlook_oscar.engine import circuit, tryons
from genlook_oscar.models import Account, TryOn
from genlook_oscar.signals import alarm_raised

pytestmark = pytest.mark.django_db

OUTAGES = [
    ({"status": 402, "code": "INSUFFICIENT_CREDITS"}, "no_credits"),
    ({"status": 401, "code": "INVALID_API_KEY"}, "not_configured"),
    ({"status": 403, "code": "FORBIDDEN"}, "not_allowed"),
    ({"status": 503, "code": ""}, "unavailable"),
]


@pytest.fixture
def alarms():
    heard = []

    def hear(sender, code, message, **kwargs):
        heard.append(code)

    alarm_raised.connect(hear)
    yield heard
    alarm_raised.disconnect(hear)


def break_it(emulator, click, drain, make_product, fault):
    emulator.control.fault("error", method="POST", path="/try-on", times=None, **fault)
    for number in range(circuit.IN_A_ROW):
        click(product=make_product(f"Item {number}"))
        drain()


@pytest.mark.parametrize(("fault", "reason"), OUTAGES)
def test_a_row_of_failures_refuses_new_clicks(
    emulator, click, drain, make_product, alarms, fault, reason
):
    break_it(emulator, click, drain, make_product, fault)
    before = TryOn.objects.count()
    with pytest.raises(tryons.Refused) as refused:
        click()
    assert (refused.value.code, refused.value.status) == (reason, 503)
    assert 0 < refused.value.retry_after <= 15
    assert refused.value.message
    assert TryOn.objects.count() == before
    assert len(alarms) == 1


@pytest.mark.parametrize(("fault", "reason"), OUTAGES)
def test_one_click_finds_out_that_genlook_is_back(
    emulator, click, drain, make_product, pass_time, fault, reason
):
    break_it(emulator, click, drain, make_product, fault)
    emulator.control.clear_faults()
    pass_time(seconds=20)
    probe = click()
    with pytest.raises(tryons.Refused):
        click(product=make_product("Another"))
    drain()
    probe.refresh_from_db()
    assert probe.status == TryOn.Status.COMPLETED
    assert Account.load().circuit_reason == ""
    assert Account.load().alarm_code == ""
    click(product=make_product("A third"))


def test_the_sweep_finds_out_as_well(emulator, click, drain, make_product, sweep, pass_time):
    break_it(emulator, click, drain, make_product, OUTAGES[3][0])
    assert Account.load().circuit_reason == "unavailable"
    emulator.control.clear_faults()
    sweep()
    drain()
    assert Account.load().circuit_reason == ""


def test_credits_on_the_account_open_the_way_again(emulator, click, drain, make_product, sweep):
    break_it(emulator, click, drain, make_product, OUTAGES[0][0])
    sweep()
    drain()
    assert Account.load().circuit_reason == ""


def test_a_failure_now_and_then_refuses_nobody(emulator, click, drain, make_product):
    for number in range(4):
        emulator.control.fault("error", method="POST", path="/try-on", times=1, status=402)
        click(product=make_product(f"Unlucky {number}"))
        drain()
        click(product=make_product(f"Lucky {number}"))
        drain()
    assert Account.load().circuit_reason == ""


def test_a_lasting_outage_is_asked_about_ever_more_rarely(emulator, click, pass_time):
    Account.load()
    pauses = []
    for _ in range(12):
        circuit.failed("unavailable")
        until = Account.load().circuit_until
        if until:
            pauses.append((until - Account.load().circuit_since).total_seconds())
    assert pauses == sorted(pauses)
    assert pauses[-1] == pytest.approx(300, abs=5)
