"""Which of several shops in one project is in charge of what runs now.

A shop is a site (django.contrib.sites) that GENLOOK_SITE_KEYS names, known by the number of its
site, or the main one: all that is not named there. A request's shop follows from its host, a
task's from the row that it is for. Where nothing says otherwise, the main shop is in charge.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import ParamSpec, TypeVar

MAIN = 0
"""The shop of GENLOOK_API_KEY. No site has this number."""

Asked = Callable[[], int]
_in_charge: ContextVar[int | Asked] = ContextVar("genlook_oscar_shop", default=MAIN)
P = ParamSpec("P")
T = TypeVar("T")


def current() -> int:
    """The number of the shop in charge. Raises what finding out the site of a request raises."""
    shop = _in_charge.get()
    return shop if isinstance(shop, int) else shop()


@contextmanager
def of(shop: int | Asked) -> Iterator[None]:
    """What happens inside is this shop's; a callable is asked when somebody wants to know."""
    token = _in_charge.set(shop)
    try:
        yield
    finally:
        _in_charge.reset(token)


def bound(call: Callable[P, T]) -> Callable[P, T]:
    """Have a call that is made later, or by another thread, made for the shop in charge now."""
    shop = _in_charge.get()

    @wraps(call)
    def made(*args: P.args, **kwargs: P.kwargs) -> T:
        with of(shop):
            return call(*args, **kwargs)

    return made
