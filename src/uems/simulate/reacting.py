"""What do people of a living shop do about the messages that reach them? Some open them, follow a link, and buy, by one planted rule.

As an outside shop would: who was sent what is read over the public API, openings and clicks go to the addresses in the letter, and orders
are events. A message is reacted to in one way, whenever and however often it is looked at: its draws of chance hang on its number.
"""

import heapq
import re
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, Protocol
from urllib.parse import quote

import numpy as np
import pyarrow as pa

from uems.kernel.clock import day_of
from uems.kernel.errors import UemsError
from uems.kernel.money import exponent
from uems.simulate import events as ev
from uems.simulate.answering import STEPS, answer, draws_of
from uems.simulate.answers import Answered
from uems.simulate.catalogue import APP, CART, CHECKOUT, DONE, ENTRIES, PAYMENT, PRODUCT_PAGE, PRODUCTS, PROFILES
from uems.simulate.days import Running
from uems.simulate.events import Events, Happened, Orders
from uems.simulate.planted import Tally
from uems.simulate.sending import Api, Sleep, Target, post_all
from uems.simulate.timing import CART_TO_ORDER_SECONDS
from uems.simulate.wire import Words, lines
from uems.simulate.world import MessageResponse

LOOK_SECONDS: Final = 3.0
_BACK: Final = timedelta(minutes=10)
"""So far back it is looked again each time: a message may be sent a moment before it is written down that it was."""
_REMEMBERED: Final = timedelta(days=7)
_PIXEL: Final = re.compile(r"/api/letters/[^\"'/\s]+/seen\.gif")
_LINK: Final = re.compile(r"/api/letters/[^\"'/\s]+/go\b")
_NEWSLETTER: Final = next(number for number, entry in enumerate(ENTRIES) if entry.source == "newsletter")
_ORDERS_FROM: Final = 1_000_000_000
"""Orders that come of messages are numbered from here on, by the number of the message: a world never counts so far."""


class Readable(Api, Protocol):
    """An API whose answers can be pictures."""

    def stream(self, method: str, path: str, **options: Any) -> AbstractContextManager[Any]: ...


@dataclass(frozen=True, slots=True, order=True)
class _Due:
    """Something that somebody is about to do. step: 0 opens, 1 follows a link, 2 has bought."""

    at: datetime
    message_id: int
    step: int
    person: int = field(compare=False)
    address: str = field(compare=False)
    cause: str = field(compare=False)
    person_id: int = field(compare=False)


