"""How do a thousand requests a second share one disk write? Those that wait are committed together."""

import asyncio

from uems.collect import records
from uems.kernel.log import Log


class GroupCommit:
    """Gathers entries while the last append is on its way to the disk, then sends all of them as one record.

    One a partition and event loop. An idle one commits at once, so that a single request waits for one commit only.
    """

    def __init__(self, log: Log, partition: int) -> None:
        self._log = log
        self._partition = partition
        self._entries: list[records.Entry] = []
        self._events = 0
        self._waiting: list[asyncio.Future[None]] = []
        self._running: asyncio.Task[None] | None = None

    async def append(self, entry: records.Entry, events: int) -> None:
        """Returns when the entry is durable; raises what the log raises (``log_full`` when it takes no more)."""
        done = asyncio.get_running_loop().create_future()
        self._entries.append(entry)
        self._events += events
        self._waiting.append(done)
        if self._running is None:
            self._running = asyncio.create_task(self._flush())
        await done

    async def _flush(self) -> None:
        try:
            # One turn of the loop lets requests that are already in the socket buffers join this commit.
            await asyncio.sleep(0)
            while self._entries:
                entries, events, waiting = self._entries, self._events, self._waiting
                self._entries, self._events, self._waiting = [], 0, []
                failure = await self._commit(entries, events)
                for done in waiting:
                    if done.done():
                        continue
                    if failure is None:
                        done.set_result(None)
                    else:
                        done.set_exception(failure)
        finally:
            self._running = None

    async def _commit(self, entries: list[records.Entry], events: int) -> Exception | None:
        try:
            body = records.encode_entries(entries)
            await self._log.append_async(self._partition, body, events)
        except Exception as error:  # whatever it was, every waiting request must hear of it
            return error
        return None
