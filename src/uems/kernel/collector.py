"""How often is memory searched for circles of objects that nobody holds any more? Seldom: nearly all of ours go by themselves."""

import gc
from typing import Final

NEW_OBJECTS: Final = 50_000
"""Python looks after 700; a batch of twenty thousand people makes that many again and again and none of them is a circle."""


def calm_collector() -> None:
    """For a process that lives long and works in batches. A fifth of the time of a simulation went into looking."""
    gc.set_threshold(NEW_OBJECTS, 20, 50)
