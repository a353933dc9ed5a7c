"""What would become of the messages of dry runs? Decided when their time comes, by the code that decides about real ones.

What people were really sent counts for their caps, and what the same dry run would have sent them; nothing of it counts for anybody
else. There is no way from here to a transport: the letter is written, to find out whether it can be, and thrown away.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, RowMapping, bindparam, literal_column, select, update

from uems.access.api import Workspaces
from uems.kernel import leases
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.loops import Loop
from uems.kernel.scope import Scope
from uems.kernel.store import to_microseconds
from uems.outreach.consent.tokens import Tokens
from uems.outreach.dry.tables import WAITING, flow_dry_messages
from uems.outreach.messages import weighing
from uems.outreach.messages.attempts import Claimed
from uems.outreach.messages.deciding import WEEK, Decision, Known, Past, consents_by_person, judge, past_of, suppressed_of
from uems.outreach.messages.reaching import Reached, reach
from uems.outreach.messages.sender import Frame, frame_of
from uems.outreach.messages.writing import Writer
from uems.prediction import api as prediction

_logger = logging.getLogger("uems.outreach")

BATCH: Final = 1_000
PAUSE_SECONDS: Final = 1.0
LEASE_SECONDS: Final = 60.0
_M = flow_dry_messages.c
_ENDS: Final = {"send": "would_send", "suppress": "suppressed", "expire": "expired"}


class DryDecider:
    """The loop of one process; ``start`` and ``stop`` once each. ``step`` does one round by hand."""

    def __init__(self, house: House, workspaces: Workspaces, holder: str, clock: Callable[[], datetime]) -> None:
        self._house, self._workspaces, self._clock = house, workspaces, clock
        self._writer = Writer(house, Tokens(house.settings), workspaces)
        self._hold = leases.Hold(house.store, "flow_dry_runs", holder, LEASE_SECONDS, clock)
        self._loop = Loop(
            "dry runs", self.step, store=house.store, pause=lambda worked, took: 0.0 if worked else PAUSE_SECONDS, close=self._hold.release
        )

    def start(self) -> None:
        self._loop.start()

    def stop(self) -> None:
        """End after the round under way; returns when the thread has ended."""
        self._loop.stop()

    def step(self) -> bool:
        """Decide about what is due; False when nothing was."""
        now = self._clock()
        query = select(flow_dry_messages).where(literal_column(WAITING.text), _M.next_at <= now)
        with self._house.store.read() as conn:
            due = conn.execute(query.order_by(_M.next_at).limit(BATCH)).mappings().all()
        if not due or self._hold.take() is None:
            return False
        for place in sorted({(row["workspace_id"], row["flow_id"]) for row in due}):
            scope = self._workspaces.look(place[0])
            mine = [row for row in due if (row["workspace_id"], row["flow_id"]) == place]
            if scope is None:
                self._write(mine, [Decision(message_id=row["dry_id"], verdict="suppress", reason="no_workspace") for row in mine], now)
            else:
                self._write(mine, self._decided(scope, place[1], mine, now), now)
        return True

    def _decided(self, scope: Scope, flow_id: int, rows: Sequence[RowMapping], now: datetime) -> list[Decision]:
        batch = [_claimed(row) for row in rows]
        people = reach(self._house, scope, {one.person_id for one in batch})
        with self._house.store.read() as conn:
            frame = frame_of(conn, self._house, scope)
            owner = {number: person.person_id for person in people.values() for number in person.numbers}
            known = Known(
                consents=consents_by_person(conn, scope, owner),
                suppressed=suppressed_of(conn, scope, frame.rules, {(one.person_id, one.channel) for one in batch}, people),
                past=_both(past_of(conn, scope, people, now), _dry_past(conn, scope, flow_id, owner, now)),
                harmed=prediction.harmed_by(conn, scope, frame.rules.guards, owner),
            )
        short = [one for one in batch if one.channel in weighing.SHORT and one.person_id in people]
        written = weighing.written(self._writer, scope, frame.setups, frame.versions, short, people, now)
        weights = {number: one.weight for number, one in written.items()}
        decisions = judge(frame.rules, batch, people, known, now, weights)
        by_id = {one.message_id: one for one in batch}
        return [self._tried(scope, frame, by_id[one.message_id], one, people, now) for one in decisions]

    def _tried(
        self, scope: Scope, frame: Frame, one: Claimed, decision: Decision, people: Mapping[int, Reached], now: datetime
    ) -> Decision:
        """What may be sent still has to be written, which a value that is missing prevents."""
        if decision.verdict != "send":
            return decision
        setup, version, person = frame.setups[one.channel], frame.versions[one.template_id], people[one.person_id]
        try:
            weighing.write(self._writer, scope, setup, version, one, person, now).checked()
        except UemsError as error:
            return Decision(message_id=one.message_id, verdict="suppress", reason=error.code)
        except Exception:
            # As for real ones: what breaks the writing of one letter is told, and holds up no other.
            _logger.exception("a letter of a dry run could not be written (template %s, node %s)", one.template_id, one.origin_node)
            return Decision(message_id=one.message_id, verdict="suppress", reason="broken")
        return decision

    def _write(self, rows: Sequence[RowMapping], decisions: Sequence[Decision], now: datetime) -> None:
        """Only of those that still wait: one that was called off meanwhile stays so."""
        until = {row["dry_id"]: row["next_at"] for row in rows}
        statement = update(flow_dry_messages).where(_M.dry_id == bindparam("b_id"), _M.state == "queued")
        names = ("state", "reason", "next_at", "decided_at")
        values: list[dict[str, Any]] = [
            {
                "b_id": one.message_id,
                "b_state": _ENDS.get(one.verdict, "queued"),
                "b_reason": one.reason,
                "b_next_at": one.until or until[one.message_id],
                "b_decided_at": now if one.verdict in _ENDS else None,
            }
            for one in decisions
        ]
        with self._house.store.write() as conn:
            conn.execute(statement.values(**{name: bindparam(f"b_{name}") for name in names}), values)


def _claimed(row: RowMapping) -> Claimed:
    same = ("workspace_id", "send_key", "person_id", "channel", "template_id", "kind", "topic", "context", "priority")
    return Claimed(
        **{name: row[name] for name in same},
        message_id=row["dry_id"],
        origin_type="flow",
        origin_id=str(row["flow_id"]),
        origin_version=1,
        origin_node=row["node"],
        attempts=0,
        expires_at=row["expires_at"],
        enqueued_at=row["enqueued_at"],
    )


def _dry_past(conn: Connection, scope: Scope, flow_id: int, owner: Mapping[int, int], now: datetime) -> dict[int, Past]:
    """person → what this dry run would have sent them in the last eight days."""
    mine = (_M.workspace_id == scope.workspace_id, _M.flow_id == flow_id, _M.person_id.in_(sorted(owner)))
    since = (_M.state == "would_send", _M.decided_at >= now - WEEK - timedelta(days=1))
    found: dict[int, Past] = {}
    for row in conn.execute(select(_M.person_id, _M.decided_at, _M.channel, _M.kind).where(*mine, *since)):
        found.setdefault(owner[row.person_id], []).append((to_microseconds(row.decided_at), row.channel, row.kind))
    return found


def _both(one: Mapping[int, Past], other: Mapping[int, Past]) -> dict[int, Past]:
    return {person: [*one.get(person, []), *other.get(person, [])] for person in {*one, *other}}
