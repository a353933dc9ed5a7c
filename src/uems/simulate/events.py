"""What happened on a day, as plain columns? Numbers only; ``wire`` puts them into words."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Final

import numpy as np

from uems.simulate.people import Flags, Floats, Ints

(
    PAGE, PRODUCT_VIEWED, SEARCHED, ADDED, CART_VIEWED, CHECKOUT_STARTED, SIGNED_UP, SIGNED_IN, IDENTIFIED, COUPON_APPLIED, PAYMENT_INFO,
    ORDERED, LEFT, INVITE_SENT, REFUNDED, COMPLAINED, REVIEWED,
) = range(17)  # fmt: skip
SERVER: Final = -1
"""The device slot of what a server says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Events:
    """One row an event, shape (n,) each. slot: the person's first (0) or second (1) device, or ``SERVER``. known: says who they are.

    profile: of the device. page: code of the page it happened on. entry: the door of a visit, on its first page only, else -1.
    a, b, c: what the kind needs. PRODUCT_VIEWED product, price in minor units. SEARCHED query. ADDED product, price, quantity.
    CART_VIEWED, CHECKOUT_STARTED value, quantity. COUPON_APPLIED coupon, discount. PAYMENT_INFO value. ORDERED, REFUNDED,
    COMPLAINED, REVIEWED order number and: nothing; its total; topic; product and rating * 10 + text. LEFT engaged milliseconds.
    """

    ts: Ints
    person: Ints
    slot: Ints
    known: Flags
    kind: Ints
    profile: Ints
    page: Ints
    entry: Ints
    a: Ints
    b: Ints
    c: Ints

    def __len__(self) -> int:
        return len(self.ts)

    def take(self, rows: Ints) -> "Events":
        return Events(**{f.name: getattr(self, f.name)[rows] for f in fields(self)})

    @staticmethod
    def joined(parts: Sequence["Events"]) -> "Events":
        """All of them in the order of time; what happened in one millisecond stays in the order in which it was given."""
        whole = Events(**{f.name: np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(Events)})
        return whole.take(np.argsort(whole.ts, kind="stable"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """The orders of a day; number: counted through the whole world. Items lie flat, those of ``number[i]`` from ``starts[i]`` on."""

    number: Ints
    person: Ints
    slot: Ints
    total_minor: Ints
    discount_minor: Ints
    coupon: Ints
    starts: Ints
    product: Ints
    quantity: Ints
    price_minor: Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """A day: number, its events in the order of time, its orders."""

    day: int
    events: Events
    orders: Orders


def whole(value: Ints | int, size: int) -> Ints:
    """One number for each of ``size`` rows, where there is one for all."""
    return value if isinstance(value, np.ndarray) else np.full(size, value, np.int64)


class Story:
    """Events of visits while they are thought up: each has a place in its visit, times come last."""

    def __init__(self) -> None:
        self._parts: list[tuple[Ints, Floats, Ints, Ints, Ints, Ints, Ints]] = []

    def add(
        self, kind: int, visit: Ints, place: Floats | float, page: Ints | int, a: Ints | int = 0, b: Ints | int = 0, c: Ints | int = 0
    ) -> None:
        """One event a row of ``visit``; the other arguments are of its shape, or one for all."""
        size = len(visit)
        at = place if isinstance(place, np.ndarray) else np.full(size, place)
        self._parts.append((visit, at, whole(kind, size), whole(page, size), whole(a, size), whole(b, size), whole(c, size)))

    def told(self) -> tuple[Ints, Floats, Ints, Ints, Ints, Ints, Ints]:
        """(visit, place, kind, page, a, b, c) by visit, and in each by place."""
        visit, place, *rest = (np.concatenate(column) for column in zip(*self._parts, strict=True))
        order = np.lexsort((place, visit))
        kind, page, a, b, c = (column[order] for column in rest)
        return visit[order], place[order], kind, page, a, b, c
