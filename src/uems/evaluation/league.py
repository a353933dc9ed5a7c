"""Which actions pay, and which do not? Every one judged by the same terms, the best first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from uems.evaluation.judging import Terms, corrected, judge
from uems.evaluation.model import Action, ActionKind, Arms, Worth
from uems.evaluation.reading import Reading, first_instant
from uems.evaluation.terms import ActionCost, costs_of, terms_of
from uems.evaluation.trying import trials
from uems.kernel.errors import not_found
from uems.kernel.house import House
from uems.kernel.money import exponent
from uems.kernel.scope import Scope
from uems.outreach import api as outreach

_NEEDED: Final = ("purchase",)


@dataclass(frozen=True, slots=True, kw_only=True)
class League:
    """worths: by net return, the best first, then those of which nothing is known yet. roles_missing: what has to be said before."""

    horizon_days: int
    margin_percent: float
    worths: Sequence[Worth]
    roles_missing: Sequence[str]


def league(house: House, scope: Scope, now: datetime, horizon_days: int | None = None) -> League:
    """All actions of the workspace over the same horizon, by default that of its terms."""
    terms = terms_of(house.store, scope)
    days = horizon_days or terms.horizon_days
    asked = _Asked(house, scope, now)
    found = asked.worths([days], terms.margin_percent / 100)
    ranked = sorted(found, key=lambda one: (one.net_minor is None, -(one.net_minor.value if one.net_minor else 0), one.action.name))
    missing = [role for role in _NEEDED if not asked.reading.roles.events(role)]
    return League(horizon_days=days, margin_percent=terms.margin_percent, worths=ranked, roles_missing=missing)


def worth_over_time(house: House, scope: Scope, now: datetime, kind: ActionKind, key: str, horizons: Sequence[int]) -> list[Worth]:
    """One action over several horizons. Raises ``not_found``."""
    terms = terms_of(house.store, scope)
    every = _Asked(house, scope, now).worths(horizons, terms.margin_percent / 100)
    found = [one for one in every if (one.action.kind, one.action.key) == (kind, key)]
    if not found:
        raise not_found("action", f"{kind}/{key}")
    return found


class _Asked:
    def __init__(self, house: House, scope: Scope, now: datetime) -> None:
        self._house, self._scope, self._now = house, scope, now
        self.reading = Reading(house, scope, now)
        self._summaries: dict[tuple[str, str], outreach.Period] = {}

    def worths(self, horizons: Sequence[int], margin: float) -> list[Worth]:
        """All actions over the first horizon, then over the next one; corrected within each for how many they are."""
        actions = self._actions()
        if not actions:
            return []
        first = first_instant([arms for _, arms in actions], max(horizons), self._now)
        lives = self.reading.lives(first, self.reading.purchases(first))
        costs = self._costs(actions)
        found: list[Worth] = []
        for days in horizons:
            by_cost = zip(actions, costs, strict=True)
            found += corrected(
                [judge(action, arms, lives, Terms(horizon_days=days, margin=margin, cost_minor=cost)) for (action, arms), cost in by_cost]
            )
        return found

    def _actions(self) -> list[tuple[Action, Arms]]:
        summaries = self.reading.summaries()
        self._summaries = {(action.kind, action.key): period for action, _, period in summaries}
        return [
            *self.reading.acts(),
            *self.reading.sendings(),
            *trials(self._house, self._scope, self._now),
            *((action, arms) for action, arms, _ in summaries),
        ]

    def _costs(self, actions: Sequence[tuple[Action, Arms]]) -> list[int]:
        """What each cost in minor units, for everybody it was for."""
        store, scope = self._house.store, self._scope
        messages, told = outreach.costs_of_acts(store, scope), costs_of(store, scope)
        per_minor = 10 ** (6 - exponent(scope.currency))
        acts: dict[tuple[str, str], outreach.Act] = {(one.kind, one.key): one for one in outreach.acts(store, scope)}
        found = []
        for action, arms in actions:
            act, period = acts.get((action.kind, action.key)), self._summaries.get((action.kind, action.key))
            micros = outreach.cost_micros(messages, act) if act is not None else 0
            if period is not None:
                micros = outreach.cost_in_period(store, scope, action.kind == "everything", period)
            sent = round(micros / per_minor)
            extra = told.get((action.kind, action.key), ActionCost())
            found.append(sent + extra.fixed_minor + extra.per_person_minor * int(arms.treated.sum()))
        return found
