"""What becomes of the messages of a simulation? The same decisions as when it is live, by what is known of people in the real store.

Messages wait in memory and are written once, when it is known what became of them. Nothing is rendered and nothing leaves the house.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from heapq import heappop, heappush
from itertools import islice
from typing import Final

from sqlalchemy import select, tuple_

from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.sql import Sql, ident, join
from uems.kernel.store import Store, dump_json, to_microseconds
from uems.outreach.flows.steps import Run
from uems.outreach.messages.attempts import Claimed
from uems.outreach.messages.deciding import WEEK, Decision, Known, Past, Rules, consents_by_person, judge, suppressed_of
from uems.outreach.messages.model import Outgoing
from uems.outreach.messages.outbox import addressed, heads_of
from uems.outreach.messages.reaching import Reached, reach
from uems.outreach.tables import outreach_messages
from uems.prediction import api as prediction

_BATCH: Final = 20_000
_CHUNK: Final = 2_000
_COLUMNS: Final = (
    "message_id", "workspace_id", "send_key", "person_id", "channel", "template_id", "kind", "topic", "origin_type", "origin_id",
    "origin_version", "origin_node", "origin_entry", "priority", "state", "reason", "parts", "next_at", "expires_at", "enqueued_at",
    "sent_at", "changed_at",
)  # fmt: skip
_INTO: Final = join(Sql(", "), [ident(name) for name in _COLUMNS])
_VALUES: Final = join(Sql(", "), [Sql("?") for _ in _COLUMNS])
# What a letter would be filled with is left out: it is never written.
_INSERT: Final = Sql(
    f"INSERT INTO outreach_messages ({_INTO}, template_version, language, context, detail, attempts, claimed_by, address,"
    f" provider_id, cost_micros) VALUES ({_VALUES}, 0, '', '{{}}', '', 0, '', '', '', 0)"
)
_DECIDED: Final = Sql("INSERT INTO outreach_decisions (workspace_id, message_id, at, verdict, reason, facts) VALUES (?, ?, ?, ?, ?, ?)")
_M = outreach_messages.c


class _Waiting:
    """One message. next_us: when it is looked at, microseconds since 1970. entry: of the run that asked for it."""

    __slots__ = ("claimed", "entry", "next_us", "reason")

    def __init__(self, claimed: Claimed, entry: int, next_us: int) -> None:
        self.claimed, self.entry, self.next_us, self.reason = claimed, entry, next_us, ""


class Letters:
    """The messages of one simulation; not for several threads.

    own: number of the flow, whose real messages are left out; the simulation has its own. since, until: the stretch that is gone through.
    """

    def __init__(self, house: House, scope: Scope, rules: Rules, own: int, since: datetime, until: datetime) -> None:
        self._house, self._scope, self._rules, self._own = house, scope, rules, own
        self._since, self._until = since, until
        self._waiting: dict[int, _Waiting] = {}
        self._due: list[tuple[int, int]] = []
        self._number = 0
        self._heads: dict[str, tuple[str, str]] = {}
        self._people: dict[int, Reached | None] = {}
        self._lent: set[int] = set()
        self._consents: dict[int, Mapping[tuple[str, str], str]] = {}
        self._suppressed: dict[tuple[str, str], str] = {}
        self._harmed: dict[int, set[prediction.GuardedOrigin]] = {}
        self._past: dict[int, Past] = {}
        # What was really sent later than now: (when, person, channel, kind), the latest first.
        self._later: list[tuple[int, int, str, str]] = []
        # The same few facts stand behind thousands of decisions; by time as much as by person, so not kept for long.
        self._facts: dict[tuple[tuple[str, object], ...], str] = {}
        self._over: list[tuple[object, ...]] = []
        self._decided: list[tuple[object, ...]] = []

    @property
    def next_at(self) -> int | None:
        """When a message is looked at next; None while none waits."""
        return self._due[0][0] if self._due else None

    def ask(self, asked: Sequence[tuple[Run, Outgoing]], now: datetime) -> None:
        """Put messages into the outbox of the simulation."""
        fresh = {out.template_id for _, out in asked} - self._heads.keys()
        if fresh:
            with self._house.store.read() as conn:
                self._heads.update(heads_of(conn, self._scope, fresh))
        now_us = to_microseconds(now)
        for _, out in asked:
            self._number += 1
            channel, topic = addressed(out, self._heads)
            origin = out.origin
            claimed = Claimed(
                message_id=self._number,
                workspace_id=self._scope.workspace_id,
                send_key=out.send_key,
                person_id=out.person_id,
                channel=channel,
                template_id=out.template_id,
                kind=out.kind,
                topic=topic,
                origin_type=origin.type,
                origin_id=origin.id,
                origin_version=origin.version,
                origin_node=origin.node,
                context=out.context,
                priority=out.priority,
                attempts=0,
                expires_at=out.expires_at,
                enqueued_at=now,
            )
            next_us = now_us if out.not_before <= now else to_microseconds(out.not_before)
            self._waiting[self._number] = _Waiting(claimed, origin.entry, next_us)
            heappush(self._due, (next_us, self._number))

    def decide(self, now: datetime, others: Iterable[int]) -> None:
        """Decide about every message whose time has come; those that may be sent count as sent.

        others: people who are likely to be written to soon, looked up with those who have to be.
        """
        now_us = to_microseconds(now)
        while self._due and self._due[0][0] <= now_us:
            batch: list[_Waiting] = []
            while self._due and self._due[0][0] <= now_us and len(batch) < _BATCH:
                batch.append(self._waiting[heappop(self._due)[1]])
            numbers = {one.claimed.person_id for one in batch}
            if not numbers <= self._people.keys():
                strangers = (number for number in others if number not in self._people)
                self._meet([*numbers, *islice(strangers, _BATCH)])
            self._catch_up(now_us)
            people = {number: person for number in numbers if (person := self._people[number]) is not None}
            asked = [one.claimed for one in batch]
            known = Known(consents=self._consents, suppressed=self._suppressed, past=self._past, harmed=self._harmed)
            for decision in judge(self._rules, asked, people, known, now):
                self._settle(decision, now_us)

    def write(self, scratch: Store, *, everything: bool = False) -> None:
        """Write what is settled where it is much, or all messages at the end."""
        if everything:
            self._over += [self._row(one, "queued", one.reason, None, one.next_us, one.next_us) for one in self._waiting.values()]
        elif len(self._over) < _BATCH and len(self._decided) < _BATCH:
            return
        with scratch.write() as conn:
            if self._over:
                conn.exec_driver_sql(_INSERT, self._over)
            if self._decided:
                conn.exec_driver_sql(_DECIDED, self._decided)
        self._over, self._decided = [], []
        self._facts.clear()

    def _settle(self, one: Decision, now_us: int) -> None:
        about = tuple(one.facts.items())
        facts = self._facts.get(about)
        if facts is None:
            facts = self._facts[about] = dump_json(dict(one.facts))
        self._decided.append((self._scope.workspace_id, one.message_id, now_us, one.verdict, one.reason, facts))
        message = self._waiting[one.message_id]
        if one.verdict == "hold":
            assert one.until is not None, "what is held is looked at again"
            message.next_us, message.reason = to_microseconds(one.until), one.reason
            heappush(self._due, (message.next_us, one.message_id))
            return
        del self._waiting[one.message_id]
        if one.verdict == "send":
            self._over.append(self._row(message, "accepted", "", now_us, now_us, now_us))
        else:
            state = "expired" if one.verdict == "expire" else "suppressed"
            self._over.append(self._row(message, state, one.reason, None, message.next_us, now_us))

    @staticmethod
    def _row(one: _Waiting, state: str, reason: str, sent_us: int | None, next_us: int, changed_us: int) -> tuple[object, ...]:
        m = one.claimed
        times = (next_us, to_microseconds(m.expires_at), to_microseconds(m.enqueued_at), sent_us, changed_us)
        return (
            m.message_id, m.workspace_id, m.send_key, m.person_id, m.channel, m.template_id, m.kind, m.topic, m.origin_type, m.origin_id,
            m.origin_version, m.origin_node, one.entry, m.priority, state, reason, int(sent_us is not None), *times,
        )  # fmt: skip

    def _meet(self, numbers: Sequence[int]) -> None:
        """Look up who they are, what they allow, and what they were really sent: once, as things are today."""
        fresh = list(dict.fromkeys(number for number in numbers if number not in self._people))
        found = reach(self._house, self._scope, fresh)
        people = {number: self._lean(found[number]) if number in found else None for number in fresh}
        self._people.update(people)
        here = {number: person for number, person in people.items() if person is not None}
        owner = {number: person.person_id for person in here.values() for number in person.numbers}
        ways = [(number, channel) for number in here for channel in self._rules.media]
        with self._house.store.read() as conn:
            self._consents.update(consents_by_person(conn, self._scope, owner))
            self._suppressed.update(suppressed_of(conn, self._scope, self._rules, ways, here))
            self._harmed.update(prediction.harmed_by(conn, self._scope, self._rules.guards, owner))
            strange = sorted(owner.keys() - self._lent)
            for start in range(0, len(strange), _CHUNK):
                mine = (_M.workspace_id == self._scope.workspace_id) & _M.person_id.in_(strange[start : start + _CHUNK])
                theirs = mine & (_M.sent_at >= self._since - WEEK) & (_M.sent_at < self._until)
                other = tuple_(_M.origin_type, _M.origin_id) != ("flow", str(self._own))
                for row in conn.execute(select(_M.person_id, _M.sent_at, _M.channel, _M.kind).where(theirs, other)):
                    self._later.append((to_microseconds(row.sent_at), owner[row.person_id], row.channel, row.kind))
        self._lent.update(strange)
        self._later.sort(reverse=True)

    def _lean(self, person: Reached) -> Reached:
        """Without what only a letter would read: everybody stays in memory."""
        wanted = set(self._rules.media.values())
        return replace(person, values={name: value for name, value in person.values.items() if name in wanted})

    def _catch_up(self, now_us: int) -> None:
        """What they were really sent until now, by everything but this flow, counts for their caps."""
        while self._later and self._later[-1][0] <= now_us:
            at, person, channel, kind = self._later.pop()
            self._past.setdefault(person, []).append((at, channel, kind))
