from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class GenlookOscarConfig(AppConfig):
    name = "genlook_oscar"
    label = "genlook_oscar"
    verbose_name = _("Virtual try-on")
    default_auto_field = "django.db.models.BigAutoField"

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        _need_posix()
        _load_queue()

    def ready(self) -> None:
        from . import (  # noqa: F401
            checks,
            host_checks,
            queue_checks,
            receivers,
            setting_checks,
            transactions,
        )
        from .catalogue import eligibility, noticing
        from .engine import workers
        from .engine.queue import ensure_schedules
        from .shopper import experiment

        transactions.connect()
        noticing.connect()
        workers.connect()
        eligibility.control_group.append(experiment.sees_no_button)

        post_migrate.connect(
            ensure_schedules, sender=self, dispatch_uid="genlook_oscar.ensure_schedules"
        )


def _need_posix() -> None:
    """Say on what systems pictures can be read, before an import does that names a module. Raises
    ImproperlyConfigured: no system check would come to it."""
    if find_spec("fcntl") is None:
        raise ImproperlyConfigured(
            "genlook_oscar runs on Linux, macOS and other POSIX systems: it reads pictures in "
            "processes whose time and memory the system bounds, which Windows does not. Run the "
            "shop in WSL or in a container there."
        )


def _load_queue() -> None:
    """Let django-q2 read Q_CLUSTER, which it does while it is imported, and say what is wrong:
    no system check would come to it. Raises ImproperlyConfigured."""
    from .queue_checks import faults

    if not any(app.partition(".")[0] == "django_q" for app in settings.INSTALLED_APPS):
        return
    try:
        import_module("django_q.conf")
    except Exception as error:
        told = [f"({fault.id}) {fault.sentence} {fault.line}" for fault in faults()]
        if not told:
            raise
        raise ImproperlyConfigured("\n".join(told)) from error
