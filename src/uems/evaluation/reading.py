"""What is read to judge actions: whom each was for, and what people bought, did and refused? People as they are known now."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

import numpy as np
import numpy.typing as npt

from uems.evaluation.model import Action, ActionKind, Arms
from uems.evaluation.watched import DAY_MS, Happenings
from uems.experiments import api as experiments
from uems.identity import api as identity
from uems.journeys import api as journeys
from uems.kernel.clock import day_of, start_of_day
from uems.kernel.house import House
from uems.kernel.money import exponent
from uems.kernel.scope import Scope
from uems.kernel.sql import Sql
from uems.kernel.store import to_microseconds
from uems.outreach import api as outreach
from uems.profiles import api as profiles

NAMES: Final = ("campaign_id", "campaign", "campaign_name")
"""Properties by which other tools say what they sent; the first that is there counts."""
MAX_SENDINGS: Final = 200
RIPE: Final = timedelta(days=30)
"""A draw of a holdout says something once it is so old; until then the one before is told of, if there is one."""
_OWN: Final = "message."
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """From when to when anything is known: from the first day with an event to the end of the last, or now. Milliseconds since 1970."""

    first_ms: int
    last_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Lives:
    """What everybody did in ``known``. days: one a person and day, at noon of it. discounts: what was taken off purchases.

    answers: to the question whether they would recommend us: 100 for a 9 or 10, -100 for 0 to 6, else 0; None where none are known of.
    """

    known: Span
    purchases: Happenings
    days: Happenings
    unsubscribed: Happenings
    complained: Happenings
    discounts: Happenings
    answers: Happenings | None = None


class Reading:
    """What a workspace knows, as of ``now``. One for one question: it keeps how numbers of people are read."""

    def __init__(self, house: House, scope: Scope, now: datetime) -> None:
        self._house, self._scope, self.now = house, scope, now
        self.roles = profiles.roles_of(house.store, scope)
        self.zone = scope.zone
        self.people_now = _people_now(house, scope)

    # -- whom an action was for -----------------------------------------------------------------------------------------------------

    def acts(self) -> list[tuple[Action, Arms]]:
        """Flows and campaigns of this house, with those who were held out of them."""
        store, scope = self._house.store, self._scope
        apart = [(one.everything, period) for one in outreach.holdouts(store, scope) for period in outreach.periods_of(one, self.now)]
        return [
            (
                Action(kind=act.kind, key=act.key, name=act.name, state=act.state),
                _without_held(self._arms(outreach.touched_by(store, scope, act)), [
                    period for everything, period in apart if everything or (act.kind, act.key) in period.members
                ]),
            )
            for act in outreach.acts(store, scope)
        ]  # fmt: skip

    def summaries(self) -> list[tuple[Action, Arms, outreach.Period]]:
        """Everything, and every programme, against those held out of it, in the latest draw that is old enough to say something."""
        store, scope = self._house.store, self._scope
        found = []
        for one in outreach.holdouts(store, scope):
            periods = outreach.periods_of(one, self.now)
            ripe = [period for period in periods if period.start <= self.now - RIPE]
            period = (ripe or periods)[-1]
            kind: ActionKind = "everything" if one.everything else "programme"
            action = Action(kind=kind, key=one.key, name=one.name, state="ended" if one.now.ended else "live")
            found.append((action, self._arms(outreach.meant_for(store, scope, one, period)), period))
        return found

    def _arms(self, touched: outreach.Touched) -> Arms:
        person, since = self.people_now(touched.person), touched.since_us // 1000
        order = np.lexsort((since, person))
        person, since, held = person[order], since[order], touched.held[order]
        first = np.ones(len(person), np.bool_)
        first[1:] = person[1:] != person[:-1]
        # Two numbers that became one person may stand on both sides.
        starts = np.flatnonzero(first)
        sizes = np.diff(np.append(starts, len(person)))
        out = np.add.reduceat(held.astype(np.int64), starts) if len(starts) else np.zeros(0, np.int64)
        mixed = (out > 0) & (out < sizes)
        kept = starts[~mixed]
        return Arms(
            person=person[kept], since_ms=since[kept], treated=~held[kept], evidence="holdout", both=touched.both + int(mixed.sum())
        )

    def sendings(self) -> list[tuple[Action, Arms]]:
        """What other tools sent, by the name that they gave it, beside everybody who bought before and was not sent it."""
        purchases = self.purchases(_EPOCH + timedelta(days=1))
        sent = [name for name in self.roles.events("sent") if not name.startswith(_OWN)]
        if not sent:
            return []
        query = self.query(_EPOCH, self.now)
        named = _named(query)
        rows = query.events_sql(
            {"what": named, "sent_ms": Sql("toUnixTimestamp64Milli(ts)")}, Sql(f"event IN {query.bind(sorted(sent), 'Array(String)')}")
        )
        top = Sql(f"SELECT what FROM {rows} WHERE what != '' GROUP BY what ORDER BY uniq(person) DESC, what LIMIT {MAX_SENDINGS}")
        found = query.run(
            Sql(f"SELECT what, person, min(sent_ms) AS at FROM {rows} WHERE what IN ({top}) GROUP BY what, person ORDER BY what, person")
        )
        names = np.asarray(found.column("what").to_pylist(), object)
        person, at = journeys.numbers(found, "person", np.uint64), journeys.numbers(found, "at", np.int64)
        return [(Action(kind="sending", key=name, name=name, state=""), _beside(person[names == name], at[names == name], purchases))
                for name in dict.fromkeys(names.tolist())]  # fmt: skip

    def channels_of_sendings(self) -> dict[tuple[str, str], frozenset[str]]:
        """("sending", name) → what their property ``channel`` says; "" where it says nothing."""
        sent = [name for name in self.roles.events("sent") if not name.startswith(_OWN)]
        if not sent:
            return {}
        query = self.query(_EPOCH, self.now)
        columns = {"what": _named(query), "way": query.text_sql(journeys.Dimension(property="channel"))}
        rows = query.events_sql(columns, Sql(f"event IN {query.bind(sorted(sent), 'Array(String)')}"))
        found = query.run(Sql(f"SELECT what, groupUniqArray(20)(way) AS ways FROM {rows} WHERE what != '' GROUP BY what"))
        return {("sending", row["what"]): frozenset(row["ways"]) for row in found.to_pylist()}

    # -- what people did ------------------------------------------------------------------------------------------------------------

    def purchases(self, first: datetime) -> Happenings:
        """Every purchase from ``first`` on, with its revenue in the currency of the workspace."""
        return self._paid("purchase", first)

    def refunds(self, first: datetime) -> Happenings:
        """Every time that money went back, from ``first`` on."""
        return self._paid("refund", first)

    def _discounts(self, first: datetime) -> Happenings:
        """The property ``discount`` of purchases, in money as their revenue is; what is no amount, or in other money, is none."""
        query = self.query(first, self.now)
        value = query.number_sql("discount")
        mine = Sql(f"currency = {query.bind(self._scope.currency, 'String')} AND {value} > 0 AND {value} < 1e12")
        minor = Sql(f"if({mine}, round({value} * {10 ** exponent(self._scope.currency)}), 0)")
        return self._bought("purchase", first, query, minor)

    def _paid(self, role: str, first: datetime) -> Happenings:
        query = self.query(first, self.now)
        return self._bought(role, first, query, query.revenue_sql())

    def _bought(self, role: str, first: datetime, query: journeys.Query, amount: Sql, only: Sql | None = None) -> Happenings:
        names = sorted(self.roles.events(role))
        if not names:
            return NOTHING
        columns = {"at": Sql("toUnixTimestamp64Milli(ts)"), "amount": Sql(f"ifNull({amount}, 0)")}
        which = Sql(f"event IN {query.bind(names, 'Array(String)')}")
        rows = query.events_sql(columns, which if only is None else Sql(f"{which} AND {only}"), first, self.now)
        found = query.run(Sql(f"SELECT person, at, toInt64(amount) AS amount FROM {rows}"))
        return Happenings(
            person=journeys.numbers(found, "person", np.uint64),
            at_ms=journeys.numbers(found, "at", np.int64),
            amount=journeys.numbers(found, "amount", np.int64),
        )

    def lives(self, first: datetime, purchases: Happenings) -> Lives:
        """The rest of what actions are judged by, from ``first`` on."""
        store, scope = self._house.store, self._scope
        return Lives(
            known=self.known(),
            purchases=purchases,
            days=self.days(first),
            unsubscribed=self._refused(outreach.unsubscribed(store, scope)),
            complained=self._refused(outreach.complained(store, scope)),
            discounts=self._discounts(first),
            answers=self.answers(first),
        )

    def answers(self, first: datetime) -> Happenings | None:
        """What people said from ``first`` on when they were asked whether they would recommend us; None where no event plays that role."""
        name = self.roles.property("nps_score")
        if not self.roles.events("nps") or not name:
            return None
        query = self.query(first, self.now)
        score = query.number_sql(name)
        points = Sql(f"multiIf({score} >= 9, 100, {score} <= 6, -100, 0)")
        return self._bought("nps", first, query, points, Sql(f"{score} BETWEEN 0 AND 10"))

    def known(self) -> Span:
        """A workspace whose events ended says nothing of the time since, nor of that before they began."""
        now = round(self.now.timestamp() * 1000)
        [row] = self._house.warehouse.query(_KNOWN, {"workspace": self._scope.workspace_id}).to_pylist()
        if not row["n"]:
            return Span(first_ms=now, last_ms=now)
        first, last = (start_of_day(day, self._scope.zone) for day in (row["first"], row["last"] + timedelta(days=1)))
        return Span(first_ms=round(first.timestamp() * 1000), last_ms=min(now, round(last.timestamp() * 1000)))

    def days(self, first: datetime) -> Happenings:
        """Who did anything themselves on which day, from that of ``first`` on."""
        query = self.query(first, self.now)
        theirs = query.bind(sorted({*self.roles.events("sent"), experiments.EXPOSED}), "Array(String)")
        since = query.bind(day_of(first, self._scope.zone), "Date")
        where = Sql(f"event != '' AND NOT startsWith(event, '{_OWN}') AND event NOT IN {theirs} AND day >= {since}")
        rows = identity.rows_of_people(self._house.store, self._scope, Sql("person_daily"), {"on_day": Sql("day")}, where)
        # Noon of the day, by the workspace's clock: days are what is counted, and no hour of the day is known here.
        noon = Sql(f"toInt64(toUnixTimestamp(toDateTime(on_day, {query.bind(self._scope.zone, 'String')}))) * 1000 + {DAY_MS // 2}")
        found = query.run(Sql(f"SELECT person, {noon} AS at FROM {rows} GROUP BY person, on_day"))
        person = journeys.numbers(found, "person", np.uint64)
        return Happenings(person=person, at_ms=journeys.numbers(found, "at", np.int64), amount=np.ones(len(person), np.int64))

    def _refused(self, told: outreach.Refusals) -> Happenings:
        return Happenings(person=self.people_now(told.person), at_ms=told.at_us // 1000, amount=np.ones(len(told.person), np.int64))

    def query(self, first: datetime, last: datetime) -> journeys.Query:
        """A statement about the days from ``first`` to ``last``."""
        zone = self._scope.zone
        asked = journeys.Ask(
            house=self._house, scope=self._scope, spec=journeys.Asked(), now=self.now, first=day_of(first, zone), last=day_of(last, zone)
        )
        return asked.query()


_KNOWN: Final = Sql(
    "SELECT min(day) AS first, max(day) AS last, count() AS n FROM event_daily WHERE workspace_id = {workspace:UInt32} AND event != ''"
)
NOTHING: Final = Happenings(person=np.zeros(0, np.uint64), at_ms=np.zeros(0, np.int64), amount=np.zeros(0, np.int64))


def first_instant(arms: Sequence[Arms], horizon_days: int, now: datetime) -> datetime:
    """From when on what people did matters: two horizons before the first of them was reached."""
    starts = [int(one.since_ms.min()) for one in arms if len(one.since_ms)]
    at = _EPOCH + timedelta(milliseconds=min(starts)) if starts else now
    return max(_EPOCH + timedelta(days=1), at - timedelta(days=2 * horizon_days + 1))


def _named(query: journeys.Query) -> Sql:
    """By which name another tool sent it."""
    texts = [query.text_sql(journeys.Dimension(property=name)) for name in NAMES]
    return Sql(f"multiIf({texts[0]} != '', {texts[0]}, {texts[1]} != '', {texts[1]}, {texts[2]})")


def _without_held(arms: Arms, periods: Sequence[outreach.Period]) -> Arms:
    """Without those who were not written to because something larger held them out: they are alike in both groups, and blur both."""
    gone = np.zeros(len(arms.person), np.bool_)
    for period in periods:
        inside = arms.since_ms >= to_microseconds(period.start) // 1000
        if period.end is not None:
            inside &= arms.since_ms < to_microseconds(period.end) // 1000
        gone[inside] |= period.held(arms.person[inside])
    return replace(arms, person=arms.person[~gone], since_ms=arms.since_ms[~gone], treated=arms.treated[~gone])


def _beside(person: npt.NDArray[np.uint64], at: npt.NDArray[np.int64], purchases: Happenings) -> Arms:
    """Those who were sent it and bought before, and those who bought before and were not; the latter from the median instant on."""
    middle = int(np.median(at))
    before = np.unique(purchases.person[purchases.at_ms < middle])
    others = np.setdiff1d(before, person, assume_unique=False)
    known = np.isin(person, before)
    everybody = np.concatenate([person[known], others])
    order = np.argsort(everybody, kind="stable")
    return Arms(
        person=everybody[order],
        since_ms=np.concatenate([at[known], np.full(len(others), middle, np.int64)])[order],
        treated=np.concatenate([np.ones(int(known.sum()), np.bool_), np.zeros(len(others), np.bool_)])[order],
        evidence="difference",
    )


def _people_now(house: House, scope: Scope) -> Callable[[npt.NDArray[np.uint64]], npt.NDArray[np.uint64]]:
    """numbers of people → who they are now."""
    if not identity.has_overrides(house.store, scope):
        return lambda numbers: numbers
    found = house.warehouse.query(Sql(f"SELECT node_id, current FROM {identity.overrides(scope)} ORDER BY node_id"), {})
    node, current = journeys.numbers(found, "node_id", np.uint64), journeys.numbers(found, "current", np.uint64)

    def now_of(numbers: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
        place = np.searchsorted(node, numbers).clip(max=len(node) - 1)
        return np.where(node[place] == numbers, current[place], numbers)

    return now_of if len(node) else lambda numbers: numbers
