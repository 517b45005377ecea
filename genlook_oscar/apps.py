from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class GenlookOscarConfig(AppConfig):
    name = "genlook_oscar"
    label = "genlook_oscar"
    verbose_name = _("Virtual try-on")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import checks, receivers, transactions  # noqa: F401
        from .catalogue import eligibility, noticing
        from .engine.queue import ensure_schedules
        from .shopper import experiment

        transactions.connect()
        noticing.connect()
        eligibility.control_group.append(experiment.sees_no_button)

        post_migrate.connect(
            ensure_schedules, sender=self, dispatch_uid="genlook_oscar.ensure_schedules"
        )