class Reacting:
    """The people of one running world who answer messages. ``step`` is called again and again with the time.

    answered: every order that came of a message so far.
    """

    def __init__(self, api: Readable, target: Target, running: Running, begin: datetime, sleep: Sleep) -> None:
        """begin: messages that were sent before are nobody's business any more."""
        world = running.world
        self._api, self._target, self._running, self._sleep = api, target, running, sleep
        self._begin, self._looked, self._next = begin, begin, begin
        self.answered: list[Answered] = []
        self._due: list[_Due] = []
        self._seen: dict[int, datetime] = {}
        self._sent: dict[int, list[datetime]] = {}
        self._people: dict[int, int | None] = {}
        self._words = Words(world.name, world.currency, exponent(world.currency), running.people)
        self._address = re.compile(re.escape(world.name) + r"-([0-9]{1,9})@example\.com")
        self._user = re.compile(re.escape(world.name) + r"-u([0-9]{1,9})")

    def step(self, now: datetime) -> None:
        """Look for new messages where it is time to, and do what has come due. Raises ``UemsError`` where the server is gone."""
        if now >= self._next:
            self._look(now)
            self._next = now + timedelta(seconds=LOOK_SECONDS)
        buying = []
        while self._due and self._due[0].at <= now:
            one = heapq.heappop(self._due)
            if one.step == 2:
                buying.append(one)
            elif one.address:
                self._open(one)
        if buying:
            self._buy(buying)

    def _look(self, now: datetime) -> None:
        since = max(self._begin, self._looked - _BACK)
        reached = (message for message in self._messages(since) if message["state"] == "accepted")
        new = [message for message in reached if message["message_id"] not in self._seen]
        for message in sorted(new, key=lambda message: (message["sent_at"], message["message_id"])):
            sent_at = datetime.fromisoformat(message["sent_at"])
            self._seen[message["message_id"]] = sent_at
            person = self._person(message)
            if person is not None:
                self._think(message, person, sent_at)
        self._looked = now
        self._seen = {number: at for number, at in self._seen.items() if at >= now - 2 * _BACK}

    def _messages(self, since: datetime) -> Iterator[dict[str, Any]]:
        path, cursor = f"{self._target.workspace}/messages?limit=500&sent_since={quote(since.isoformat())}", ""
        while True:
            page = self._api.get(path + cursor)
            yield from page["items"]
            if page["next_cursor"] is None:
                return
            cursor = f"&cursor={page['next_cursor']}"

    def _person(self, message: dict[str, Any]) -> int | None:
        """The number in this world of whoever got it; None where they live in no world, or in another one."""
        known = self._address.fullmatch(message["address"])
        if known is not None:
            return self._here(int(known[1]))
        key = int(message["person_id"])
        if key not in self._people:
            self._people[key] = self._by_ids(key)
        return self._people[key]

    def _by_ids(self, person_id: int) -> int | None:
        try:
            ids = self._api.get(f"{self._target.workspace}/people/{person_id}/ids")["items"]
        except UemsError as error:
            if error.code != "not_found":  # whoever was erased
                raise
            return None
        found = (self._user.fullmatch(one["value"]) for one in ids)
        return next((self._here(int(one[1])) for one in found if one is not None), None)

    def _here(self, person: int) -> int | None:
        return person if person < self._running.people.size else None

    def _rule(self, at: datetime) -> tuple[MessageResponse, Tally] | None:
        world = self._running.world
        day = day_of(at, world.zone)
        both = zip(world.effects, self._running.planted.tallies, strict=True)
        on = [(effect, tally) for effect, tally in both if isinstance(effect, MessageResponse) and effect.on(day)]
        return on[-1] if on else None

    def _think(self, message: dict[str, Any], person: int, sent_at: datetime) -> None:
        """What they will do about it, and when."""
        message_id = int(message["message_id"])
        planted = self._rule(sent_at)
        if planted is None:
            return
        rule, tally = planted
        before = [at for at in self._sent.get(person, ()) if at > sent_at - _REMEMBERED]
        self._sent[person] = [*before, sent_at]
        rng = draws_of(self._running.world.seed, message_id)
        steps = answer(rng, rule, sent_at, len(before))
        tally.reached += 1
        origin = f"{message['origin_type']}:{message['origin_id']}"
        cause = tally.by.setdefault(origin, {"reached": 0})
        cause["reached"] += 1
        letters = self._addresses(message_id) if steps else ((), ())
        for step, (name, at) in enumerate(zip(STEPS, steps, strict=False)):
            found = letters[step] if step < 2 else ()
            address = found[int(rng.integers(len(found)))] if found else ""
            heapq.heappush(self._due, _Due(at, message_id, step, person, address, origin, int(message["person_id"])))
            for told in (tally.counts, cause):
                told[name] = told.get(name, 0) + 1
        if len(steps) == len(STEPS):
            tally.gained += 1
            tally.people.add(person)

    def _addresses(self, message_id: int) -> tuple[Sequence[str], Sequence[str]]:
        """(pictures that tell of an opening, links); none where the channel carries no letter, or it is no longer kept."""
        body = self._api.get(f"{self._target.workspace}/messages/{message_id}")["body"]
        page = "" if body is None else body["html"]
        return _PIXEL.findall(page), _LINK.findall(page)

    def _open(self, one: _Due) -> None:
        """As the mail program or browser of the person does."""
        profile = int(self._running.people.ints("first_device")[one.person])
        agent = next(client.agent for client in (PROFILES[profile], PROFILES[0]) if client.agent)
        try:
            with self._api.stream("GET", one.address, headers={"User-Agent": agent}) as answer:
                answer.read()
        except UemsError as error:
            if error.code == "server_gone" or error.status >= 500:
                raise

    def _buy(self, buying: Sequence[_Due]) -> None:
        found = pa.concat_tables([self._bought(one) for one in buying])
        post_all(self._target, lines(found), self._sleep)
        for one in buying:
            _, price = chosen(self._running, one.person, one.message_id, one.at)
            self.answered.append(Answered(one.cause, one.message_id, one.person_id, one.at, price))

    def _bought(self, one: _Due) -> pa.Table:
        """The visit of one person that ends in an order: letter, product, cart, order."""
        happened = visit_of(self._running, one.person, one.message_id, one.at)
        table = self._words.table(happened)
        ids = [f"{self._running.world.name}-m{one.message_id}-{number}" for number in range(table.num_rows)]
        return table.set_column(table.schema.get_field_index("message_id"), "message_id", pa.array(ids, pa.string()))


