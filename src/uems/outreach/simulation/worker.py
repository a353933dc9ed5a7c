"""Who tries flows on history? A loop of its own, so that a long simulation keeps no export waiting."""

from collections.abc import Callable
from datetime import datetime

from uems.kernel.house import House
from uems.outreach.simulation.jobs import KIND, Simulations
from uems.segments.api import Worker


def simulator(house: House, holder: str, clock: Callable[[], datetime]) -> Worker:
    """The loop of one process, one simulation after another."""
    return Worker(house, holder, clock, {KIND: Simulations()}, name="simulations")
