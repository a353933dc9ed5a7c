"""What went on between each person and us before a midnight, and what came after it? One pass over the events, and who brought whom."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from uems.identity import api as identity
from uems.kernel.clock import start_of_day
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.sql import Param, Sql, join
from uems.kernel.warehouse import Limits
from uems.profiles import api as profiles
from uems.profiles.api import PastAsking, People, Source, Value
from uems.superusers.referrals.forest import grow
from uems.superusers.referrals.tree_edges import Edges
from uems.superusers.ties.model import Floats, Signals
from uems.superusers.ties.settings import TieSettings
from uems.superusers.ties.signals import MEANINGS, NOT_THEIRS, THEIR_ANSWERS, Meant

CROWD: Final = 1_000
"""More things done a day than this are no person's doing; days count all the same, and it is told."""
BROUGHT_DAYS: Final = 365
_SLOT_SECONDS: Final = 300
_EPOCH: Final = date(1970, 1, 1)
_LIMITS: Final = Limits(seconds=600, memory_bytes=6_000_000_000)
_MESSAGES: Final = 500
_DONE: Final = Sql("type IN ('track', 'page', 'screen')")


def signals_at(house: House, scope: Scope, cut: date, settings: TieSettings, known: Meant, edges: Edges, *, sends: bool) -> Signals:
    """Everybody who did something in the window before ``cut``. edges: who brought whom. sends: see ``sends_at``.

    Raises what ``Warehouse.query`` raises.
    """
    asking = PastAsking(
        house, scope, start_of_day(cut, scope.zone), since=start_of_day(cut - timedelta(days=settings.window_days), scope.zone)
    )
    rows = _Rows(asking, known)
    asked = rows.values(known, settings, sends)
    answers = asking.run(list(asked.values()), limits=_LIMITS)
    found = {name: _numbers(answers.column(value)) for name, value in asked.items()}
    kept = np.flatnonzero(found["often"] > 0)
    people = answers.people[kept]
    found = {name: column[kept] for name, column in found.items()}
    paid, orders = found.pop("paid"), found.pop("bought")
    net = np.maximum(orders - found.pop("refunds"), 0.0)
    returned = (paid <= 0) & (orders > 0) & (found.pop("back") > 0)
    contacts = found["often"]
    own = found.pop("own") if sends else contacts
    since = start_of_day(cut - timedelta(days=BROUGHT_DAYS), scope.zone)
    values = {
        **found,
        "recent": (cut - _EPOCH).days - 1 - found["recent"],
        "orders": np.where(returned, 0.0, net),
        "started": own / contacts,
        "brought": brought(edges, people, since, start_of_day(cut, scope.zone)),
    }
    crowd = values.pop("acts") > CROWD * contacts
    return Signals(people=people, values=values, contacts=contacts, returned=returned, crowd=crowd)  # type: ignore[arg-type]


def sends_at(house: House, scope: Scope, cut: date, settings: TieSettings, known: Meant) -> bool:
    """Whether anybody was sent a message within the window before ``cut``."""
    query = Sql(
        "SELECT count() AS n FROM event_daily WHERE workspace_id = {workspace:UInt32} AND day >= {first:Date} AND day < {cut:Date}"
        " AND event IN {sent:Array(String)}"
    )
    params: dict[str, Param] = {
        "workspace": scope.workspace_id,
        "first": cut - timedelta(days=settings.window_days),
        "cut": cut,
        "sent": list(known.sent),
    }
    [row] = house.warehouse.query(query, params).to_pylist()
    return bool(row["n"])


