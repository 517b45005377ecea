from django import template

from ..admin import health
from ..contained import contained

register = template.Library()


@register.simple_tag
@contained("")
def genlook_alarm() -> str:
    """What the merchant must do so that try-ons work again; empty when all is well."""
    return health.alarms()
