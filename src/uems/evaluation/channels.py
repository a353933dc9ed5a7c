"""Does attribution say of a channel what its actions changed? Credit by channel beside the increment measured against those held out.

Channels of outreach are those that messages went by; what their flows, campaigns and sendings changed is added up, and so are the squared
errors, as each has a lot of its own. An action that wrote by several channels cannot be divided, and is told apart. Channels of
acquisition are what people came by (utm_source): nobody is held out of an advertisement here, so that there is credit and no increment.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, TypeAlias

from uems.evaluation.crediting import OWN, Disagreement, Sharing, begun, disagreement, named, names_in_messages
from uems.evaluation.league import league
from uems.evaluation.model import Span, Worth
from uems.evaluation.reading import Reading
from uems.experiments import api as experiments
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.outreach import api as outreach

ChannelGroup: TypeAlias = Literal["outreach", "acquisition"]
ChannelVerdict: TypeAlias = Disagreement | Literal["partly", "never_held_out"]
"""partly: credit of actions that could not be measured is in it. never_held_out: nobody is ever kept from it."""
_CHANNEL: Final = {"property": "channel", "limit": 50}
_SOURCE: Final = {"column": "utm_source", "limit": 20}
_ANYTHING: Final[Mapping[str, object]] = {}
_BACK: Final = timedelta(days=90)
"""So far back credit is looked at where there is no action that says from when on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelCredit:
    """One channel; "" where an action of another tool does not say it. incremental_minor: revenue that its measured actions changed.

    actions: that wrote by it alone; measured: of them; mixed: that wrote by others too, and are in no increment. people: who were treated
    by those measured. weaker: some of them had no holdout.
    """

    group: ChannelGroup
    channel: str
    attributed_minor: Mapping[str, int]
    actions: int
    measured: int
    mixed: int
    people: int
    weaker: bool
    incremental_minor: Span | None
    verdict: ChannelVerdict


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelCredits:
    """models: the ways of sharing credit, in the order of the report."""

    horizon_days: int
    models: Sequence[str]
    lines: Sequence[ChannelCredit]


def channel_credits(house: House, scope: Scope, now: datetime, horizon_days: int | None = None) -> ChannelCredits:
    """Every channel that has credit or an action, those of outreach first, the largest by last touch first."""
    found = league(house, scope, now, horizon_days)
    worths = begun(found.worths)
    first = min((one.first_at for one in worths if one.first_at), default=now - _BACK)
    asked = Sharing(house, scope, now, first, found.horizon_days)
    ways = _ways(house, scope, now)
    touched = asked.by(named([*OWN, *asked.sent()]), _CHANNEL)
    sources = asked.by(_ANYTHING, _SOURCE)
    names = sorted({*touched, *(channel for one in worths for channel in ways.get((one.action.kind, one.action.key), frozenset()))})
    lines = [channel_line(name, touched.get(name, {}), worths, ways) for name in names]
    lines += [
        ChannelCredit(
            group="acquisition", channel=name, attributed_minor=given, actions=0, measured=0, mixed=0, people=0, weaker=False,
            incremental_minor=None, verdict="never_held_out",
        )
        for name, given in sources.items()
    ]  # fmt: skip
    return ChannelCredits(
        horizon_days=found.horizon_days,
        models=list(next(iter([*touched.values(), *sources.values()]), {})),
        lines=sorted(lines, key=lambda one: (one.group != "outreach", -one.attributed_minor.get("last", 0), one.channel)),
    )


def channel_line(
    channel: str, attributed: Mapping[str, int], worths: Sequence[Worth], ways: Mapping[tuple[str, str], frozenset[str]]
) -> ChannelCredit:
    """One channel of outreach. ways: (kind, key) of an action → the channels that it wrote by."""
    theirs = [(one, by) for one in worths if channel in (by := ways.get((one.action.kind, one.action.key), frozenset()))]
    alone = [one for one, by in theirs if len(by) == 1]
    measured = [one for one in alone if one.gained_minor is not None]
    span = summed(measured)
    whole = len(measured) == len(theirs)
    said: ChannelVerdict = disagreement(span, attributed.get("last"))
    return ChannelCredit(
        group="outreach",
        channel=channel,
        attributed_minor=attributed,
        actions=len(alone),
        measured=len(measured),
        mixed=len(theirs) - len(alone),
        people=sum(one.treated for one in measured),
        weaker=any(one.evidence == "difference" for one in measured),
        incremental_minor=span,
        verdict=said if whole or said == "unknown" else "partly",
    )


def summed(worths: Sequence[Worth]) -> Span | None:
    """What several actions changed together, each with a lot of its own; None where there is none.

    The degrees of freedom are those of Welch and Satterthwaite for a sum.
    """
    value, variance, doubt, count = 0.0, 0.0, 0.0, 0
    for one in worths:
        revenue = one.effect("revenue")
        if revenue is None or revenue.difference is None or revenue.error is None or revenue.degrees is None:
            return None
        mine = (revenue.error * revenue.people) ** 2
        value, variance, doubt = value + revenue.difference * revenue.people, variance + mine, doubt + mine**2 / revenue.degrees
        count += one.treated + one.control
    if not variance:
        return None
    whole = experiments.Contrast(scale="absolute", value=value, error=math.sqrt(variance), degrees=variance**2 / doubt, count=count)
    said = experiments.welch(whole)
    return Span(value=said.value, low=said.low, high=said.high)


def _ways(house: House, scope: Scope, now: datetime) -> Mapping[tuple[str, str], frozenset[str]]:
    """(kind, key) of an action → the channels that it wrote by."""
    by_name = outreach.channels_of_acts(house.store, scope)
    own = {act: by_name.get((act[0], name), frozenset()) for act, name in names_in_messages(house, scope).items()}
    return {**own, **Reading(house, scope, now).channels_of_sendings()}
