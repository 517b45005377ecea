"""A Genlook service on this machine, over real HTTP, for demo and tests."""

from genlook_oscar.emulator.control import Control
from genlook_oscar.emulator.service import Emulator

__all__ = ["Control", "Emulator"]
