"""Who reads the lists and writes the exports of a house?"""

from collections.abc import Callable
from datetime import datetime

from uems.kernel.house import House
from uems.segments.exports.exports import SegmentExports
from uems.segments.jobs.worker import Worker
from uems.segments.lists.uploads import ListUploads


def segment_worker(house: House, holder: str, clock: Callable[[], datetime]) -> Worker:
    """The loop that does them, one after another."""
    return Worker(house, holder, clock, {"upload": ListUploads(), "export": SegmentExports()})
