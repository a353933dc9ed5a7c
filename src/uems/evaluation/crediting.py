"""Does attribution say what the lot says? What each way of sharing credit gives an action, beside what the action changed.

Attribution shares out what was bought after a touch, whether or not it would have been bought anyway; the lot (or, weaker, the change of
others) tells what would not have been. Both look as many days ahead: attribution back from each purchase, evaluation on from each person.
Attribution counts all touches of the action up to now, evaluation only people who were watched for the whole horizon.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal, TypeAlias

from uems.evaluation.league import league
from uems.evaluation.model import SUMMARIES, TRIED, Action, Evidence, Span, Worth
from uems.evaluation.reading import NAMES
from uems.journeys import api as journeys
from uems.kernel.clock import day_of
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.outreach import api as outreach
from uems.profiles import api as profiles

Disagreement: TypeAlias = Literal["over", "under", "within", "unknown"]
"""over: last touch gives more than the interval of what the action changed allows; under: less; unknown: one of them is not known."""
OWN: Final = ("message.sent",)
MAX_EVENTS: Final = 5
"""Purchases of more kinds than that are rare; the first ones by the alphabet count."""
_MOST: Final = 50
Touches: TypeAlias = Mapping[str, Any]
"""What touches, as the report of attribution takes it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Credited:
    """One action. incremental_minor: revenue that it changed, over everybody counted. attributed_minor: by way of sharing credit."""

    action: Action
    evidence: Evidence
    people: int
    incremental_minor: Span | None
    attributed_minor: Mapping[str, int]
    disagreement: Disagreement


@dataclass(frozen=True, slots=True, kw_only=True)
class Credits:
    """models: the ways of sharing credit, in the order of the report. first: from which instant on purchases are credited."""

    horizon_days: int
    models: Sequence[str]
    lines: Sequence[Credited]


def begun(worths: Sequence[Worth]) -> list[Worth]:
    """The actions beside which credit is set: each of them once, and only those that came to somebody."""
    return [one for one in worths if one.action.kind not in SUMMARIES | TRIED and one.first_at is not None]


def credits(house: House, scope: Scope, now: datetime, horizon_days: int | None = None) -> Credits:
    """Every action of the league that has a touch of its own, the largest by last touch first."""
    found = league(house, scope, now, horizon_days)
    worths = begun(found.worths)
    first = min((one.first_at for one in worths if one.first_at), default=now)
    asked = Sharing(house, scope, now, first, found.horizon_days)
    ours = asked.shared(OWN, ("origin_id",)) if any(one.action.kind != "sending" for one in worths) else {}
    others = asked.shared(asked.sent(), NAMES) if any(one.action.kind == "sending" for one in worths) else {}
    names = names_in_messages(house, scope)
    lines = []
    for worth in worths:
        action = worth.action
        mine = others.get(action.key, {}) if action.kind == "sending" else ours.get(names.get((action.kind, action.key), ""), {})
        lines.append(credited(worth, mine))
    models = list(next(iter([*ours.values(), *others.values()]), {}))
    return Credits(
        horizon_days=found.horizon_days, models=models, lines=sorted(lines, key=lambda one: -one.attributed_minor.get("last", 0))
    )


def credited(worth: Worth, attributed: Mapping[str, int]) -> Credited:
    """What ways of sharing credit give an action beside what it changed, and whether last touch lies within its interval."""
    span = worth.gained_minor
    return Credited(
        action=worth.action,
        evidence=worth.evidence,
        people=worth.treated,
        incremental_minor=span,
        attributed_minor=attributed,
        disagreement=disagreement(span, attributed.get("last")),
    )


def disagreement(changed_minor: Span | None, last_minor: int | None) -> Disagreement:
    """Whether last touch lies within the interval of what was changed."""
    if changed_minor is None or last_minor is None:
        return "unknown"
    return "over" if last_minor > changed_minor.high else "under" if last_minor < changed_minor.low else "within"


def names_in_messages(house: House, scope: Scope) -> dict[tuple[str, str], str]:
    """(kind, key) → how messages name it: a flow by its number, a campaign by its key; without those that share a name."""
    found = {(act.kind, act.key): str(act.number) if act.kind == "flow" else act.key for act in outreach.acts(house.store, scope)}
    shared = Counter(found.values())
    return {action: name for action, name in found.items() if shared[name] == 1}


class Sharing:
    """Credit for purchases from ``first`` on, looking back ``horizon_days`` from each."""

    def __init__(self, house: House, scope: Scope, now: datetime, first: datetime, horizon_days: int) -> None:
        self._house, self._scope, self._now = house, scope, now
        self._roles = profiles.roles_of(house.store, scope)
        last = day_of(now, scope.zone)
        self._first = max(day_of(first, scope.zone), last - timedelta(days=journeys.MAX_DAYS - 1))
        self._last, self._lookback = last, horizon_days * 86_400

    def sent(self) -> list[str]:
        """What other tools call their messages."""
        return sorted(name for name in self._roles.events("sent") if not name.startswith("message."))

    def shared(self, events: Sequence[str], properties: Sequence[str]) -> dict[str, dict[str, int]]:
        """What the first of these properties that knows it says of a touch → way of sharing credit → revenue."""
        found: dict[str, dict[str, int]] = {}
        for name in properties if events else ():
            found = {**self.by(named(events), {"property": name, "limit": _MOST}), **found}
        return found

    def by(self, touch: Touches, channel: Touches) -> dict[str, dict[str, int]]:
        """Value of ``channel`` → way of sharing credit → revenue. touch, channel: as the report of attribution takes them."""
        found: dict[str, dict[str, int]] = {}
        for purchase in sorted(self._roles.events("purchase"))[:MAX_EVENTS]:
            for one in self._report(purchase, touch, channel)["channels"]:
                group = one["channel"]
                if group["other"] or group["value"] is None:
                    continue
                given = found.setdefault(group["value"], {})
                for model, credit in one["models"].items():
                    given[model] = given.get(model, 0) + credit["revenue_minor"]
        return found

    def _report(self, purchase: str, touch: Touches, channel: Touches) -> Mapping[str, Any]:
        spec = {
            "conversion": {"event": purchase},
            "touch": touch,
            "channel": channel,
            "lookback_seconds": self._lookback,
            "first_day": self._first.isoformat(),
            "last_day": self._last.isoformat(),
        }
        return journeys.run_report(self._house, self._scope, "attribution", spec, self._now).data


def named(events: Sequence[str]) -> Touches:
    """Any event of these names touches."""
    return {"filter": {"column": {"name": "event", "op": "in", "value": list(events)}}}
