"""How many photos a shopper may hand in."""

from .. import clock
from ..models import Configuration, Counter, allowance
from ..transactions import in_turn
from ..visitor import Visitor


def count_upload(configuration: Configuration, who: Visitor) -> None:
    """Count a photo of this visitor's, before any work is done for it: a file that turns out
    to be no picture costs as much. Raises `Spent` when she has handed in enough for now."""
    counted = allowance.uploads(configuration, who, clock.now())
    in_turn(lambda: Counter.objects.take(counted))
