"""What moves campaigns on? One loop in each process: it begins what is due, chooses winners, stops what goes wrong, and sends.

Beginning, choosing and ending is for one process at a time, by a lease; putting people into the outbox is for all of them.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import RowMapping, exists, select, update

from uems.access.api import Access, Actor, Workspaces, audit
from uems.kernel import leases
from uems.kernel.clock import Period
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.loops import Loop
from uems.kernel.scope import Scope
from uems.outreach.campaigns.audience import find_audience
from uems.outreach.campaigns.counting import MOVING, count_converted, count_messages, letter_of, reached_goal
from uems.outreach.campaigns.definitions import Campaign, campaign_of, change
from uems.outreach.campaigns.freezing import freeze, of_occurrence, slot_of
from uems.outreach.campaigns.guarding import what_is_wrong
from uems.outreach.campaigns.launching import LATE, RESUMED, stop_campaign
from uems.outreach.campaigns.releasing import BATCH, release
from uems.outreach.campaigns.spec import CampaignSpec
from uems.outreach.campaigns.standstill import of_campaign
from uems.outreach.campaigns.tables import campaign_occurrences, campaign_people, campaign_versions, campaigns
from uems.outreach.campaigns.timing import ONCE, Opening, planned
from uems.outreach.campaigns.winning import Tried, choose
from uems.outreach.consent.settings import restraints
from uems.outreach.flows.told import zones_there
from uems.outreach.tables import outreach_messages

_logger = logging.getLogger("uems.campaigns")
PAUSE_SECONDS: Final = 0.5
LEASE_SECONDS: Final = 60.0
TOO_LATE: Final = timedelta(hours=12)
"""What should have begun longer ago, as while the server was down, waits for somebody to say that it shall."""
WATCHED_EVERY: Final = timedelta(seconds=10)
_ZONES_KEPT: Final = timedelta(minutes=10)
_SYSTEM: Final = Actor(kind="operator", actor_id="uems", label="UEMS", account_id=None, address="", role="owner")
_C, _O, _P, _V, _M = campaigns.c, campaign_occurrences.c, campaign_people.c, campaign_versions.c, outreach_messages.c


class Campaigner:
    """The loop of one process; ``start`` and ``stop`` once each. ``step`` does one round by hand. batch: people a transaction at most."""

    def __init__(self, house: House, workspaces: Workspaces, holder: str, clock: Callable[[], datetime], *, batch: int = BATCH) -> None:
        self._house, self._workspaces, self._clock, self._batch = house, workspaces, clock, batch
        self._hold = leases.Hold(house.store, "campaigns", holder, LEASE_SECONDS, clock)
        self._loop = Loop(
            "campaigns",
            self.step,
            store=house.store,
            still=2.0,
            pause=lambda worked, took: 0.0 if worked else PAUSE_SECONDS,
            close=self._hold.release,
        )
        self._looked: dict[tuple[int, int, int], datetime] = {}
        self._zones: dict[int, tuple[datetime, list[str]]] = {}

    def start(self) -> None:
        self._loop.start()

    def stop(self) -> None:
        """End after the round under way; returns when the thread has ended."""
        self._loop.stop()

    def step(self) -> bool:
        """One round; False when there was nothing to do."""
        going = self._going()
        if not going:
            return False
        worked = False
        lease = self._hold.take()
        for scope, one, running in going:
            if self._loop.ending.is_set():
                break
            try:
                if lease is not None:
                    worked |= self._lead(scope, one, running, lease)
                for row in running:
                    worked |= (
                        release(self._house, scope, self._launched(scope, one, row), row["occurrence"], self._clock(), batch=self._batch)
                        > 0
                    )
            except UemsError as error:
                if error.passes or error.code == "lease_lost":
                    raise
                self._broken(scope, one, error)
        return worked

    def _broken(self, scope: Scope, one: Campaign, error: UemsError) -> None:
        """One that cannot be worked out, as when its segment is archived, stops and says so; the others go on."""
        _logger.error("campaign %s cannot go on: %s", one.key, error)
        with self._house.store.write() as conn:
            stop_campaign(conn, _access(scope, self._clock()), one.key, "broken", {"code": error.code, "message": error.message[:500]})

    def _going(self) -> list[tuple[Scope, Campaign, Sequence[RowMapping]]]:
        """Campaigns that go on now, each with the times that are under way."""
        with self._house.store.read() as conn:
            query = select(campaigns).where(_C.state.in_(("scheduled", "running"))).order_by(_C.workspace_id, _C.campaign_id)
            rows = conn.execute(query).mappings().all()
            if not rows:
                return []
            under = conn.execute(select(campaign_occurrences).where(_O.state == "running").order_by(_O.occurrence)).mappings().all()
        found: list[tuple[Scope, Campaign, Sequence[RowMapping]]] = []
        for row in rows:
            scope = self._workspaces.look(row["workspace_id"])
            if scope is not None:
                place = (row["workspace_id"], row["campaign_id"])
                mine = [one for one in under if (one["workspace_id"], one["campaign_id"]) == place]
                found.append((scope, campaign_of(row), mine))
        return found

    def _launched(self, scope: Scope, one: Campaign, row: RowMapping) -> Campaign:
        """The campaign as it was launched for this time."""
        if row["version"] == one.version:
            return one
        mine = (_V.workspace_id == scope.workspace_id, _V.campaign_id == one.campaign_id, _V.version == row["version"])
        with self._house.store.read() as conn:
            spec = conn.execute(select(_V.spec).where(*mine)).scalar_one()
        return replace(one, spec=CampaignSpec.model_validate(spec), version=row["version"])

    def _lead(self, scope: Scope, one: Campaign, running: Sequence[RowMapping], lease: leases.Lease) -> bool:
        """What one process does for all."""
        now = self._clock()
        worked = False
        opened = self._due(scope, one, now)
        if opened is not None:
            worked |= self._begin(scope, one, opened, lease, now)
        for row in running:
            mine = self._launched(scope, one, row)
            if row["decide_at"] is not None and row["winner"] is None and row["decide_at"] <= now:
                self._decide(scope, mine, row, now)
                worked = True
            place = (scope.workspace_id, one.campaign_id, row["occurrence"])
            if now - self._looked.get(place, now - WATCHED_EVERY) >= WATCHED_EVERY:
                self._looked[place] = now
                if not self._stopped(scope, one, now):
                    self._end(scope, mine, row, now)
        if not running and opened is None and self._over(scope, one, now):
            self._finish(scope, one, now)
        return worked

    def _due(self, scope: Scope, one: Campaign, now: datetime) -> Opening | None:
        """The opening whose time has come and that has not taken place."""
        timing, since = one.spec.timing, one.launched_at or now
        with self._house.store.read() as conn:
            mine = (_O.workspace_id == scope.workspace_id, _O.campaign_id == one.campaign_id, _O.state != "freezing")
            known = set(conn.execute(select(_O.slot).where(*mine)).scalars())
        if timing.schedule is None:
            found = [Opening(slot=ONCE, at=since, day=None)]
        else:
            # One that comes again is not made up for when it is too late; one that comes once is asked about. What is written down in
            # whole minutes may have begun just before the launch.
            begin = max(now - TOO_LATE, since - timedelta(minutes=1)) if one.spec.recurring else min(since, now) - timedelta(days=2)
            zones = self._zones_of(scope, now) if timing.clock == "person" else []
            found = list(planned(timing, scope.zone, zones, Period(start=begin, end=now + timedelta(microseconds=1))))
        return next((opened for opened in found if slot_of(one, opened) not in known), None)

    def _zones_of(self, scope: Scope, now: datetime) -> list[str]:
        known = self._zones.get(scope.workspace_id)
        if known is None or not timedelta(0) <= now - known[0] < _ZONES_KEPT:
            known = self._zones[scope.workspace_id] = (now, zones_there(self._house, scope))
        return known[1]

    def _begin(self, scope: Scope, one: Campaign, opened: Opening, lease: leases.Lease, now: datetime) -> bool:
        if now - opened.at > TOO_LATE and one.reason != RESUMED and one.spec.timing.schedule is not None:
            self._turn(scope, one, {"state": "paused", "reason": LATE, "held_at": now}, "campaign.paused", now)
            return True
        found = find_audience(self._house, scope, one.spec.audience, now)
        over = restraints(self._house.store, scope)[0].campaigns.approval_over
        if over is not None and len(found.people) > over and not one.approved_by:
            self._turn(scope, one, {"state": "waiting", "reason": "grown"}, "campaign.waiting", now)
            return True
        found.tell(self._house, scope, now)
        return freeze(self._house, scope, one, opened, found, lease, now)

    def _decide(self, scope: Scope, one: Campaign, row: RowMapping, now: datetime) -> None:
        """Choose the variant for those who wait, write down by which numbers, and let them have their turn."""
        by, number = one.spec.test.by, row["occurrence"]
        with self._house.store.read() as conn:
            sent = count_messages(conn, scope, one.key, number)
        hits: Mapping[tuple[int | None, str], int] = {}
        if by == "goal" and one.spec.goal is not None:
            reached = reached_goal(self._house, scope, one.spec.goal, row["begun_at"])
            hits = count_converted(self._house.store, scope, one.campaign_id, number, reached)
        tried = []
        for place in range(len(one.spec.variants)):
            mine = sent.get(letter_of(place))
            count = 0 if mine is None else mine.sent
            hit = hits.get((place, "sent"), 0) if by == "goal" else 0 if mine is None else getattr(mine, by)
            tried.append(Tried(sent=count, hits=min(hit, count)))
        chosen = choose(tried)
        decision = {
            "by": by,
            "why": chosen.why,
            "sent": [each.sent for each in tried],
            "hits": [each.hits for each in tried],
            "probabilities": list(chosen.probabilities),
            "at": now.isoformat(),
        }
        with self._house.store.write() as conn:
            open_ = update(campaign_occurrences).where(*of_occurrence(scope, one, number, _O), _O.winner.is_(None))
            if conn.execute(open_.values(winner=chosen.winner, decision=decision)).rowcount:
                rest = update(campaign_people).where(*of_occurrence(scope, one, number, _P), _P.state == "waiting")
                conn.execute(rest.values(state="ready", variant=chosen.winner, due_at=_P.planned_at))
                audit(conn, _access(scope, now), "campaign.decided", f"campaign:{one.key}", None, {"occurrence": number, **decision})

    def _stopped(self, scope: Scope, one: Campaign, now: datetime) -> bool:
        """Stop it where too much bounces or is complained of; whether it was."""
        limits = restraints(self._house.store, scope)[0].campaigns
        with self._house.store.read() as conn:
            counts = list(count_messages(conn, scope, one.key, None, one.watched_since).values())
        wrong = what_is_wrong(counts, limits)
        if wrong is None:
            return False
        with self._house.store.write() as conn:
            stop_campaign(conn, _access(scope, now), one.key, wrong.reason, wrong.facts)
        _logger.warning("campaign %s stopped: %s", one.key, wrong.facts)
        return True

    def _end(self, scope: Scope, one: Campaign, row: RowMapping, now: datetime) -> None:
        """Close a time of which nobody is left and nothing is on its way."""
        number = row["occurrence"]
        left = exists().where(*of_occurrence(scope, one, number, _P), _P.state.in_(("ready", "waiting")))
        moving = exists().where(*of_campaign(scope.workspace_id, one.key), _M.origin_entry == number, _M.state.in_(MOVING))
        with self._house.store.read() as conn:
            if conn.execute(select(left)).scalar() or conn.execute(select(moving)).scalar():
                return
        with self._house.store.write() as conn:
            open_ = update(campaign_occurrences).where(*of_occurrence(scope, one, number, _O), _O.state == "running")
            conn.execute(open_.values(state="done", ended_at=now))
            others = exists().where(
                _O.workspace_id == scope.workspace_id, _O.campaign_id == one.campaign_id, _O.state.in_(("running", "freezing"))
            )
            if not conn.execute(select(others)).scalar():
                rests = update(campaigns).where(
                    _C.workspace_id == scope.workspace_id, _C.campaign_id == one.campaign_id, _C.state == "running"
                )
                conn.execute(rests.values(state="scheduled", reason=""))

    def _over(self, scope: Scope, one: Campaign, now: datetime) -> bool:
        """Whether nothing is planned any more."""
        if not one.spec.recurring:
            mine = (_O.workspace_id == scope.workspace_id, _O.campaign_id == one.campaign_id, _O.version == one.version)
            with self._house.store.read() as conn:
                return conn.execute(select(_O.occurrence).where(*mine, _O.state == "done")).first() is not None
        if not one.spec.timing.until:
            return False
        ahead = Period(start=now, end=now + timedelta(days=400))
        return next(planned(one.spec.timing, scope.zone, [], ahead), None) is None

    def _finish(self, scope: Scope, one: Campaign, now: datetime) -> None:
        with self._house.store.write() as conn:
            mine = (_C.workspace_id == scope.workspace_id, _C.campaign_id == one.campaign_id, _C.state == "scheduled")
            conn.execute(update(campaigns).where(*mine).values(state="done", reason="", changed_at=now))

    def _turn(self, scope: Scope, one: Campaign, values: dict[str, object], action: str, now: datetime) -> None:
        access = _access(scope, now)
        with self._house.store.write() as conn:
            mine = (_C.workspace_id == scope.workspace_id, _C.campaign_id == one.campaign_id)
            if conn.execute(select(_C.state).where(*mine)).scalar_one() == one.state:
                change(conn, access, one, {**values, "changed_at": now})
                audit(
                    conn,
                    access,
                    action,
                    f"campaign:{one.key}",
                    {"state": one.state},
                    {"state": values["state"], "reason": values["reason"]},
                )


def _access(scope: Scope, now: datetime) -> Access:
    """By whom the audit log says that it was done where nobody did it."""
    return Access(scope=scope, actor=_SYSTEM, now=now)
