"""What can a tag rule ask of each person, and how does it get the answers? Names for questions, and arrays by those names.

Days are business days of the workspace, and windows are whole days that end with today, so that a rule changes its mind at
midnight and not in between.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Literal, TypeVar, cast
from weakref import WeakKeyDictionary

import numpy as np
import pyarrow as pa

from uems.kernel.clock import day_of, start_of_day
from uems.kernel.sql import Param, Sql, join
from uems.profiles.conditions.asking import Answers, Asking, Source, Value
from uems.profiles.roles.model import Roles
from uems.profiles.tags.columns import Codes, Flags, Floats, float_of
from uems.profiles.tags.cuts import Cuts
from uems.profiles.tags.properties import line_count, line_numbers, line_texts, numbers_in, texts_in

ORDER: Final = Sql("(ts, log_offset, log_index)")
_EPOCH: Final = date(1970, 1, 1)
T = TypeVar("T")
_SHARED: "WeakKeyDictionary[Asking, dict[object, object]]" = WeakKeyDictionary()
_ACTION: Final = Sql("type IN ('track', 'page', 'screen')")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """The lines of an order as named rows of events, side by side: arrays of one length a row. amount: price times quantity."""

    product: Sql
    category: Sql
    brand: Sql
    price: Sql
    quantity: Sql
    amount: Sql


class Ask:
    """The questions of one rule. key: of the tag, by which its cuts are kept. today: the business day now.

    part: of the events table, read by a statement of its own; see ``of``.
    """

    def __init__(self, asking: Asking, roles: Roles, key: str, cuts: Cuts, part: str = "") -> None:
        self.asking: Final = asking
        self.roles: Final = roles
        self.key: Final = key
        self.cuts: Final = cuts
        self.part: Final = part
        self.today: Final = day_of(asking.at.now, asking.scope.zone)
        self.values: dict[str, Value] = {}

    def of(self, part: Literal["orders", "looks", "said", "recent"]) -> "Ask":
        """The same questions, over events of one kind: of orders, of what was looked at or bought or said, or recent ones.

        What is read of few events (the lines of orders) is then not read of all.
        """
        found = Ask(self.asking, self.roles, self.key, self.cuts, part)
        found.values = self.values
        return found

    def number(self, name: str, source: Source, sql: Sql) -> None:
        """A number of each person, NaN for NULL and for those without rows."""
        self.values[name] = Value(source=source, sql=sql, kind="number")

    def flag(self, name: str, source: Source, sql: Sql) -> None:
        """Yes or no; no for those without rows."""
        self.values[name] = Value(source=source, sql=sql, kind="flag")

    def text(self, name: str, source: Source, sql: Sql) -> None:
        """A text or a list of each person, null for those without rows."""
        self.values[name] = Value(source=source, sql=sql, kind="text")

    # The rollup of days: cheap, and enough for counts, revenue, first and last times.

    def days(self) -> Source:
        return self.asking.source("person_daily")

    def day_rows(self, events: Sequence[str] | None, days: int | None = None) -> Sql:
        """A named flag over rows of the rollup: these events (None: anything that people do), in the last ``days`` days."""
        source = self.days()
        parts = [self._named_events(events)]
        if days is not None:
            parts.append(Sql(f"day > {self.asking.params.bind(self.today - timedelta(days=days), 'Date')}"))
        where = join(Sql(" AND "), parts)
        source.need(where)
        return source.named(where)

    def active_rows(self) -> Sql:
        """A named flag over rows of the rollup: what people did themselves, without what was sent to them or done in their name."""
        source = self.days()
        sent = self.roles.events("sent")
        parts = [_ACTION, Sql("toUnixTimestamp64Milli(last_active_ts) > 0")]
        if sent:
            parts.append(Sql(f"event NOT IN {self.asking.params.bind(sorted(sent), 'Array(String)')}"))
        where = join(Sql(" AND "), parts)
        source.need(where)
        return source.named(where)

    def day_column(self, expression: Sql) -> Sql:
        return self.days().named(expression)

    def own_revenue(self) -> Sql:
        """Of a row of the rollup: its revenue in the workspace's currency, in minor units."""
        mine = self.asking.params.bind(self.asking.scope.currency, "String")
        return self.days().named(Sql(f"if(currency = {mine}, revenue_minor, 0)"))

    # Single events: for what only they carry.

    def events(self) -> Source:
        source = self.asking.source("events")
        return source.part(self.part) if self.part else source

    def event_rows(self, events: Sequence[str] | None, days: int | None = None) -> Sql:
        """A named flag over rows of events, as ``day_rows``."""
        source = self.events()
        where = self.rows_condition(events, days)
        source.need(where)
        return source.named(where)

    def rows_condition(self, events: Sequence[str] | None, days: int | None = None) -> Sql:
        """The same as a condition on a row, for a query of one's own."""
        parts = [self._named_events(events)]
        if days is not None:
            # By time, which is what the table is parted by; the same as whole days.
            start = start_of_day(self.today - timedelta(days=days - 1), self.asking.scope.zone)
            parts.append(Sql(f"ts >= {self.asking.params.bind(start, _INSTANT)}"))
        return join(Sql(" AND "), parts)

    def event_column(self, expression: Sql) -> Sql:
        return self.events().named(expression)

    def texts(self, role: str) -> Sql | None:
        """Of a row of events: the texts of the property that plays a role, as Array(String); None when none does."""
        name = self.roles.property(role)
        return self.event_column(texts_in(name, self.asking)) if name else None

    def numbers(self, role: str) -> Sql | None:
        """As ``texts``, as Array(Float64)."""
        name = self.roles.property(role)
        return self.event_column(numbers_in(name, self.asking)) if name else None

    def lines(self) -> Lines:
        """The lines of orders, as named rows. Without a list of lines every order is one line, of its own properties.

        Missing texts are "", a missing price is NaN, a missing quantity 1, and the amount of a line without a price 0.
        """
        whole = self.line_expressions()
        named = {name: self.event_column(getattr(whole, name)) for name in Lines.__slots__}
        return Lines(**named)

    def line_expressions(self) -> Lines:
        """The same as expressions over a row, for a query of one's own."""
        product, category, brand = (self._line_texts(role) for role in ("product", "category", "brand"))
        price, quantity = self._line_numbers("price"), self._line_numbers("quantity")
        quantities = Sql(f"arrayMap(q -> if(isFinite(q) AND q > 0, q, 1.), {quantity})")
        return Lines(
            product=product,
            category=category,
            brand=brand,
            price=price,
            quantity=quantities,
            amount=Sql(f"arrayMap((p, q) -> if(isFinite(p), p * q, 0.), {price}, {quantities})"),
        )

    def _inside(self, role: str) -> str:
        """The path of a role inside of the list of lines, where there is one."""
        items, name = self.roles.property("items"), self.roles.property(role)
        return f"{items}[].{name}" if items and name and "[]." not in name else name

    def _size(self) -> Sql:
        """How many lines a row has: those of its list, or one of its own."""
        for role in ("product", "category", "brand", "price", "quantity"):
            path = self._inside(role)
            if "[]." in path:  # all parts of the list are equally long
                return line_count(path)
        return Sql("1")

    def _line_texts(self, role: str) -> Sql:
        path = self._inside(role)
        if "[]." in path:
            return line_texts(path)
        found = texts_in(path, self.asking) if path else Sql("CAST([], 'Array(String)')")
        return Sql(f"arrayResize({found}, {self._size()}, '')")

    def _line_numbers(self, role: str) -> Sql:
        path = self._inside(role)
        if "[]." in path:
            return line_numbers(path)
        found = numbers_in(path, self.asking) if path else Sql("CAST([], 'Array(Float64)')")
        return Sql(f"arrayResize({found}, {self._size()}, nan)")

    def zone(self) -> Sql:
        """The workspace's time zone, as a text."""
        return self.asking.params.bind(self.asking.scope.zone, "String")

    def bind(self, value: Param, type_: str) -> Sql:
        return self.asking.params.bind(value, type_)

    def _named_events(self, events: Sequence[str] | None) -> Sql:
        if events is None:
            return _ACTION
        return Sql(f"event IN {self.asking.params.bind(sorted(events), 'Array(String)')}")


