"""What came of a simulation, in numbers: who would have come in, what would have been sent, what would have stood in the way?"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

import numpy as np
from sqlalchemy import Row, func, select

from uems.kernel.clock import day_of, start_of_day
from uems.kernel.scope import Scope
from uems.kernel.store import Store, to_microseconds
from uems.outreach.flows.reporting import Report, report
from uems.outreach.flows.tables import flow_effects, flow_runs, flows
from uems.outreach.simulation.replay import Replay
from uems.outreach.simulation.scratch import VERSION
from uems.outreach.tables import outreach_decisions, outreach_messages

_R, _M, _D = flow_runs.c, outreach_messages.c, outreach_decisions.c
_CHUNK: Final = 5_000
SHOWN: Final = 20
"""People who are named as examples."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One day of the workspace. messages: channel → how many would have been sent."""

    day: date
    entered: int
    messages: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """Messages that would not have been sent, or only later. verdict: hold, suppress or expire; held ones may be sent in the end."""

    verdict: str
    reason: str
    messages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """Another flow in which some of the people really were at the same time. people: who came in here while they were in there."""

    flow: str
    name: str
    people: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """first, last: the stretch. report: as that of a live flow. waiting: still inside at its end. effects: kind → how many.

    present: conditions that could only be asked as of today. known_since: where history begins later than the stretch. anyway: how many
    reached the goal, of those who came in and were not held out. people: some who came in.
    """

    first: datetime
    last: datetime
    step: timedelta
    known_since: datetime | None
    present: int
    report: Report
    waiting: int
    days: Sequence[Day]
    sent: int
    asked: int
    lost: Sequence[Lost]
    effects: Mapping[str, int]
    meetings: Sequence[Meeting]
    anyway: int | None
    people: Sequence[int]


def outcome(one: Replay, real: Store, scope: Scope) -> Outcome:
    """Counted from the store that the replay wrote to; other flows from the real one."""
    known = report(one.scratch, scope, one.flow.flow_id, VERSION, one.flow.graph)
    mine = (_M.origin_type == "flow", _M.origin_id == str(one.flow.flow_id))
    with one.scratch.read() as conn:
        came = _R.state.not_in(("new", "holdout"))
        runs = conn.execute(select(_R.person_id, _R.entered_at, _R.ended_at).where(came).order_by(_R.person_id)).all()
        waiting = conn.execute(select(func.count()).where(came, _R.state != "done")).scalar_one()
        # Messages go out at the steps of the clock, so there are far fewer times than messages.
        by_time = select(_M.sent_at, _M.channel, func.count()).where(*mine, _M.state == "accepted").group_by(_M.sent_at, _M.channel)
        sent = conn.execute(by_time).all()
        never = (*mine, _M.state.in_(("suppressed", "expired")))
        refused = conn.execute(select(_M.state, _M.reason, func.count()).where(*never).group_by(_M.state, _M.reason)).all()
        counted = func.count(_D.message_id.distinct())
        held = conn.execute(select(_D.reason, counted).where(_D.verdict == "hold").group_by(_D.reason)).all()
        asked = conn.execute(select(func.count()).where(*mine)).scalar_one()
        effects = conn.execute(select(flow_effects.c.kind, func.count()).group_by(flow_effects.c.kind)).all()
    entered = _by_day(one, scope, [run.entered_at for run in runs])
    messages: dict[date, Counter[str]] = defaultdict(Counter)
    for at, channel, people in sent:
        messages[day_of(at, scope.zone)][channel] += people
    lost = [Lost(verdict="hold", reason=reason, messages=n) for reason, n in held]
    lost += [Lost(verdict="expire" if state == "expired" else "suppress", reason=reason, messages=n) for state, reason, n in refused]
    return Outcome(
        first=one.first,
        last=one.last,
        step=one.step,
        known_since=one.known_since,
        present=one.present,
        report=known,
        waiting=waiting,
        days=[Day(day=day, entered=entered[day], messages=dict(messages[day])) for day in _days(one, scope)],
        sent=sum(row[2] for row in sent),
        asked=asked,
        lost=sorted(lost, key=lambda each: -each.messages),
        effects={row[0]: row[1] for row in effects},
        meetings=_meetings(real, scope, one, runs),
        anyway=known.against.reached if known.against else None,
        people=list(dict.fromkeys(run.person_id for run in runs))[:SHOWN],
    )


def _days(one: Replay, scope: Scope) -> list[date]:
    first, last = day_of(one.first, scope.zone), day_of(one.last, scope.zone)
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def _by_day(one: Replay, scope: Scope, times: Sequence[int]) -> dict[date, int]:
    """How many of the times, in microseconds, are on each day of the stretch."""
    days = _days(one, scope)
    starts = [to_microseconds(start_of_day(day, scope.zone)) for day in (*days, days[-1] + timedelta(days=1))]
    counts, _ = np.histogram(np.array(times, np.int64), np.array(starts, np.int64))
    return dict(zip(days, counts.tolist(), strict=True))


def _meetings(real: Store, scope: Scope, one: Replay, runs: Sequence[Row[int, int, int | None]]) -> list[Meeting]:
    """Other flows whose real runs overlap in time with those of the simulation, by person."""
    with real.read() as conn:
        others = select(_R.person_id).where(_R.workspace_id == scope.workspace_id, _R.flow_id != one.flow.flow_id).limit(1)
        if conn.execute(others).first() is None:
            return []
    end = to_microseconds(one.last)
    stays: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for person, since, until in runs:
        stays[person].append((since, until or end))
    people = sorted(stays)
    met: dict[int, set[int]] = defaultdict(set)
    with real.read() as conn:
        names = {
            row.flow_id: (row.key, row.name)
            for row in conn.execute(select(flows).where(flows.c.workspace_id == scope.workspace_id, flows.c.dry_of.is_(None)))
        }
        for start in range(0, len(people), _CHUNK):
            where = (_R.workspace_id == scope.workspace_id, _R.person_id.in_(people[start : start + _CHUNK]), _R.state != "holdout")
            theirs = select(_R.flow_id, _R.person_id, _R.entered_at, _R.ended_at).where(*where, _R.flow_id != one.flow.flow_id)
            for flow_id, person, since, until in conn.execute(theirs):
                if any(since < mine_end and (until or end) > mine for mine, mine_end in stays[person]):
                    met[flow_id].add(person)
    found = [Meeting(flow=names[flow_id][0], name=names[flow_id][1], people=len(them)) for flow_id, them in met.items() if flow_id in names]
    return sorted(found, key=lambda each: -each.people)
