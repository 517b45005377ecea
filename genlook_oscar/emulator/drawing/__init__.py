"""Results drawn: a person's photo with a product laid over the body."""

from genlook_oscar.emulator.drawing.result import draw, tiny

__all__ = ["draw", "tiny"]
