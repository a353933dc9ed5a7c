"""Has everything arrived that a loop of this room looks at?"""

from datetime import datetime

from uems.collect import api as collect
from uems.kernel.house import House


def all_arrived(house: House, end: datetime) -> bool:
    """Whether the pipeline has stored everything that arrived up to then."""
    watermark = collect.watermark(house)
    return house.log.backlog().events == 0 or (watermark is not None and watermark >= end)
