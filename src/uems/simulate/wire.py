"""How do the numbers of a day become messages of the Segment protocol? Column by column, without a loop over events.

JSON is put together from fragments that are encoded once (a product, a page, a device), so a million events take seconds.
"""

import json
from functools import lru_cache
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from uems.simulate import events as ev
from uems.simulate.catalogue import (
    CATEGORIES,
    CATEGORY_PAGE,
    COMPLAINTS,
    COUNTRIES,
    COUPONS,
    DEVICE_OF,
    DEVICES,
    ENTRIES,
    PRODUCT_PAGE,
    PRODUCTS,
    PROFILES,
    QUERIES,
    REVIEWS,
    SHOP,
    page_of,
    product_id,
)  # fmt: skip
from uems.simulate.events import Events, Happened, Orders
from uems.simulate.people import Flags, Ints, Population
from uems.simulate.persons import anonymous_ids, traits_of, user_ids

TABLE: Final = pa.schema(
    [
        ("type", pa.string()),
        ("event", pa.string()),
        ("user_id", pa.string()),
        ("anonymous_id", pa.string()),
        ("message_id", pa.string()),
        ("ts", pa.timestamp("ms", "UTC")),
        ("properties", pa.string()),
        ("context", pa.string()),
        ("revenue_minor", pa.int64()),
        ("currency", pa.string()),
    ]
)
"""One row a message. Empty text means absent; of an identify, ``properties`` are its traits."""

_NAMES: Final = {
    ev.PRODUCT_VIEWED: "Product Viewed", ev.SEARCHED: "Products Searched", ev.ADDED: "Product Added", ev.CART_VIEWED: "Cart Viewed",
    ev.CHECKOUT_STARTED: "Checkout Started", ev.SIGNED_UP: "Signed Up", ev.SIGNED_IN: "Signed In", ev.COUPON_APPLIED: "Coupon Applied",
    ev.PAYMENT_INFO: "Payment Info Entered", ev.ORDERED: "Order Completed", ev.LEFT: "Page Left", ev.INVITE_SENT: "Invite Sent",
    ev.REFUNDED: "Order Refunded", ev.COMPLAINED: "Complaint Submitted", ev.REVIEWED: "Product Reviewed",
}  # fmt: skip
_APP: Final = np.array([profile.app for profile in PROFILES])
_MOST_PAGES: Final = 1_000
_LIBRARY: Final = {"name": "uems-simulator", "version": "1"}