_INSTANT: Final = "DateTime64(3, 'UTC')"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The answers to the questions of one rule, as arrays over the same people. size: how many people."""

    ask: Ask
    answers: Answers

    @property
    def size(self) -> int:
        return len(self.answers.people)

    @property
    def today(self) -> int:
        """The business day now, as days since 1970, which is how days come back as numbers."""
        return (self.ask.today - _EPOCH).days

    def number(self, name: str) -> Floats:
        return float_of(self.answers.column(self.ask.values[name]))

    def flag(self, name: str) -> Flags:
        return self.answers.flag(self.ask.values[name])

    def text(self, name: str) -> pa.Array:
        column = self.answers.column(self.ask.values[name])
        return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column

    def shared(self, key: object, make: Callable[[], T]) -> T:
        """What ``make`` gives, made once for all rules of a pass that name the same key."""
        known = _SHARED.setdefault(self.ask.asking, {})
        if key not in known:
            known[key] = make()
        return cast(T, known[key])

    def cut(self, name: str, shares: Sequence[float], values: Floats) -> Floats | None:
        """The cuts of these values, by the last full pass; None before the first. See ``Cuts.of``."""
        return self.ask.cuts.of(f"{self.ask.key}:{name}", shares, values)


def day_text(days: Floats) -> pa.Array:
    """Days since 1970 as ISO dates; "" for NaN."""
    known = np.isfinite(days)
    dates = pa.array(np.where(known, days, 0).astype(np.int32)).cast(pa.date32()).cast(pa.string())
    return pa.compute.if_else(pa.array(known), dates, "")


def instant(now: datetime) -> float:
    """Seconds since 1970."""
    return now.timestamp()


def step(values: Floats, bounds: Sequence[float]) -> Codes:
    """In which step each value lies: 0 below the first bound, 1 from it on, and so on; -1 for NaN."""
    found = np.searchsorted(np.asarray(bounds, np.float64), values, side="right").astype(np.int64)
    return np.where(np.isfinite(values), found, -1)
