"""What did winning people cost, and when was it paid back? Newcomers by month and channel, with what they brought and still will.

A newcomer is somebody on the day of their first event ever; their channel is the first utm_source that they came with within 24 hours of
it. Spend is matched by the channel's name. Paid back after n days means: the margin of what the newcomers of a month bought within n days
of their own first event, all of them known for that long, covers what was spent in that month.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from uems.evaluation.reading import NOTHING, Reading
from uems.evaluation.terms import terms_of
from uems.evaluation.watched import DAY_MS, Happenings
from uems.identity import api as identity
from uems.journeys import api as journeys
from uems.kernel.clock import day_of, start_of_day
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.sql import Sql
from uems.kpis import api as kpis
from uems.profiles import api as profiles

Ints: TypeAlias = npt.NDArray[np.int64]
PaidBack: TypeAlias = Literal["paid_back", "not_yet", "no_spend", "nobody"]
UNKNOWN: Final = ""
"""Whoever came with no source."""
MAX_CHANNELS: Final = 30
MAX_MONTHS: Final = 24
EXPECTED: Final = "lifetime_value"


@dataclass(frozen=True, slots=True, kw_only=True)
class Newcomers:
    """Each once, sorted by person. first_ms: of their first event. channel: places in ``channels``. Shape (n,)."""

    person: npt.NDArray[np.uint64]
    first_ms: Ints
    channel: Ints
    channels: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Acquired:
    """The newcomers of a month (None: of all), by a channel (None: by any). known_days: for how long all of them are known.

    revenue_minor: what they bought to date. expected_minor: margin that is still expected of them; None while nobody's is known.
    payback_days: None where it is not paid back within ``known_days``; over several months the median of those that are.
    """

    month: date | None
    channel: str | None
    newcomers: int
    spend_minor: int | None
    revenue_minor: int
    margin_minor: int
    expected_minor: int | None
    state: PaidBack
    payback_days: float | None
    known_days: int
    months_paid: int
    months_spent: int

    @property
    def cac_minor(self) -> float | None:
        return self.spend_minor / self.newcomers if self.spend_minor is not None and self.newcomers else None

    @property
    def ltv_minor(self) -> float | None:
        """Margin to date for each."""
        return self.margin_minor / self.newcomers if self.newcomers else None

    @property
    def expected_ltv_minor(self) -> float | None:
        """Margin to date and still expected, for each."""
        return (self.margin_minor + self.expected_minor) / self.newcomers if self.newcomers and self.expected_minor is not None else None

    def by_cost(self, worth: float | None) -> float | None:
        """A worth for each, over what each cost."""
        return worth / self.cac_minor if worth is not None and self.cac_minor else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Acquisition:
    """cells: one a month and channel. months, channels: their sums. whole: everything."""

    first: date
    last: date
    margin_percent: float
    whole: Acquired
    months: Sequence[Acquired]
    channels: Sequence[Acquired]
    cells: Sequence[Acquired]


def acquisition(house: House, scope: Scope, now: datetime, months: int) -> Acquisition:
    """The last so many calendar months, this one included."""
    terms = terms_of(house.store, scope)
    reading = Reading(house, scope, now)
    today = day_of(now, scope.zone)
    starts = _months(today, months)
    spend = kpis.spend_between(house.store, scope, starts[0], today)
    new = _newcomers(reading, house, scope, starts[0], {one.channel for one in spend})
    paid = reading.purchases(start_of_day(starts[0], scope.zone)) if len(new.person) else NOTHING
    people, worth = profiles.scores_of(house, scope, EXPECTED)
    books = _Books(new, paid, people, worth, terms.margin_percent / 100, min(round(now.timestamp() * 1000), reading.known().last_ms))
    instants = [round(start_of_day(day, scope.zone).timestamp() * 1000) for day in [*starts[1:], today + timedelta(days=1)]]
    month = np.searchsorted(np.array(instants, np.int64), new.first_ms, side="right")
    cost: dict[tuple[date, str], int] = {}
    for one in spend:
        key = (one.day.replace(day=1), one.channel)
        cost[key] = cost.get(key, 0) + one.amount_minor
    grid = {
        (start, name): books.line((month == m) & (new.channel == c), start, name, cost.get((start, name)))
        for m, start in enumerate(starts)
        for c, name in enumerate(new.channels)
    }
    by_month = []
    for m, start in enumerate(starts):
        costs = [amount for (when, _), amount in cost.items() if when == start]
        by_month.append(books.line(month == m, start, None, sum(costs) if costs else None))
    cells = [one for one in grid.values() if one.newcomers or one.spend_minor]
    return Acquisition(
        first=starts[0],
        last=today,
        margin_percent=terms.margin_percent,
        whole=_together(None, by_month),
        months=by_month,
        channels=sorted(
            (_together(name, [grid[start, name] for start in starts]) for name in new.channels),
            key=lambda one: (-(one.spend_minor or 0), -one.newcomers, one.channel or "~"),
        ),
        cells=cells,
    )


class _Books:
    def __init__(
        self, new: Newcomers, paid: Happenings, people: npt.NDArray[np.uint64], worth: npt.NDArray[np.float64], margin: float, last_ms: int
    ) -> None:
        self._new, self._margin, self._last_ms = new, margin, last_ms
        place = np.searchsorted(new.person, paid.person).clip(max=max(0, len(new.person) - 1))
        mine = new.person[place] == paid.person if len(new.person) else np.zeros(0, np.bool_)
        self._owner = place[mine]
        self._days = (paid.at_ms[mine] - new.first_ms[self._owner]) // DAY_MS
        self._amount = paid.amount[mine]
        self._expected: npt.NDArray[np.float64] | None = None
        if len(people):
            where = np.searchsorted(people, new.person).clip(max=len(people) - 1)
            self._expected = np.where(people[where] == new.person, worth[where], 0.0)

    def line(self, who: npt.NDArray[np.bool_], month: date, channel: str | None, spend: int | None) -> Acquired:
        """The newcomers marked by ``who``, of shape (n,)."""
        count = int(who.sum())
        theirs = who[self._owner] & (self._days >= 0)
        revenue = int(self._amount[theirs].sum())
        known = max(0, int((self._last_ms - int(self._new.first_ms[who].max())) // DAY_MS)) if count else 0
        payback = None
        if spend and count:
            payback = paid_back_after(self._days[theirs], self._amount[theirs], self._margin, spend, known)
        state: PaidBack = "no_spend" if not spend else "nobody" if not count else "not_yet" if payback is None else "paid_back"
        return Acquired(
            month=month,
            channel=channel,
            newcomers=count,
            spend_minor=spend,
            revenue_minor=revenue,
            margin_minor=round(revenue * self._margin),
            expected_minor=None if self._expected is None else round(float(self._expected[who].sum())),
            state=state,
            payback_days=payback,
            known_days=known,
            months_paid=int(state == "paid_back"),
            months_spent=int(bool(spend)),
        )


def paid_back_after(days: Ints, amount: Ints, margin: float, spend: int, known_days: int) -> int | None:
    """The fewest whole days within which the margin covers the spend; None where it does not within ``known_days``.

    days: of each purchase, how many whole days after the buyer's own first event; amount: its revenue, both of shape (n,).
    """
    inside = (days >= 0) & (days < known_days)
    order = np.argsort(days[inside], kind="stable")
    day, money = days[inside][order], np.cumsum(amount[inside][order]) * margin
    # Within n days is known at the end of the n-th: a day's purchases count together.
    ends = np.flatnonzero(np.append(day[1:] != day[:-1], True)) if len(day) else np.zeros(0, np.intp)
    enough = ends[money[ends] >= spend]
    return int(day[enough[0]]) + 1 if len(enough) else None


def _together(channel: str | None, lines: Sequence[Acquired]) -> Acquired:
    """Several months as one."""
    spent = [one.spend_minor for one in lines if one.spend_minor is not None]
    back = [one.payback_days for one in lines if one.payback_days is not None]
    expected = [one.expected_minor for one in lines if one.expected_minor is not None]
    people = sum(one.newcomers for one in lines)
    state: PaidBack = "no_spend" if not sum(spent) else "nobody" if not people else "paid_back" if back else "not_yet"
    return Acquired(
        month=None,
        channel=channel,
        newcomers=people,
        spend_minor=sum(spent) if spent else None,
        revenue_minor=sum(one.revenue_minor for one in lines),
        margin_minor=sum(one.margin_minor for one in lines),
        expected_minor=sum(expected) if expected else None,
        state=state,
        payback_days=float(np.median(back)) if back else None,
        known_days=min((one.known_days for one in lines if one.newcomers), default=0),
        months_paid=sum(one.months_paid for one in lines),
        months_spent=sum(one.months_spent for one in lines),
    )


def _months(today: date, count: int) -> list[date]:
    """The first days of the last so many months."""
    whole = today.year * 12 + today.month - 1
    return [date((whole - back) // 12, (whole - back) % 12 + 1, 1) for back in range(count - 1, -1, -1)]


def _newcomers(reading: Reading, house: House, scope: Scope, first: date, spent_on: set[str]) -> Newcomers:
    start = start_of_day(first, scope.zone)
    since = round(start.timestamp() * 1000)
    query = reading.query(start, reading.now)
    known = identity.rows_of_people(
        house.store, scope, Sql("person_daily"), {"at": Sql("toUnixTimestamp64Milli(first_ts)")}, Sql("event != ''")
    )
    new = Sql(f"SELECT person, min(at) AS first FROM {known} GROUP BY person HAVING first >= {query.bind(since, 'Int64')}")
    source = query.text_sql(journeys.Dimension(column="utm_source"))
    rows = query.events_sql({"at": Sql("toUnixTimestamp64Milli(ts)"), "source": source}, Sql(f"{source} != ''"), start, reading.now)
    named = Sql(f"SELECT person, min(at) AS came, argMin(source, (at, source)) AS word FROM {rows} GROUP BY person")
    found = query.run(
        Sql(
            f"SELECT person, first, if(word != '' AND came < first + {DAY_MS}, word, '') AS channel"
            f" FROM ({new}) AS n GLOBAL LEFT JOIN ({named}) AS c USING (person) ORDER BY person"
        )
    )
    person, at = journeys.numbers(found, "person", np.uint64), journeys.numbers(found, "first", np.int64)
    words: list[str] = [str(word) for word in found.column("channel").to_pylist()]
    channels = _channels(words, spent_on)
    places: Mapping[str, int] = {name: place for place, name in enumerate(channels)}
    return Newcomers(
        person=person, first_ms=at, channel=np.array([places.get(word, places[UNKNOWN]) for word in words], np.int64), channels=channels
    )


def _channels(words: Sequence[str], spent_on: set[str]) -> list[str]:
    """Those that money went to, then those that most came by; the rest counts as unknown."""
    counts: dict[str, int] = {}
    for word in words:
        counts[word] = counts.get(word, 0) + 1
    rest = sorted((word for word in counts if word and word not in spent_on), key=lambda word: (-counts[word], word))
    return [*sorted(spent_on)[:MAX_CHANNELS], *rest[: max(0, MAX_CHANNELS - len(spent_on))], UNKNOWN]
