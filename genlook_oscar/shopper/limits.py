"""How many photos a shopper may hand in."""

from .. import clock
from ..models import Configuration, Counter, allowance, customers
from ..transactions import in_turn
from ..visitor import Visitor


def count_upload(configuration: Configuration, who: Visitor) -> None:
    """Count a photo of this visitor's, before any work is done for it: a file that turns out
    to be no picture costs as much. Raises `Spent` when they have handed in enough for now."""
    new = customers.counts_with_network(configuration, who)
    counted = allowance.uploads(configuration, who, clock.now(), new)
    in_turn(lambda: Counter.objects.take(counted))
