from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .. import clock
from ..transactions import atomic
from .allowance import Allowance


class Spent(Exception):
    """Nothing was counted, because `allowance` has nothing left; None when it was the other
    condition that did not hold."""

    def __init__(self, allowance: Allowance | None) -> None:
        super().__init__(allowance.name if allowance else "")
        self.allowance = allowance


class _TooFew(Exception):
    pass


class CounterQuerySet(models.QuerySet["Counter"]):
    def take(
        self,
        allowances: Sequence[Allowance],
        also: Q | None = None,
        otherwise: models.QuerySet[Any] | None = None,
    ) -> str:
        """Count one for each allowance, or for none; return the names of what was counted.

        Raises `Spent` when one has nothing left, or when `also`, another condition of the same
        statement, does not hold; without allowances it is judged on the rows `otherwise`. To
        be called in a transaction.

        One statement, two when a window begins. Its conditions are judged by the database
        while it holds the rows, so that no race counts beyond a limit; the rows are locked in
        the order of their names, so that no two wait for each other.
        """
        if not allowances:
            if also is not None and otherwise is not None and not otherwise.filter(also).exists():
                raise Spent(None)
            return ""
        in_order = sorted(allowances, key=lambda one: one.name)
        self._begin([one for one in in_order if one.used is None])
        left = Q()
        for one in in_order:
            left |= Q(name=one.name) if one.limit is None else Q(name=one.name, used__lt=one.limit)
        rows = self._locked([one.name for one in in_order]).filter(left)
        if also is not None:
            rows = rows.filter(also)
        try:
            with atomic():
                if rows.update(used=F("used") + 1) != len(in_order):
                    raise _TooFew
        except _TooFew:
            raise Spent(self._without_rest(allowances)) from None
        return " ".join(one.name for one in in_order)

    def give_back(self, names: Iterable[str]) -> None:
        """Count one less for each of these names."""
        with atomic():
            self._locked(list(names)).filter(used__gt=0).update(used=F("used") - 1)

    def used(self, names: Iterable[str]) -> dict[str, int]:
        """What is counted under each of these names; what was never counted is not there."""
        return dict(self.filter(name__in=list(names)).values_list("name", "used"))

    def end_old(self) -> None:
        """Delete the counters of windows that are over."""
        self.filter(until__lte=clock.now()).delete()

    def _begin(self, allowances: Sequence[Allowance]) -> None:
        """Make the rows of new windows; another process may be doing the same."""
        if allowances:
            rows: list[Any] = []
            for one in allowances:
                rows.append(self.model(name=one.name, used=one.first, until=one.until))
            self.bulk_create(rows, ignore_conflicts=True)

    def _locked(self, names: list[str]) -> "CounterQuerySet":
        rows = self.filter(name__in=names).order_by("name").select_for_update()
        return self.filter(pk__in=rows.values("pk"))

    def _without_rest(self, allowances: Sequence[Allowance]) -> Allowance | None:
        counted = self.used(one.name for one in allowances)
        now = (replace(one, used=counted.get(one.name)) for one in allowances)
        return next((one for one in now if one.is_spent), None)


class Counter(models.Model):
    """How often something was used in a window of time, such as try-ons of one guest today;
    `allowance` says how it is named.

    `told` is the highest percentage of the limit that somebody was told of.
    """

    name = models.CharField(max_length=120, unique=True)
    used = models.PositiveIntegerField(default=0)
    until = models.DateTimeField(db_index=True)
    told = models.PositiveIntegerField(default=0)

    objects = CounterQuerySet.as_manager()

    class Meta:
        verbose_name = _("counter")
        verbose_name_plural = _("counters")

    def __str__(self) -> str:
        return self.name

    @classmethod
    def tell(cls, name: str, percent: int) -> bool:
        """Whether the caller should tell somebody of this percentage: nobody has yet."""
        return bool(cls.objects.filter(name=name, told__lt=percent).update(told=percent))
