"""Counting inside of a query."""

from typing import Any

from django.db.models import Func, IntegerField, QuerySet, Subquery


def number(rows: QuerySet[Any]) -> Subquery:
    """How many rows there are, as an expression for another query; 0 where there is none."""
    # Not `Count`: that groups, and what groups nothing has no row.
    count = Func("pk", function="COUNT", output_field=IntegerField())
    return Subquery(rows.order_by().annotate(number=count).values("number"))
