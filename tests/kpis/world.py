"""What do tests of metrics live in? The worlds of the reports, with roles, and the truth about every metric told plainly."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pyarrow as pa
from sqlalchemy import update

from tests.journeys.reports.world import CLOCK, World, text
from uems.access import api as access
from uems.access.api import Access, Caller
from uems.journeys import api as journeys
from uems.kpis import api as kpis
from uems.kpis.custom.definitions import read_spec, save_metric
from uems.kpis.measuring import values_of
from uems.profiles import api as profiles
from uems.segments import api as segments
from uems.segments.tables import segments as segment_rows

PURCHASE, SIGNUP, REFUND, FEATURE = "B", "C", "R", "C"
NOW = datetime(2025, 11, 20, 12, tzinfo=UTC)


def entered(world: World, now: datetime = NOW) -> Access:
    """The operator in the workspace of the world."""
    return access.enter(world.town.house.store, Caller(actor=access.operator(), now=now), world.scope.slug)


def with_roles(world: World, sent: str = "") -> None:
    asked = entered(world)
    wanted = {"purchase": PURCHASE, "signup": SIGNUP, "refund": REFUND} | ({"sent": sent} if sent else {})
    for role, event in wanted.items():
        profiles.set_role(world.town.house.store, asked, role, events=[event])


@dataclass(frozen=True, kw_only=True)
class Did:
    """One named event of a person, as metrics count it."""

    day: date
    at: datetime
    event: str
    money: int
    x: str
    device: str


@dataclass(kw_only=True)
class Truth:
    """Everybody with what they did themselves, in order. today: the last day that counts."""

    people: dict[int, list[Did]]
    today: date
    spend: Sequence[kpis.Spend] = ()
    value: str | None = None
    """Only of this value of x (a list joined by newlines is "none of these")."""
    others: Sequence[str] = ()

    def mine(self, one: Did) -> bool:
        if self.others:
            return one.x not in self.others
        return self.value is None or one.x == self.value

    def days(self, first: date, last: date) -> list[date]:
        end = min(last, self.today)
        return [first + timedelta(days=n) for n in range((end - first).days + 1)]

    def active(self, first: date, last: date) -> set[int]:
        return {p for p, did in self.people.items() for one in did if first <= one.day <= min(last, self.today) and self.mine(one)}

    def anyhow(self, day: date) -> set[int]:
        return {p for p, did in self.people.items() for one in did if one.day == day}

    def new(self, first: date, last: date) -> set[int]:
        return {p for p, did in self.people.items() if did and first <= did[0].day <= min(last, self.today) and self.mine(did[0])}

    def events(self, first: date, last: date, *names: str) -> list[tuple[int, Did]]:
        return [
            (p, one)
            for p, did in self.people.items()
            for one in did
            if one.event in names and first <= one.day <= min(last, self.today) and self.mine(one)
        ]

    def retained(self, first: date, last: date, offset: int) -> tuple[int, int]:
        back = total = 0
        for day in self.days(first, last):
            if day + timedelta(days=offset) < self.today:
                cohort = self.new(day, day)
                total += len(cohort)
                back += len(cohort & self.anyhow(day + timedelta(days=offset)))
        return back, total


def truth_of(world: World, today: date, sent: str = "", spend: Sequence[kpis.Spend] = ()) -> Truth:
    people = {}
    for person, seen in world.people().items():
        did = [
            Did(
                day=one.day,
                at=one.at,
                event=one.event,
                money=one.properties.get("revenue", 0) * 100 if one.properties.get("currency") == "USD" else 0,
                x=text(one.properties.get("x")),
                device=one.device,
            )
            for one in seen
            if one.event != sent
        ]
        people[person] = did
    return Truth(people=people, today=today, spend=spend)


def over(numerator: float, denominator: float) -> float | None:
    return numerator / denominator if denominator else None


def _dau(t: Truth, a: date, b: date) -> float | None:
    days = t.days(a, b)
    return over(sum(len(t.active(d, d)) for d in days), len(days))


def _trailing(length: int) -> Callable[[Truth, date, date], float | None]:
    def count(t: Truth, a: date, b: date) -> float | None:
        end = min(b, t.today)
        return len(t.active(end - timedelta(days=length - 1), end))

    return count


def _dau_mau(t: Truth, a: date, b: date) -> float | None:
    end = min(b, t.today)
    start = end - timedelta(days=29)
    return over(sum(len(t.active(d, d)) for d in t.days(start, end)) / 30, len(t.active(start, end)))


def _revenue(t: Truth, a: date, b: date) -> int:
    return sum(one.money for _, one in t.events(a, b, PURCHASE, REFUND))


def _converted(t: Truth, a: date, b: date) -> float | None:
    done = total = 0
    for day in t.days(a, b):
        if day + timedelta(days=6) < t.today:
            cohort = t.new(day, day)
            within = {p for p, did in t.people.items() for one in did if one.event == SIGNUP and 0 <= (one.day - day).days <= 6}
            total, done = total + len(cohort), done + len(cohort & within)
    return over(done, total)


def _retention(offset: int) -> Callable[[Truth, date, date], float | None]:
    return lambda t, a, b: over(*t.retained(a, b, offset))


def _orders_to(t: Truth, person: int, last: date) -> int:
    return sum(one.event == PURCHASE and one.day <= min(last, t.today) for one in t.people[person])


def _repeat(t: Truth, a: date, b: date) -> float | None:
    buyers = {p for p, _ in t.events(a, b, PURCHASE)}
    return over(sum(_orders_to(t, p, b) >= 2 for p in buyers), len(buyers))


def _lifetime(t: Truth, a: date, b: date) -> int:
    return sum(one.money for p in t.new(a, b) for one in t.people[p] if one.event in (PURCHASE, REFUND) and one.day <= t.today)


def _spent(t: Truth, a: date, b: date) -> int | None:
    found = [one.amount_minor for one in t.spend if a <= one.day <= min(b, t.today)]
    return sum(found) if found else None


def _cac(t: Truth, a: date, b: date) -> float | None:
    spent = _spent(t, a, b)
    return None if spent is None else over(spent, len(t.new(a, b)))


def _ltv_cac(t: Truth, a: date, b: date) -> float | None:
    spent = _spent(t, a, b)
    return over(_lifetime(t, a, b), spent) if spent and t.new(a, b) else None


def _used(t: Truth, a: date, b: date) -> float | None:
    active = t.active(a, b)
    return over(len(active & {p for p, _ in t.events(a, b, FEATURE)}), len(active))


ORACLES: Mapping[str, Callable[[Truth, date, date], float | None]] = {
    "new_users": lambda t, a, b: len(t.new(a, b)),
    "dau": _dau,
    "wau": _trailing(7),
    "mau": _trailing(30),
    "dau_mau": _dau_mau,
    "arpu": lambda t, a, b: over(_revenue(t, a, b), len(t.active(a, b))),
    "arppu": lambda t, a, b: over(_revenue(t, a, b), len({p for p, _ in t.events(a, b, PURCHASE)})),
    "average_order_value": lambda t, a, b: over(sum(one.money for _, one in t.events(a, b, PURCHASE)), len(t.events(a, b, PURCHASE))),
    "registration_conversion": _converted,
    "retention_day_1": _retention(1),
    "retention_day_7": _retention(7),
    "retention_day_30": _retention(30),
    "repeat_purchase_rate": _repeat,
    "ltv": lambda t, a, b: over(_lifetime(t, a, b), len(t.new(a, b))),
    "cac": _cac,
    "ltv_cac": _ltv_cac,
    "feature_penetration": _used,
}
NOT_BY_X = {"cac", "ltv_cac"}
CONFIGS: Mapping[str, Mapping[str, Any]] = {"feature_penetration": {"event": FEATURE}}


def with_spend(world: World, rows: Sequence[kpis.Spend]) -> None:
    kpis.save_spend(world.town.house.store, entered(world), rows, "USD")


def ask(world: World, metric: str, now: datetime = NOW, **spec: Any) -> kpis.Answer:
    return kpis.measure(world.town.house, world.scope, kpis.Question(metric=metric, **{"config": CONFIGS.get(metric), **spec}), now)


def dimension(name: str = "x") -> journeys.Dimension:
    return journeys.Dimension(property=name)


def a_segment(world: World, key: str, people: Sequence[int]) -> None:
    """A segment of exactly these people, as its keeper would have written it."""
    store = world.town.house.store
    condition = profiles.parse_condition({"sample": {"percent": 50}})
    draft = segments.Draft(key=key, name=key, description="", condition=condition)
    made = segments.save_segment(store, entered(world), draft)
    with store.write() as conn:
        mine = segment_rows.c.workspace_id == world.scope.workspace_id, segment_rows.c.segment_id == made.segment_id
        conn.execute(update(segment_rows).where(*mine).values(built_version=made.version))
    size = len(people)
    rows = {
        "workspace_id": pa.array([world.scope.workspace_id] * size, pa.uint32()),
        "segment_id": pa.array([made.segment_id] * size, pa.uint32()),
        "person_id": pa.array(list(people), pa.uint64()),
        "entered": pa.array([True] * size),
        "at": pa.array([NOW] * size, pa.timestamp("ms", "UTC")),
        "cause": ["built"] * size,
        "version": pa.array([1] * size, pa.uint64()),
    }
    if size:
        world.town.house.warehouse.insert("segment_changes", pa.table(rows), token=f"test-{world.scope.slug}")


def keep_sessions(world: World) -> None:
    sessioniser = journeys.Sessioniser(world.town.house, access.Workspaces(world.town.house.store), "test", lambda: NOW)
    while sessioniser.step():
        continue
    sessioniser.close()


def sessions_told(world: World) -> list[tuple[int, date, float]]:
    """(person, day of the start, seconds) of every visit: a pause of more than half an hour ends one."""
    found = []
    for person, seen in world.people().items():
        visit: list[datetime] = []
        for one in seen:
            if visit and one.at - visit[-1] > timedelta(minutes=30):
                found.append((person, visit))
                visit = []
            visit = [*visit, one.at]
        found += [(person, visit)] if visit else []
    return [(p, v[0].astimezone(CLOCK).date(), (v[-1] - v[0]).total_seconds()) for p, v in found]


def a_formula(world: World, key: str, spec: Mapping[str, Any]) -> None:
    save_metric(world.town.house.store, entered(world), key, read_spec(spec), values_of)
