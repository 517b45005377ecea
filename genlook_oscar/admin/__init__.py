"""The merchant's side in Django's admin."""

from . import configuration, people, product_links, records, reports, rules, tryons

__all__ = [
    "configuration",
    "people",
    "product_links",
    "records",
    "reports",
    "rules",
    "tryons",
]
