"""How does the system itself tell what it did? By events in the log, as everybody does."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from uems.collect.partition import split
from uems.collect.records import Entry, encode_entries
from uems.kernel.house import House
from uems.kernel.scope import Scope


def append_events(house: House, scope: Scope, items: Sequence[bytes], now: datetime) -> None:
    """Append calls (JSON objects as in a batch over HTTP) durably. Raises ``log_full`` (429) where the log takes no more.

    A repeated ``messageId`` is counted once.
    """
    if not items:
        return
    body = msgspec.json.encode({"batch": [msgspec.Raw(item) for item in items]})
    entry = Entry(scope.workspace_id, int(now.timestamp() * 1000), "batch", body)
    shares = split(entry, house.settings.log_partitions)
    waiting = [house.log.append(number, encode_entries([share]), count) for number, (share, count) in shares.items()]
    for one in waiting:
        one.result()