class _Rows:
    """Named flags over rows of events, each made once."""

    own_sql: Sql
    sent_sql: Sql
    day_sql: Sql
    second_sql: Sql

    def __init__(self, asking: PastAsking, known: Meant) -> None:
        self.asking = asking
        self.source: Source = asking.source("events")
        self.source.need(_DONE)
        sent = asking.params.bind(list(known.sent), "Array(String)")
        self.sent_sql = self.source.named(Sql(f"event IN {sent}"))
        # What reached them is not what they did, and neither is what we answered.
        ours = asking.params.bind(sorted({*NOT_THEIRS, *known.heard}), "Array(String)")
        theirs = asking.params.bind(list(THEIR_ANSWERS), "Array(String)")
        own = Sql(
            f"{_DONE} AND active AND event NOT IN {sent} AND event NOT IN {ours}"
            f" AND (NOT startsWith(event, 'message.') OR event IN {theirs})"
        )
        self.own_sql = self.source.named(own)
        self.day_sql = self.source.named(Sql("day"))
        self.second_sql = self.source.named(Sql("toUnixTimestamp(ts)"))

    def of(self, events: tuple[str, ...]) -> Sql:
        return self.source.named(Sql(f"event IN {self.asking.params.bind(list(events), 'Array(String)')}"))

    def money_here(self) -> Sql:
        mine = self.asking.params.bind(self.asking.scope.currency, "String")
        return self.source.named(Sql(f"if(currency = {mine}, ifNull(revenue_minor, 0), 0)"))

    def days(self, flag: Sql) -> Value:
        return self.number(Sql(f"uniqExactIf({self.day_sql}, {flag})"))

    def number(self, sql: Sql) -> Value:
        return Value(source=self.source, sql=Sql(f"toNullable(toFloat64({sql}))"), kind="number")

    def values(self, known: Meant, settings: TieSettings, sends: bool) -> dict[str, Value]:
        mine = self.asking.params.bind(self.asking.scope.currency, "String")
        purchases = self.asking.params.bind(list(known.bought), "Array(String)")
        returns = self.asking.params.bind(list(known.refunded), "Array(String)")
        bought = self.source.named(Sql(f"event IN {purchases} OR currency = {mine} AND ifNull(revenue_minor, 0) > 0"))
        refunded = self.source.named(Sql(f"event IN {returns} OR currency = {mine} AND ifNull(revenue_minor, 0) < 0"))
        money = self.money_here()
        asked = {
            "often": self.days(self.own_sql),
            "recent": self.number(Sql(f"maxIf(toInt32({self.day_sql}), {self.own_sql})")),
            "breadth": self._breadth(known),
            "time": self.number(Sql(f"uniqExactIf(intDiv({self.second_sql}, {_SLOT_SECONDS}), {self.own_sql})")),
            "bought": self.days(Sql(f"{bought} AND NOT {refunded}")),
            "refunds": self.days(refunded),
            "paid": self.number(Sql(f"sum({money})")),
            "back": self.number(Sql(f"countIf({refunded})")),
            "acts": self.number(Sql(f"countIf({self.own_sql})")),
        }
        for meaning in MEANINGS:
            asked[meaning] = self.days(self.of(known.events(meaning)))
        if sends:
            asked["own"] = self._started(settings.reply_hours * 3600)
        return asked

    def _breadth(self, known: Meant) -> Value:
        """Kinds of things bought or looked at; where nothing tells kinds apart, kinds of things done."""
        if not known.categories:
            kind = self.source.named(identity.EVENT_NAME)
            return self.number(Sql(f"uniqExactIf({kind}, {self.own_sql})"))
        places = [profiles.texts_in(name, self.asking) for name in known.categories]
        texts = self.source.named(Sql(f"arrayConcat({join(Sql(', '), places)})"))
        return self.number(Sql(f"uniqExactArrayIf({texts}, {self.own_sql})"))

    def _started(self, seconds: int) -> Value:
        """Days whose first thing done came without a message from us within so many seconds before it."""
        firsts = Sql(f"mapValues(minMapIf(map({self.day_sql}, {self.second_sql}), {self.own_sql}))")
        letters = Sql(f"groupArrayIf({_MESSAGES})({self.second_sql}, {self.sent_sql})")
        return self.number(Sql(f"arrayCount(at -> NOT arrayExists(s -> s <= at AND s + {seconds} >= at, {letters}), {firsts})"))


def _numbers(column: pa.Array) -> Floats:
    found: Floats = pc.fill_null(column, 0.0).to_numpy(zero_copy_only=False)
    return found


def brought(edges: Edges, people: People, since: datetime, until: datetime) -> Floats:
    """How many others each of ``people`` brought from ``since`` to ``until``, by what was known then. Shape (n,).

    As the tree of referrals counts: everybody is brought once, by whoever was first, nobody brings themselves, and a circle is opened at
    its latest relation.
    """
    counts = np.zeros(len(people))
    known = edges.at_ms < _ms(until)
    at_ms = edges.at_ms[known]
    trees = grow(edges.inviter[known], edges.invitee[known], at_ms)
    places = np.flatnonzero(trees.parent >= 0)
    places = places[at_ms[trees.edge[places]] >= _ms(since)]
    if len(people) and len(places):
        mine = trees.people[trees.parent[places]]
        place = np.searchsorted(people, mine).clip(max=len(people) - 1)
        np.add.at(counts, place[people[place] == mine], 1.0)
    return counts


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """What came of people between a cut and a later midnight: whether they came at all, net revenue in minor units, people brought."""

    retained: Floats
    value: Floats
    brought: Floats


def came_after(house: House, scope: Scope, people: People, cut: date, until: date, known: Meant, edges: Edges) -> Came:
    """Of these people, shape (n,)."""
    start, end = start_of_day(cut, scope.zone), start_of_day(until, scope.zone)
    asking = PastAsking(house, scope, end, since=start, people=people)
    rows = _Rows(asking, known)
    there, paid = rows.number(Sql(f"countIf({rows.own_sql})")), rows.number(Sql(f"sum({rows.money_here()})"))
    answers = asking.run([there, paid], limits=_LIMITS, people=people)
    return Came(
        retained=(_numbers(answers.column(there)) > 0).astype(np.float64),
        value=_numbers(answers.column(paid)),
        brought=brought(edges, people, start, end),
    )