def dumps(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def join(*parts: pa.Array | str) -> pa.Array:
    """Texts side by side, row by row; a part may be one for all."""
    return pc.binary_join_element_wise(*parts, "")


def fragment(codes: Ints, texts: list[str] | tuple[str, ...]) -> pa.Array:
    return pa.array(texts, pa.string()).take(pa.array(codes))


def numbers(values: Ints) -> pa.Array:
    return pa.array(values).cast(pa.string())


def decimals(values: Ints, digits: int) -> pa.Array:
    """Whole numbers with a point before the last ``digits``: a JSON number, exact."""
    if digits == 0:
        return numbers(values)
    unit = 10**digits
    return join(numbers(values // unit), ".", pc.utf8_lpad(numbers(values % unit), digits, padding="0"))


class Words:
    """Puts days of one world into words. digits: of its currency after the point."""

    def __init__(self, name: str, currency: str, digits: int, people: Population) -> None:
        self._name = name
        self._currency = currency
        self._digits = digits
        self._people = people

    def table(self, happened: Happened) -> pa.Table:
        """The messages of a day, in the order of time; columns as in ``TABLE``."""
        events = happened.events
        size = len(events)
        server = events.slot == ev.SERVER
        revenue = np.zeros(size, np.int64)
        ordered = events.kind == ev.ORDERED
        revenue[ordered] = happened.orders.total_minor[self._order_rows(events.a[ordered], happened.orders)]
        users = pc.if_else(pa.array(events.known), user_ids(self._name, events.person), "")
        anonymous = pc.if_else(pa.array(server), "", anonymous_ids(self._name, events.person, events.slot))
        columns = {
            "type": self._types(events),
            "event": self._event_names(events),
            "user_id": users,
            "anonymous_id": anonymous,
            "message_id": join(f"{self._name}-{happened.day}-", numbers(np.arange(size))),
            "ts": pa.array(events.ts).cast(pa.timestamp("ms", "UTC")),
            "properties": self._properties(happened),
            "context": _contexts(events, self._people.ints("country")[events.person]),
            "revenue_minor": pa.array(revenue, mask=~ordered),
            "currency": pc.if_else(pa.array(ordered), self._currency, ""),
        }
        return pa.table([columns[field.name] for field in TABLE], schema=TABLE)

    def _types(self, events: Events) -> pa.Array:
        kind = np.full(len(events), 0)
        kind[events.kind == ev.PAGE] = 1
        kind[(events.kind == ev.PAGE) & _APP[events.profile]] = 2
        kind[events.kind == ev.IDENTIFIED] = 3
        return fragment(kind, ("track", "page", "screen", "identify"))

    def _event_names(self, events: Events) -> pa.Array:
        return fragment(events.kind, [_NAMES.get(kind, "") for kind in range(17)])

    def _order_rows(self, numbers_: Ints, orders: Orders) -> Ints:
        order = np.argsort(orders.number)
        found: Ints = order[np.searchsorted(orders.number[order], numbers_)]
        return found

    def _properties(self, happened: Happened) -> pa.Array:
        """Kind by kind, then back into the order of time."""
        rows, parts = [], []
        for kind in np.unique(happened.events.kind).tolist():
            where = np.flatnonzero(happened.events.kind == kind)
            rows.append(where)
            found = self._of_kind(kind, happened.events.take(where), happened.orders)
            parts.append(found.combine_chunks() if isinstance(found, pa.ChunkedArray) else found)
        place = np.argsort(np.concatenate(rows)) if rows else np.zeros(0, np.int64)
        return pa.concat_arrays(parts).take(pa.array(place)) if parts else pa.array([], pa.string())

    def _of_kind(self, kind: int, events: Events, orders: Orders) -> pa.Array:
        a, b, c = events.a, events.b, events.c
        match kind:
            case ev.PAGE:
                return _pages(events.page)
            case ev.PRODUCT_VIEWED:
                return join("{", self._product(a, b), "}")
            case ev.ADDED:
                return join("{", self._product(a, b), ',"quantity":', numbers(c), "}")
            case ev.SEARCHED:
                return fragment(a, [dumps({"query": query}) for query in QUERIES])
            case ev.CART_VIEWED | ev.CHECKOUT_STARTED:
                return join('{"value":', self._money(a), ',"quantity":', numbers(b), self._in_currency(), "}")
            case ev.PAYMENT_INFO:
                return join('{"value":', self._money(a), self._in_currency(), "}")
            case ev.COUPON_APPLIED:
                return join('{"coupon":', fragment(a, [dumps(c) for c in COUPONS]), ',"discount":', self._money(b), "}")
            case ev.SIGNED_UP | ev.IDENTIFIED:
                return pa.array([self._person(one, kind) for one in events.person.tolist()], pa.string())
            case ev.ORDERED:
                return self._ordered(self._order_rows(a, orders), orders)
            case ev.LEFT:
                return join('{"engaged_seconds":', decimals(a, 3), "}")
            case ev.INVITE_SENT:
                return fragment(a % 2, ['{"channel":"wechat"}', '{"channel":"link"}'])
            case ev.REFUNDED:
                return join('{"order_id":"', self._order_ids(a), '","total":', self._money(b), self._in_currency(), "}")
            case ev.COMPLAINED:
                said = [dumps({"topic": topic, "text": text})[1:] for topic, text in COMPLAINTS]
                return join('{"order_id":"', self._order_ids(a), '",', fragment(b, said))
            case ev.REVIEWED:
                return self._review(events)
        return pa.repeat("{}", len(events))

    def _review(self, events: Events) -> pa.Array:
        texts = [dumps({"rating": rating, "text": text})[1:] for rating in range(1, 6) for text in REVIEWS[rating - 1]]
        code = (events.c // 10 - 1) * len(REVIEWS[0]) + events.c % 10
        ids = [product_id(number) for number in range(len(PRODUCTS.names))]
        return join('{"order_id":"', self._order_ids(events.a), '","product_id":"', fragment(events.b, ids), '",', fragment(code, texts))

    def _person(self, person: int, kind: int) -> str:
        traits = traits_of(self._name, self._people, person)
        if kind == ev.IDENTIFIED:
            return dumps(traits)
        said = {"method": "phone" if person % 3 else "wechat"}
        return dumps(said | ({"inviter": traits["invited_by"]} if "invited_by" in traits else {}))

    def _money(self, minor: Ints) -> pa.Array:
        return decimals(minor, self._digits)

    def _in_currency(self) -> str:
        return f',"currency":"{self._currency}"'

    def _order_ids(self, numbers_: Ints) -> pa.Array:
        return join(f"{self._name}-o", numbers(numbers_))

    def _product(self, product: Ints, price: Ints) -> pa.Array:
        return join(fragment(product, _product_facts()), ',"price":', self._money(price))

    def _ordered(self, rows: Ints, orders: Orders) -> pa.Array:
        items = join("{", self._product(orders.product, orders.price_minor), ',"quantity":', numbers(orders.quantity), "}")
        offsets = pa.array(np.append(orders.starts, len(orders.product)).astype(np.int32))
        lists = pc.binary_join(pa.ListArray.from_arrays(offsets, items), ",").take(pa.array(rows))
        coupons = ["", *(f',"coupon":"{coupon}"' for coupon in COUPONS)]
        return join(
            '{"order_id":"', self._order_ids(orders.number[rows]), '","revenue":', self._money(orders.total_minor[rows]),
            ',"discount":', self._money(orders.discount_minor[rows]), self._in_currency(), fragment(orders.coupon[rows] + 1, coupons),
            ',"products":[', lists, "]}",
        )  # fmt: skip


@lru_cache(maxsize=1)
def _product_facts() -> list[str]:
    return [
        dumps({"product_id": product_id(number), "name": name, "category": CATEGORIES[PRODUCTS.category[number]]})[1:-1]
        for number, name in enumerate(PRODUCTS.names)
    ]


@lru_cache(maxsize=1)
def _page_facts() -> tuple[list[str], Ints]:
    """Properties of each page, and where a page's code finds them."""
    codes = [*range(8), *range(CATEGORY_PAGE, CATEGORY_PAGE + len(CATEGORIES)), *range(PRODUCT_PAGE, PRODUCT_PAGE + len(PRODUCTS.names))]
    place = np.zeros(_MOST_PAGES, np.int64)
    place[codes] = np.arange(len(codes))
    texts = []
    for code in codes:
        path, title = page_of(code)
        texts.append(dumps({"name": title, "path": path, "title": title, "url": SHOP + path}))
    return texts, place


def _pages(page: Ints) -> pa.Array:
    texts, place = _page_facts()
    return fragment(place[page], texts)


def _contexts(events: Events, country: Ints) -> pa.Array:
    """Each distinct context is written once, and remembered for the days to come."""
    server: Flags = events.slot == ev.SERVER
    codes = np.where(server, -1, ((events.profile * _MOST_PAGES + events.page) * 16 + events.entry + 1) * 16 + country)
    distinct, inverse = np.unique(codes, return_inverse=True)
    return fragment(inverse, [_context(code) for code in distinct.tolist()])


@lru_cache(maxsize=200_000)
def _context(code: int) -> str:
    if code < 0:
        return dumps({"channel": "server", "library": _LIBRARY})
    code, country = divmod(code, 16)
    code, entry = divmod(code, 16)
    profile, page = divmod(code, _MOST_PAGES)
    client = PROFILES[profile]
    path, title = page_of(page)
    seen: dict[str, object] = {"path": path, "title": title}
    said: dict[str, object] = {"locale": "zh-CN", "location": {"country": COUNTRIES[country]}, "library": _LIBRARY}
    if client.app:
        said |= {"channel": "mobile", "device": {"type": DEVICES[DEVICE_OF[profile]]}, "os": {"name": client.os}}
    else:
        said |= {"channel": "browser", "userAgent": client.agent}
        seen["url"] = SHOP + path
    if entry and ENTRIES[entry - 1].referrer and not client.app:
        seen["referrer"] = ENTRIES[entry - 1].referrer
    if entry and ENTRIES[entry - 1].source:
        door = ENTRIES[entry - 1]
        said["campaign"] = {"source": door.source, "medium": door.medium, "name": door.campaign}
    return dumps(said | {"page": seen})


def lines(table: pa.Table) -> pa.Array:
    """Each message as JSON, as ``/v1/batch`` takes it."""
    if not table.num_rows:
        return pa.array([], pa.string())
    whole = table.combine_chunks()
    column = {name: whole.column(name).combine_chunks() for name in whole.column_names}
    identify = pc.equal(column["type"], "identify")
    user = pc.if_else(pc.equal(column["user_id"], ""), "", join(',"userId":"', column["user_id"], '"'))
    anonymous = pc.if_else(pc.equal(column["anonymous_id"], ""), "", join(',"anonymousId":"', column["anonymous_id"], '"'))
    event = pc.if_else(pc.equal(column["type"], "track"), join(',"event":"', column["event"], '"'), "")
    return join(
        '{"type":"', column["type"], '"', event, user, anonymous, ',"messageId":"', column["message_id"],
        '","timestamp":"', pc.strftime(column["ts"], "%Y-%m-%dT%H:%M:%SZ"), '",',
        pc.if_else(identify, '"traits":', '"properties":'), column["properties"], ',"context":', column["context"], "}",
    )  # fmt: skip
