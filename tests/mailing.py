"""Which mail server the project uses, and one that takes nothing."""

from smtplib import SMTPRecipientsRefused
from typing import Any

import django
from django.core.mail.backends.base import BaseEmailBackend


class Refusing(BaseEmailBackend):
    def send_messages(self, email_messages: Any) -> int:
        raise SMTPRecipientsRefused({message.to[0]: (550, b"no") for message in email_messages})


def mail_settings(backend: str) -> dict[str, Any]:
    """The settings by which a project sends its mail through `backend`, by Django's version."""
    if django.VERSION >= (6, 1):
        return {"MAILERS": {"default": {"BACKEND": backend}}}
    return {"EMAIL_BACKEND": backend}
