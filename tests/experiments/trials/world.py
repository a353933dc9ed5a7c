"""What do tests of experiments live in? A small random world, and the truth about every metric told plainly, person by person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from tests.journeys.reports.world import DAY, START, Act, Seen, World
from uems.access import api as access
from uems.access.api import Access, Caller
from uems.experiments.trials import definitions
from uems.experiments.trials.spec import TrialDraft, TrialSpec

EXPOSED = "Experiment Viewed"
BEGIN = START + timedelta(days=3)
"""When the experiment starts."""
END = START + timedelta(days=9)


def entered(world: World, now: datetime) -> Access:
    """The operator in the workspace of the world."""
    return access.enter(world.town.house.store, Caller(actor=access.operator(), now=now), world.scope.slug)


def metric(key: str, kind: str, config: Mapping[str, Any], role: str = "secondary", better: str = "up") -> dict[str, Any]:
    return {"key": key, "name": key.title(), "role": role, "better": better, "kind": kind, "config": dict(config)}


METRICS = [
    metric("views", "mean", {"event": {"event": "A"}}, "primary"),
    metric("capped", "mean", {"event": {"event": "A"}, "cap": 2}),
    metric("size", "mean", {"event": {"event": "B"}, "of": "property", "property": "size"}),
    metric("buys", "proportion", {"event": {"event": "B"}}),
    metric("soon", "proportion", {"event": {"event": "B"}, "window_days": 2}),
    metric("a_view", "ratio", {"numerator": {"event": {"event": "B"}}, "denominator": {"event": {"event": "A"}}}),
    metric("returns", "retention", {"from_day": 1, "to_day": 2}),
    metric("through", "funnel", {"steps": [{"event": "A"}, {"event": "B"}], "within_hours": 24}),
    metric("through_all", "funnel", {"steps": [{"event": "A"}, {"event": "B"}], "within_hours": 24, "of": "exposed"}),
    metric("money", "revenue", {}),
    metric("money_capped", "revenue", {"cap_percent": 50.0}),
]


def spec(**changes: Any) -> TrialSpec:
    """Two arms, every kind of metric, a covariate of two days."""
    arms = [{"key": "control", "name": "As it was", "weight": 50}, {"key": "new", "name": "New", "weight": 50}]
    base = {"arms": arms, "control": "control", "metrics": METRICS, "before_days": 2, "planned_days": 6, "method": "once"}
    return TrialSpec.model_validate(base | changes)


def started(world: World, key: str, design: TrialSpec, at: datetime = BEGIN) -> definitions.Experiment:
    """The experiment, running since ``at``."""
    store = world.town.house.store
    definitions.save_trial(store, entered(world, at), key, TrialDraft(name=key, spec=design))
    return definitions.turn_trial(store, entered(world, at), key, "running")


@dataclass(frozen=True, kw_only=True)
class Exposed:
    """A person of an arm, with what they did."""

    arm: str
    at: datetime
    device: str
    did: Sequence[Seen]

    def after(self, until: datetime, event: str | None = None, days: float | None = None, skip: float = 0) -> list[Seen]:
        """What they did from ``skip`` days after the first exposure on."""
        since = self.at + timedelta(days=skip)
        end = until if days is None else min(until, self.at + timedelta(days=days))
        return [one for one in self.did if since <= one.at < end and event in (None, one.event)]

    def before(self, days: float, event: str | None = None) -> list[Seen]:
        return [one for one in self.did if self.at - timedelta(days=days) <= one.at < self.at and event in (None, one.event)]


def exposed(world: World, key: str, arms: Sequence[str], begin: datetime, end: datetime) -> tuple[list[Exposed], int, int]:
    """(people of one arm, how many were in several, how many only in strange ones), by the definition."""
    found, several, strange = [], 0, 0
    for did in world.people().values():
        seen = [one for one in did if one.event == EXPOSED and one.properties.get("experiment_id") == key and begin <= one.at < end]
        if not seen:
            continue
        told = {str(one.properties.get("variation_id", "")) for one in seen}
        known = {arms[int(name)] if name in ("0", "1") and name not in arms else name if name in arms else "?" for name in told}
        if len(known) > 1:
            several += 1
        elif known == {"?"}:
            strange += 1
        else:
            # The first one; of several in one instant the one with the smaller device.
            first = min(seen, key=lambda one: (one.ms, one.device))
            found.append(Exposed(arm=known.pop(), at=first.at, device=first.device, did=did))
    return found, several, strange


def _money(one: Seen) -> float:
    return 100.0 * one.properties.get("revenue", 0) if one.properties.get("currency") == "USD" else 0.0


def _sizes(seen: Sequence[Seen]) -> float:
    return sum(float(one.properties["size"]) for one in seen if isinstance(one.properties.get("size"), int | float))


def _through(person: Exposed, until: datetime) -> int:
    """How many of A, B were taken in order within a day of an A."""
    best = 0
    for one in person.after(until, "A"):
        best = max(best, 1)
        day = [other for other in person.after(until, "B") if one.at < other.at < one.at + timedelta(days=1)]
        best = 2 if day else best
    return best


def truth(people: Sequence[Exposed], key: str, until: datetime, before: float) -> Mapping[str, list[tuple[float, ...]]]:
    """arm → the numbers of every person who counts: those of the metric, then those of the covariate."""

    def revenue(person: Exposed) -> tuple[float, ...]:
        return sum(map(_money, person.after(until))), sum(map(_money, person.before(before)))

    def numbers(person: Exposed) -> tuple[float, ...] | None:
        after, earlier = person.after, person.before
        match key:
            case "views":
                return len(after(until, "A")), len(earlier(before, "A"))
            case "capped":
                return min(2, len(after(until, "A"))), min(2, len(earlier(before, "A")))
            case "size":
                return _sizes(after(until, "B")), _sizes(earlier(before, "B"))
            case "buys":
                return bool(after(until, "B")), bool(earlier(before, "B"))
            case "soon":
                ripe = person.at + timedelta(days=2) <= until
                return (bool(after(until, "B", 2)), bool(earlier(before, "B"))) if ripe else None
            case "a_view":
                return len(after(until, "B")), len(after(until, "A")), len(earlier(before, "B")), len(earlier(before, "A"))
            case "returns":
                ripe = person.at + timedelta(days=3) <= until
                return (bool(after(until, None, 3, 1)), bool(earlier(before))) if ripe else None
            case "through":
                return _through(person, until) == 2, _through(person, until) > 0
            case "through_all":
                return _through(person, until) == 2, bool(earlier(before, "B"))
            case "money":
                return revenue(person)
        some = [value for value in (revenue(one)[0] for one in people) if value > 0]
        cap = float(np.quantile(some, 0.5)) if some else float("inf")
        return tuple(min(cap, value) for value in revenue(person))

    found: dict[str, list[tuple[float, ...]]] = {}
    for person in people:
        told = numbers(person)
        if told is not None:
            found.setdefault(person.arm, []).append(tuple(float(value) for value in told))
    return found


def exposures(rows: Sequence[tuple[str, float, str]], key: str = "test") -> list[Act]:
    """(user, days after START, arm) → exposures."""
    return [
        Act(ms=round(day * DAY), user=user, event=EXPOSED, properties={"experiment_id": key, "variation_id": arm}, device="phone")
        for user, day, arm in rows
    ]
