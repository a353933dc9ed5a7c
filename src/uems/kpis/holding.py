"""Which process does the work beside the requests, the one that holds the lease; and has everything arrived that it looks at?"""

from collections.abc import Callable
from datetime import datetime, timedelta

from uems.collect import api as collect
from uems.kernel import leases
from uems.kernel.house import House


class Hold:
    """The lease of one loop; not for several threads."""

    def __init__(self, house: House, name: str, holder: str, seconds: float, clock: Callable[[], datetime]) -> None:
        self._house, self._name, self._holder, self._seconds, self._clock = house, name, holder, seconds, clock
        self._lease: leases.Lease | None = None

    def take(self) -> leases.Lease | None:
        """The lease, taken or renewed where it must be; None when another process has it."""
        now = self._clock()
        if self._lease is None or self._lease.expires_at - now < timedelta(seconds=self._seconds / 2):
            self._lease = leases.acquire(self._house.store, self._name, self._holder, self._seconds, now)
        return self._lease

    def release(self) -> None:
        """Give it back at once, so that the next one need not wait."""
        lease, self._lease = self._lease, None
        if lease is not None:
            leases.release(self._house.store, lease, self._clock())


def all_arrived(house: House, end: datetime) -> bool:
    """Whether the pipeline has stored everything that arrived up to then."""
    watermark = collect.watermark(house)
    return house.log.backlog().events == 0 or (watermark is not None and watermark >= end)
