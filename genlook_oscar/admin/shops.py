"""Several shops in one project: what the admin shows of each."""

from dataclasses import dataclass

from django.urls import reverse

from .. import shops
from ..conf import conf
from ..models import Account, Configuration
from ..shop_addresses import shop_name


@dataclass(frozen=True)
class Shop:
    """One shop: the settings it goes by, whether they are its `own`, and its account's credits
    as last read (None: never)."""

    name: str
    url: str
    own: bool
    configuration: Configuration
    credits: int | None


def every() -> list[Shop]:
    """All shops, the main one first. A few queries for each."""
    return [_shop(number) for number in conf.shops]


def number_of(object_id: str) -> int | None:
    """The shop whose configuration has this primary key in the admin's addresses."""
    return next((shop for shop in conf.shops if str(1 + shop) == object_id), None)


def _shop(number: int) -> Shop:
    with shops.of(number):
        account = Account.mine().first()
        return Shop(
            name=shop_name(),
            url=reverse("admin:genlook_oscar_configuration_change", args=[Configuration.number()]),
            own=number == shops.MAIN or Configuration.mine().exists(),
            configuration=Configuration.load(),
            credits=account.credits if account and account.is_mine else None,
        )
