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
from uems.outreach.inbox.streams import MOST_FROM, Streams

WHO = {"user_id": "lin"}


def ticket(shop: Shop, *addresses: str) -> Ticket:
    return Ticket(workspace_id=shop.world.scope.workspace_id, addresses=addresses or ("user_id:lin",), until=NOW + timedelta(hours=1))


def streams(shop: Shop, **how: Any) -> Streams:
    return Streams(shop.world.house.store, shop.world.clock, look_seconds=0.02, **{"heartbeat_seconds": 5.0, **how})


def listen(among: Streams, who: Ticket, origin: str = "192.0.2.1") -> Any:
    """As the route does it: a place first, then what is told there."""
    return among.changes(among.enter(who, origin), None)


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
        listening = listen(all_of_them, ticket(shop))
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
    """What comes first is what was sent to them afterwards."""
    shop.note("{{ context.n }}")
    world = shop.world

    async def work() -> None:
        listening = listen(streams(shop), ticket(shop, "user_id:tom"))
        waiting = asyncio.ensure_future(heard(listening))
        for name in ("lin", "tom"):
            world.send(name, f"k-{name}", template="note", context={"n": name})
            await asyncio.to_thread(world.sender.step)
        item = await waiting
        assert item is not None
        assert item.text == "tom"
        await listening.aclose()

    run(work)


def test_a_stream_ends_with_its_ticket_and_with_the_server(shop: Shop) -> None:
    async def work() -> None:
        over = streams(shop, heartbeat_seconds=0.02)
        listening = listen(over, ticket(shop))
        assert await heard(listening) is None
        shop.world.clock.now = NOW + timedelta(hours=1)
        assert [item async for item in listening] == []
        shop.world.clock.now = NOW
        closed = streams(shop)
        waiting = asyncio.ensure_future(heard(listen(closed, ticket(shop))))
        await asyncio.sleep(0.05)
        closed.close()
        with pytest.raises(StopAsyncIteration):
            await waiting
        with pytest.raises(UemsError, match="Too many"):
            closed.enter(ticket(shop), "192.0.2.1")

    run(work)


def test_only_so_many_listen_at_once_in_all_and_for_one_id(shop: Shop) -> None:
    async def work() -> None:
        few = streams(shop, most=12, heartbeat_seconds=0.01)
        open_ones = [listen(few, ticket(shop)) for _ in range(10)]
        assert [await heard(one) for one in open_ones] == [None] * 10
        with pytest.raises(UemsError) as refused:
            few.enter(ticket(shop), "192.0.2.2")
        assert (refused.value.status, refused.value.details) == (503, {"retry_after_seconds": 60})
        others = [listen(few, ticket(shop, f"user_id:{n}")) for n in range(2)]
        assert [await heard(one) for one in others] == [None] * 2
        with pytest.raises(UemsError):
            few.enter(ticket(shop, "user_id:another"), "192.0.2.2")
        for one in [*open_ones, *others]:
            await one.aclose()
        few.enter(ticket(shop), "192.0.2.1").leave()
        assert few.listening == 0

    run(work)


def test_a_place_is_taken_before_anything_is_told_and_given_back_once(shop: Shop) -> None:
    async def work() -> None:
        few = streams(shop, most=3)
        places = [few.enter(ticket(shop), "192.0.2.1") for _ in range(3)]
        with pytest.raises(UemsError):
            few.enter(ticket(shop), "192.0.2.1")
        places[0].leave()
        places[0].leave()
        assert few.listening == 2
        few.enter(ticket(shop), "192.0.2.1")
        with pytest.raises(UemsError):
            few.enter(ticket(shop), "192.0.2.1")
        few.close()

    run(work)


def test_one_network_address_cannot_take_all_places_whatever_ids_it_names(shop: Shop) -> None:
    async def work() -> None:
        many = streams(shop)
        places = [many.enter(ticket(shop, f"anonymous_id:{n}"), "192.0.2.1") for n in range(MOST_FROM)]
        with pytest.raises(UemsError, match="Too many"):
            many.enter(ticket(shop, "anonymous_id:one-more"), "192.0.2.1")
        places.append(many.enter(ticket(shop, "anonymous_id:one-more"), "192.0.2.2"))
        for place in places:
            place.leave()
        many.enter(ticket(shop), "192.0.2.1").leave()

    run(work)


def test_whoever_goes_before_the_first_word_gives_their_place_back(shop: Shop) -> None:
    app, real = shop.world.app, shop.world.app.state.streams
    path = f"/api/inbox/{shop.opened(anonymous_id='gone-soon')['ticket']}/stream"

    async def work() -> None:
        app.state.streams = all_of_them = streams(shop)
        seen: list[int] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            seen.append(all_of_them.listening)

        head = {"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "https"}
        where = {"path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "", "server": ("testserver", 443)}
        await asyncio.wait_for(app({**head, **where, "headers": [(b"host", b"testserver")], "client": ("192.0.2.1", 1)}, receive, send), 10)
        assert all_of_them.listening == 0

    try:
        run(work)
    finally:
        app.state.streams = real


def test_a_ticket_without_an_id_opens_no_stream(shop: Shop) -> None:
    opened = shop.opened(user_id="lin")  # not proven
    answer = shop.world.stranger().get(f"/api/inbox/{opened['ticket']}/stream")
    assert (answer.status_code, answer.json()["code"]) == (409, "nothing_to_hear")


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
