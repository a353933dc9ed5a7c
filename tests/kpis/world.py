"""What do tests of metrics live in? The worlds of the reports, with roles, and the truth about every metric told plainly."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from tests.journeys.reports.world import World, text
from uems.access import api as access
from uems.access.api import Access, Caller
from uems.journeys import api as journeys
from uems.kpis import api as kpis
from uems.profiles import api as profiles

PURCHASE, SIGNUP, REFUND = "B", "C", "R"
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


ORACLES: Mapping[str, Callable[[Truth, date, date], float | None]] = {
    "new_users": lambda t, a, b: len(t.new(a, b)),
    "dau": _dau,
    "wau": _trailing(7),
    "mau": _trailing(30),
    "dau_mau": _dau_mau,
    "arpu": lambda t, a, b: over(_revenue(t, a, b), len(t.active(a, b))),
}


def ask(world: World, metric: str, now: datetime = NOW, **spec: Any) -> kpis.Answer:
    return kpis.measure(world.town.house, world.scope, kpis.Question(metric=metric, **spec), now)


def dimension(name: str = "x") -> journeys.Dimension:
    return journeys.Dimension(property=name)
