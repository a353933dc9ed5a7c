"""Does a browser that listens hear of everything, also after a broken connection, and does nothing go on for ever?"""

import asyncio
import json
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any

import httpx
import pytest

from tests.outreach.inbox.conftest import Shop
from tests.outreach.world import NOW
from uems.kernel.errors import UemsError
from uems.outreach.inbox.proof import Ticket
from uems.outreach.inbox.shelf import Item
from uems.outreach.inbox.streams import Streams

WHO = {"user_id": "lin"}


def ticket(shop: Shop, *addresses: str) -> Ticket:
    return Ticket(workspace_id=shop.world.scope.workspace_id, addresses=addresses or ("user_id:lin",), until=NOW + timedelta(hours=1))


def streams(shop: Shop, **how: Any) -> Streams:
    return Streams(shop.world.house.store, shop.world.clock, look_seconds=0.02, **{"heartbeat_seconds": 5.0, **how})


async def heard(listening: Any) -> Item | None:
    found: Item | None = await asyncio.wait_for(anext(listening), 10)
    return found


def run(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(work())


def test_what_lies_there_comes_first_then_what_is_sent_and_what_changes(shop: Shop) -> None:
    shop.note("{{ context.n }}")
    world = shop.world
    first = world.send("lin", "k1", template="note", context={"n": 1})
    world.sender.step()
    opened = shop.opened(user_id="lin", proof=shop.proof("lin"))

    async def work() -> None:
        all_of_them = streams(shop)
        listening = all_of_them.changes(ticket(shop), None)
        item = await heard(listening)
        assert item is not None
        assert (item.message_id, item.shown_at) == (first, None)
        waiting = asyncio.ensure_future(heard(listening))
        world.send("lin", "k2", template="note", context={"n": 2})
        await asyncio.to_thread(world.sender.step)
        item = await waiting
        assert item is not None
        assert item.text == "2"
        world.clock.now = NOW + timedelta(seconds=1)
        waiting = asyncio.ensure_future(heard(listening))
        assert await asyncio.to_thread(shop.report, opened["ticket"], first, "dismissed") == 204
        item = await waiting
        assert item is not None
        assert (item.message_id, item.dismissed_at is not None) == (first, True)
        await listening.aclose()
        assert all_of_them.listening == 0

    run(work)


def test_nobody_hears_what_is_sent_to_another(shop: Shop) -> None:
    shop.note("x")

    async def work() -> None:
        listening = streams(shop, heartbeat_seconds=0.5).changes(ticket(shop, "user_id:tom"), None)
        waiting = asyncio.ensure_future(heard(listening))
        await asyncio.to_thread(shop.send, "lin", "k1")
        assert await waiting is None
        await listening.aclose()

    run(work)


def test_a_stream_ends_with_its_ticket_and_with_the_server(shop: Shop) -> None:
    async def work() -> None:
        over = streams(shop, heartbeat_seconds=0.02)
        listening = over.changes(ticket(shop), None)
        assert await heard(listening) is None
        shop.world.clock.now = NOW + timedelta(hours=1)
        assert [item async for item in listening] == []
        shop.world.clock.now = NOW
        closed = streams(shop)
        waiting = asyncio.ensure_future(heard(closed.changes(ticket(shop), None)))
        await asyncio.sleep(0.05)
        closed.close()
        with pytest.raises(StopAsyncIteration):
            await waiting
        with pytest.raises(UemsError, match="Too many"):
            closed.check(ticket(shop))

    run(work)


def test_only_so_many_listen_at_once_in_all_and_for_one_person(shop: Shop) -> None:
    async def work() -> None:
        few = streams(shop, most=12, heartbeat_seconds=0.01)
        open_ones = [few.changes(ticket(shop), None) for _ in range(10)]
        assert [await heard(one) for one in open_ones] == [None] * 10
        with pytest.raises(UemsError) as refused:
            few.check(ticket(shop))
        assert (refused.value.status, refused.value.details) == (503, {"retry_after_seconds": 60})
        others = [few.changes(ticket(shop, f"user_id:{n}"), None) for n in range(2)]
        assert [await heard(one) for one in others] == [None] * 2
        with pytest.raises(UemsError):
            few.check(ticket(shop, "user_id:another"))
        for one in [*open_ones, *others]:
            await one.aclose()
        few.check(ticket(shop))

    run(work)


def test_a_broken_connection_goes_on_where_it_was_with_what_happened_meanwhile(shop: Shop) -> None:
    """Over HTTP, as a browser does it: Last-Event-ID is the last id that it got."""
    shop.note("{{ context.n }}")
    world, app = shop.world, shop.world.app
    numbers = []
    for n, seconds in ((1, 0), (2, 100), (3, 200)):
        world.clock.now = NOW + timedelta(seconds=seconds)
        numbers.append(world.send("lin", f"k{n}", template="note", context={"n": n}))
        world.sender.step()
    opened = shop.opened(user_id="lin", proof=shop.proof("lin"))
    assert shop.report(opened["ticket"], numbers[2], "dismissed") == 204
    world.clock.now = NOW + timedelta(seconds=400)
    real = app.state.streams

    async def events(headers: dict[str, str]) -> list[dict[str, str]]:
        """All that is told until the server ends."""
        app.state.streams = ending = streams(shop)
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="https://testserver") as visitor:
            asked = asyncio.create_task(visitor.get(f"/api/inbox/{opened['ticket']}/stream", headers=headers))
            await asyncio.sleep(0.3)
            ending.close()
            answer = await asyncio.wait_for(asked, 10)
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["access-control-allow-origin"] == "*"
        blocks = [block.splitlines() for block in answer.text.split("\n\n") if "data: " in block]
        return [dict(line.split(": ", 1) for line in block) for block in blocks]

    try:
        everything = asyncio.run(events({}))
        assert [json.loads(one["data"])["text"] for one in everything] == ["1", "2"]
        rest = asyncio.run(events({"last-event-id": everything[-1]["id"]}))
        # What happened within the overlap is told again; the browser knows it by its number.
        told = [json.loads(one["data"]) for one in rest]
        assert [(one["text"], one["dismissed"]) for one in told] == [("2", False), ("3", True)]
        assert [json.loads(one["data"])["text"] for one in asyncio.run(events({"last-event-id": "9" * 25}))] == ["1", "2"]
    finally:
        app.state.streams = real
