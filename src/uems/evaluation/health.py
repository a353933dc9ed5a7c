"""Is what we win paid for with what lasts? An index of health out of what people bear and how they answer.

Each part is a rate with a ceiling at which nothing is left of it; its score falls in a straight line from 100 at zero to 0 there. The
index is the mean of the parts that are known. Ceilings: complaints 0.3 % of messages (the limit for bulk senders of Gmail and Yahoo,
2024), the others by judgement, stated in ``CEILINGS`` and in every answer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final, Literal, TypeAlias

import numpy as np

from uems.evaluation.reading import Reading
from uems.evaluation.watched import Happenings
from uems.kernel.clock import day_of, start_of_day
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.outreach import api as outreach

Part: TypeAlias = Literal["unsubscribed", "complained", "refunded", "silent", "pressure", "nps"]
DAYS: Final = 28
CEILINGS: Final[Mapping[Part, float]] = {"unsubscribed": 0.05, "complained": 0.003, "refunded": 0.3, "silent": 0.8, "pressure": 7.0}

_WORST_NPS: Final = -100.0
"""Everybody would advise against us; at 100 everybody recommends us."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthPart:
    """value, before: in the last 28 whole days and in the 28 before; None where there is nothing to divide by. score: 0 to 100."""

    part: Part
    value: float | None
    before: float | None
    ceiling: float | None
    score: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """index: the mean of the known scores, and as it was 28 days earlier. last_day: of the 28."""

    last_day: date
    index: float | None
    before: float | None
    parts: Sequence[HealthPart]


def health(house: House, scope: Scope, now: datetime) -> Health:
    """As of the last whole day that anything is known of."""
    reading = Reading(house, scope, now)
    today = day_of(datetime.fromtimestamp(reading.known().last_ms / 1000, UTC), scope.zone)
    ends = [start_of_day(today - timedelta(days=back), scope.zone) for back in (0, DAYS, 2 * DAYS, 3 * DAYS)]
    answers = reading.answers(ends[2])
    bought, gave_back = reading.purchases(ends[2]), reading.refunds(ends[2])
    days = reading.days(ends[3])
    periods = [
        {
            **_messages(outreach.pressure(house.store, scope, start, end)),
            "refunded": _share(_within(gave_back, start, end), _within(bought, start, end)),
            "silent": _silent(days, before, start, end),
            "nps": None if answers is None else _recommended(answers, start, end),
        }
        for end, start, before in zip(ends, ends[1:3], ends[2:4], strict=False)
    ]
    parts = [_part(part, periods[0].get(part), periods[1].get(part)) for part in (*CEILINGS, "nps")]
    return Health(
        last_day=today - timedelta(days=1),
        index=_mean([one.score for one in parts]),
        before=_mean([_score(one.part, one.before) for one in parts]),
        parts=parts,
    )


def _part(part: Part, value: float | None, before: float | None) -> HealthPart:
    return HealthPart(
        part=part, value=value, before=before, ceiling=_WORST_NPS if part == "nps" else CEILINGS[part], score=_score(part, value)
    )


def _score(part: Part, value: float | None) -> float | None:
    if value is None:
        return None
    return (value - _WORST_NPS) / 2 if part == "nps" else 100 * max(0.0, 1 - value / CEILINGS[part])


def _mean(scores: Sequence[float | None]) -> float | None:
    known = [score for score in scores if score is not None]
    return sum(known) / len(known) if known else None


def _messages(told: outreach.Pressure) -> dict[Part, float | None]:
    return {
        "unsubscribed": _share(told.unsubscribed, told.people),
        "complained": _share(told.complaints, told.messages),
        "pressure": told.messages / told.people / (DAYS / 7) if told.people else None,
    }


def _share(some: int, of: int) -> float | None:
    return min(1.0, some / of) if of else None


def _within(happened: Happenings, start: datetime, end: datetime) -> int:
    return int(((happened.at_ms >= start.timestamp() * 1000) & (happened.at_ms < end.timestamp() * 1000)).sum())


def _recommended(answers: Happenings, start: datetime, end: datetime) -> float | None:
    """The Net Promoter Score of the answers in [start, end), -100 to 100."""
    inside = (answers.at_ms >= start.timestamp() * 1000) & (answers.at_ms < end.timestamp() * 1000)
    return float(answers.amount[inside].mean()) if inside.any() else None


def _silent(days: Happenings, before: datetime, start: datetime, end: datetime) -> float | None:
    """The share of those who came in [before, start) and not in [start, end)."""
    at = days.at_ms
    came = np.unique(days.person[(at >= before.timestamp() * 1000) & (at < start.timestamp() * 1000)])
    stayed = np.unique(days.person[(at >= start.timestamp() * 1000) & (at < end.timestamp() * 1000)])
    return float(1 - np.isin(came, stayed).mean()) if len(came) else None