def visit_of(running: Running, person: int, message_id: int, ordered_at: datetime, *, entry: int = _NEWSLETTER) -> Happened:
    """A visit that ends in an order at that time, as ``chosen``. entry: the door, as in ``ENTRIES``."""
    people = running.people
    product, price = chosen(running, person, message_id, ordered_at)
    number = _ORDERS_FROM + message_id
    order = Orders(
        number=_one(number), person=_one(person), slot=_one(0), total_minor=_one(price), discount_minor=_one(0), coupon=_one(-1),
        starts=_one(0), product=_one(product), quantity=_one(1), price_minor=_one(price),
    )  # fmt: skip
    page = PRODUCT_PAGE + product
    told = (
        (0, ev.PAGE, page, entry, 0, 0, 0),
        (0, ev.PRODUCT_VIEWED, page, -1, product, price, 0),
        (16, ev.ADDED, page, -1, product, price, 1),
        (20, ev.PAGE, CART, -1, 0, 0, 0),
        (20, ev.CART_VIEWED, CART, -1, price, 1, 0),
        (24, ev.PAGE, CHECKOUT, -1, 0, 0, 0),
        (24, ev.CHECKOUT_STARTED, CHECKOUT, -1, price, 1, 0),
        (30, ev.PAGE, PAYMENT, -1, 0, 0, 0),
        (34, ev.PAYMENT_INFO, PAYMENT, -1, price, 0, 0),
        (CART_TO_ORDER_SECONDS, ev.ORDERED, DONE, -1, number, 0, 0),
    )
    after, kind, pages, entries, a, b, c = (np.array(column, np.int64) for column in zip(*told, strict=True))
    size = len(told)
    end_ms = round(ordered_at.timestamp() * 1000)
    profile = int(people.ints("first_device")[person])
    events = Events(
        ts=end_ms + (after - CART_TO_ORDER_SECONDS) * 1000,
        person=np.full(size, person),
        slot=np.zeros(size, np.int64),
        known=np.full(size, True),
        kind=kind,
        profile=np.full(size, profile),
        page=pages,
        # The app is opened, not found.
        entry=np.full(size, -1) if APP[profile] else entries,
        a=a,
        b=b,
        c=c,
    )
    return Happened(day=_day(running, ordered_at), events=events, orders=order)


def chosen(running: Running, person: int, message_id: int, ordered_at: datetime) -> tuple[int, int]:
    """(product, price in minor units) that somebody buys because of a message: one thing of the category that they like best."""
    rng = np.random.default_rng([running.world.seed, 4, message_id])
    own = np.flatnonzero(PRODUCTS.category == running.people.ints("favourite")[person])
    product = int(rng.choice(own, p=PRODUCTS.weight[own] / PRODUCTS.weight[own].sum()))
    return product, price_minor(running, product, _day(running, ordered_at))


def _day(running: Running, at: datetime) -> int:
    return max(0, (day_of(at, running.world.zone) - running.world.start).days)


def price_minor(running: Running, product: int, day: int) -> int:
    """What one of it costs on that day of the world."""
    factor = float(running.planted.price_factors(day)[PRODUCTS.category[product]])
    minor: int = 10 ** exponent(running.world.currency)
    return round(float(PRODUCTS.price[product]) * factor * 10) * minor // 10


def _one(value: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.array([value], np.int64)
