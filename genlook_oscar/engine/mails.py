"""The e-mail to a customer who asked to be told when her picture is ready."""

import logging
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import translation
from oscar.core.loading import get_class

from .. import clock, logs, shops
from ..conf import conf
from ..languages import with_language
from ..models import Configuration, ReadyMail, TryOn
from ..models.mark import of_shop
from ..shop_addresses import site_url
from . import channels
from .queue import enqueue

logger = logs.logger(__name__)

EVENT_CODE = "GENLOOK_TRYON_READY"
"""Oscar's name for the e-mail: its communication type, or the templates
`oscar/communication/emails/commtype_genlook_tryon_ready_*`."""
LOOKING = timedelta(seconds=20)
"""A browser that waits for the picture fetches it within seconds (it asks every 4 at most).
Whoever has not by then is not looking. Chosen here."""
FORGET = timedelta(days=7)
BATCH = 200


def can_reach(user: Any) -> bool:
    """Whether this user has an address that an e-mail can go to."""
    return bool(user.is_authenticated and user.email)


def ask_for(tryon: TryOn, language: str) -> None:
    """Note that the owner of `tryon` wants an e-mail, in `language`. Safe to repeat."""
    ReadyMail.objects.get_or_create(tryon=tryon, defaults={"language": language})


def take_back(tryon: TryOn) -> None:
    """Forget the wish, if the e-mail has not left."""
    ReadyMail.objects.filter(tryon=tryon, sent_at=None).delete()


def note_seen(tryon: TryOn) -> None:
    """Her browser fetches the picture: no e-mail is needed. A query only where one was asked
    for and nothing has come of it yet; `tryon.ready_mail` must have been read with it."""
    mail = getattr(tryon, "ready_mail", None)
    if mail and not mail.seen_at and not mail.sent_at:
        ReadyMail.objects.filter(pk=mail.pk, seen_at=None).update(seen_at=clock.now())


def hand_over() -> None:
    """Have the e-mails sent that are due, each by a task; the sweep's part."""
    now = clock.now()
    ReadyMail.objects.filter(sent_at=None, seen_at=None, asked_at__lt=now - FORGET).delete()
    for shop in conf.shops:
        with shops.of(shop):
            due = list(_due().filter(of_shop("tryon__shop")).values_list("pk", flat=True)[:BATCH])
            if due and Configuration.load().ready_mail:
                for pk in due:
                    enqueue("send_ready_mail", pk)


def send(pk: str | int) -> None:
    """Send one e-mail; a task. It leaves once at most: it counts as sent before it leaves,
    and one that the mail server refuses is not sent again. Her try-ons show the picture."""
    # The claim names the row's own fields only: a condition on another table is not looked
    # at again when two workers update at once.
    open_mail = ReadyMail.objects.filter(pk=pk, sent_at=None, seen_at=None)
    if not _due().filter(pk=pk).exists() or not open_mail.update(sent_at=clock.now()):
        return
    rows = ReadyMail.objects.select_related("tryon__shopper__user", "tryon__product")
    mail = rows.get(pk=pk)
    user = mail.tryon.shopper.user
    if user is None or not user.is_active or not user.email:
        return
    with translation.override(mail.language or settings.LANGUAGE_CODE):
        try:
            with shops.of(mail.tryon.shop):
                _deliver(user, mail.tryon)
        except Exception as error:
            why = channels.note_mail_failed(error)
            logger.error("The e-mail about try-on %s was not sent: %s.", mail.tryon_id, why)
        else:
            channels.note_mail_sent()


def _due() -> QuerySet[ReadyMail]:
    now = clock.now()
    return ReadyMail.objects.filter(
        sent_at=None,
        seen_at=None,
        tryon__status=TryOn.Status.COMPLETED,
        tryon__hidden_at=None,
        tryon__finished_at__lte=now - LOOKING,
        tryon__expires_at__gt=now,
    )


def _deliver(user: Any, tryon: TryOn) -> None:
    # Oscar's dispatcher writes the address into the log that it is given.
    quiet = logging.Logger("genlook_oscar.quiet", logging.CRITICAL)
    dispatcher = get_class("communication.utils", "Dispatcher")(logger=quiet)
    address = reverse("genlook_oscar:tryon", args=[tryon.pk])
    context = {
        "user": user,
        "tryon": tryon,
        "product_title": tryon.product_title,
        "url": f"{site_url()}{with_language(f'{address}?mail')}",
        "expires_at": tryon.expires_at,
    }
    dispatcher.dispatch_user_messages(user, dispatcher.get_messages(EVENT_CODE, context))
