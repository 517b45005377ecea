"""The two ways an alert leaves: an e-mail, and a call of the shop's webhook.

What fails is noted with when and why, in words that hold no address and no secret, and shown by
the health and the checklist until the next success.
"""

import json
from collections.abc import Callable
from typing import Any

import requests
from django.conf import settings
from django.core.mail import get_connection, send_mail
from django.utils.translation import gettext as _

from .. import logs
from ..api.deadline import within
from ..api.quiet import unlogged
from ..api.transport import HttpTransport
from ..causes import Cause
from ..causes.shop import MAIL_FAILED, WEBHOOK_FAILED
from ..conf import conf
from ..models import Alert, Occurrence
from ..models.alert import EVERY_ACCOUNT
from ..shop_addresses import from_email

logger = logs.logger(__name__)

MAIL_SECONDS = 10
"""How long each step of sending may take where the project's EMAIL_TIMEOUT says nothing."""
CONNECT_SECONDS, READ_SECONDS, WEBHOOK_SECONDS = 5, 10, 20
"""To connect to the webhook's host, for each read, and for the whole call. Chosen here."""
SIGNS = str.maketrans({"<": "‹", ">": "›", "@": "@\u2060"})
"""In chats these begin links and calls of everybody; a product's title must not."""


class Failed(Exception):
    """It did not leave. Its words may be shown and logged."""


def send(alert: Alert) -> bool:
    """Send one alert; whether it left. Raises nothing."""
    leave, failure = CHANNELS[Alert.Channel(alert.channel)]
    try:
        leave(alert)
    except Exception as error:
        why = str(error) if isinstance(error, Failed) else _why(error)
        Occurrence.begin(failure.code, why, of=EVERY_ACCOUNT)
        logger.error("An alert (%s) could not be sent by %s: %s.", alert.code, alert.channel, why)
        return False
    Occurrence.end(failure.code, of=EVERY_ACCOUNT)
    return True


def note_mail_failed(error: Exception) -> str:
    """Note that an e-mail to a shopper did not leave; returns why, fit to be logged."""
    why = _why(error)
    Occurrence.begin(MAIL_FAILED.code, why, of=EVERY_ACCOUNT)
    return why


def note_mail_sent() -> None:
    """Note that one has left, which ends what was noted of failed ones."""
    Occurrence.end(MAIL_FAILED.code, of=EVERY_ACCOUNT)


def _why(error: Exception) -> str:
    """The kind of an error: its own words may hold addresses. A mail server's number says more."""
    number = getattr(error, "smtp_code", None)
    name = type(error).__name__
    return f"{name} {number}" if isinstance(number, int) else name


def _shop() -> str:
    return str(getattr(settings, "OSCAR_SHOP_NAME", ""))


def _title(alert: Alert) -> str:
    """What an alert is about, and whose it is."""
    return f"{_shop()}: {alert.subject}" if _shop() else alert.subject


def _mail(alert: Alert) -> None:
    server: Any = get_connection()
    if getattr(server, "timeout", MAIL_SECONDS) is None:
        server.timeout = MAIL_SECONDS
    text = f"{alert.text}\n\n{alert.link}" if alert.link else alert.text
    # A title may hold a line's end, which no header bears.
    send_mail(" ".join(_title(alert).split()), text, from_email(), alert.to, connection=server)


def _call(alert: Alert) -> None:
    if not conf.alert_webhook:
        raise Failed(_("GENLOOK_ALERT_WEBHOOK is not set any more"))
    status = _post(payload(alert))
    if status == 400:
        # Some chats, Google's among them, take no field that they do not know.
        status = _post({"text": payload(alert)["text"]})
    if not 200 <= status < 300:
        raise Failed(f"HTTP {status}")


def payload(alert: Alert) -> dict[str, Any]:
    """What the webhook gets: `text` for people, as chats show it, and the rest for machines."""
    lines = [line.translate(SIGNS) for line in (_title(alert), alert.text)]
    return {
        "text": "\n".join([*lines, alert.link]).rstrip(),
        "code": alert.code,
        "severity": alert.severity,
        "shop": _shop(),
        "subject": alert.subject,
        "link": alert.link,
        "at": alert.created_at.isoformat(),
    }


def _post(told: dict[str, Any]) -> int:
    """Post JSON to the webhook; the status of its answer, whose body is not read."""
    transport = HttpTransport()
    try:
        with unlogged(), within(WEBHOOK_SECONDS):
            answer = transport.request(
                "POST",
                conf.alert_webhook,
                data=json.dumps(told).encode(),
                headers={"Content-Type": "application/json; charset=utf-8"},
                timeout=(CONNECT_SECONDS, READ_SECONDS),
                allow_redirects=False,
                stream=True,
            )
            answer.close()
            return int(answer.status_code)
    except requests.RequestException as error:
        # Its words hold the address.
        raise Failed(type(error).__name__) from None
    finally:
        transport.close()


CHANNELS: dict[Alert.Channel, tuple[Callable[[Alert], None], Cause]] = {
    Alert.Channel.MAIL: (_mail, MAIL_FAILED),
    Alert.Channel.WEBHOOK: (_call, WEBHOOK_FAILED),
}
"""How an alert leaves by each channel, and what holds while that fails."""
