"""Who sends what is due? One loop in each process: take, look, decide, write, hand over, write again, tell.

Several of them on PostgreSQL share the work: a message is taken by one, and who decides for a workspace does so in turn.
"""

import asyncio
import json
import logging
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from sqlalchemy import Connection, delete

from uems.access.api import Workspaces
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.ids import new_id
from uems.kernel.loops import Loop
from uems.kernel.scope import Scope
from uems.kernel.store import insert_many, lock
from uems.outreach.campaigns.standstill import held_campaigns
from uems.outreach.channel import Letter, Refused, Transport
from uems.outreach.consent.sealed import address_key, sealed_address
from uems.outreach.consent.settings import Setup, read_restraints, read_topics, setups
from uems.outreach.consent.tokens import Tokens
from uems.outreach.holdouts.definitions import read_holdouts
from uems.outreach.inbox import shelf
from uems.outreach.messages import claiming, news, weighing
from uems.outreach.messages.attempts import Claimed, Settled
from uems.outreach.messages.deciding import Decision, Rules, decide
from uems.outreach.messages.reaching import Reached, reach
from uems.outreach.messages.writing import Writer
from uems.outreach.pruning import Pruner, limited
from uems.outreach.tables import outreach_bodies, outreach_decisions, outreach_news
from uems.outreach.templates.definitions import usable_templates
from uems.prediction import api as prediction

PAUSE_SECONDS: Final = 1.0
BATCH: Final = 1_000
_logger = logging.getLogger("uems.outreach")
_SWEEP: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What a batch of one workspace is sent by."""

    scope: Scope
    rules: Rules
    setups: Mapping[str, Setup]
    versions: Mapping[str, int]
    written: Mapping[int, weighing.Written] = field(default_factory=dict)


class Sender:
    """The loop of one process; ``start`` and ``stop`` once each. ``step`` does one round by hand."""

    def __init__(self, house: House, workspaces: Workspaces, clock: Callable[[], datetime]) -> None:
        self.house, self._workspaces, self._clock = house, workspaces, clock
        self._holder = new_id("sender")
        self._writer = Writer(house, Tokens(house.settings), workspaces)
        # An embedded warehouse is owned by one process: whatever is under way at its start was left by a dead one.
        self._alone = house.warehouse.engine == "chdb" and house.store.dialect == "sqlite"
        self._swept: datetime | None = None
        self._pruner = Pruner(house.store)
        self._loop = Loop("messages", self.step, store=house.store, still=2.0, pause=lambda worked, took: 0.0 if worked else PAUSE_SECONDS)

    def start(self) -> None:
        self._loop.start()

    def stop(self) -> None:
        """End after what is under way; returns when the thread has ended."""
        self._loop.stop()

    def step(self) -> bool:
        """Send what is due and tell what became of it; whether there was anything."""
        now = self._clock()
        if self._alone:
            claiming.recover(self.house.store, now, everything=True)
            self._alone = False
        self._sweep(now)
        worked = False
        if claiming.any_due(self.house.store, now):
            claiming.recover(self.house.store, now)
            batch = claiming.claim(self.house.store, self._holder, now, BATCH)
            for workspace_id in sorted({one.workspace_id for one in batch}):
                self._send([one for one in batch if one.workspace_id == workspace_id], workspace_id)
            worked = bool(batch)
        return bool(news.tell(self.house, _Scopes(self._workspaces), self._clock())) or worked

    def _send(self, batch: Sequence[Claimed], workspace_id: int) -> None:
        scope = self._workspaces.look(workspace_id)
        if scope is None:
            done = [Settled(message=one, state="cancelled", reason="no_workspace") for one in batch]
            claiming.settle(self.house.store, self._holder, done, self._clock())
            return
        people = reach(self.house, scope, {one.person_id for one in batch})
        frame, allowed = self._decided(scope, batch, people, self._written(scope, batch, people))
        by_channel: dict[str, list[Claimed]] = {}
        for one in allowed:
            by_channel.setdefault(one.channel, []).append(one)
        for channel, messages in by_channel.items():
            self._hand_over(frame, channel, messages, people)

    def _written(self, scope: Scope, batch: Sequence[Claimed], people: Mapping[int, Reached]) -> dict[int, weighing.Written]:
        """Messages of channels that bill by length, written before it is decided: what they come to is part of the decision."""
        short = [one for one in batch if one.channel in weighing.SHORT and one.person_id in people]
        if not short:
            return {}
        with self.house.store.read() as conn:
            frame = frame_of(conn, self.house, scope)
        return weighing.written(self._writer, scope, frame.setups, frame.versions, short, people, self._clock())

    def _decided(
        self, scope: Scope, batch: Sequence[Claimed], people: Mapping[int, Reached], written: Mapping[int, weighing.Written]
    ) -> tuple[Frame, list[Claimed]]:
        """Decide and write it down; what may be sent. From here on it counts as sent, until it is refused."""
        weights = {number: one.weight for number, one in written.items()}
        now = self._clock()
        with self.house.store.write() as conn:
            lock(conn, f"outreach:{scope.workspace_id}")
            frame = replace(frame_of(conn, self.house, scope), written=written)
            decisions = decide(conn, scope, frame.rules, batch, people, now, weights)
            write_decisions(conn, self._holder, batch, decisions, now)
        sent = {one.message_id for one in decisions if one.verdict == "send"}
        return frame, [one for one in batch if one.message_id in sent]

    def _hand_over(self, frame: Frame, channel: str, messages: Sequence[Claimed], people: Mapping[int, Reached]) -> None:
        setup = frame.setups[channel]
        asyncio.run(_delivered(self, frame, setup, messages, people))

    def letter(self, frame: Frame, one: Claimed, person: Reached) -> Letter:
        """The message as this person reads it. Raises UemsError where the template does not allow it."""
        known, version, now = frame.written.get(one.message_id), frame.versions[one.template_id], self._clock()
        if known is not None and known.version == version:
            return replace(known.letter, at=now)
        return weighing.write(self._writer, frame.scope, frame.setups[one.channel], version, one, person, now).checked()

    def begin(self, messages: Sequence[Claimed]) -> set[int]:
        """Those that may leave the house now."""
        return claiming.begin(self.house.store, self._holder, messages, self._clock())

    def settle(self, done: Sequence[Settled]) -> None:
        """What came of them."""
        claiming.settle(self.house.store, self._holder, done, self._clock())

    def now(self) -> datetime:
        return self._clock()

    def _sweep(self, now: datetime) -> None:
        """Let go of bodies that were kept long enough."""
        if self._swept is not None and now - self._swept < _SWEEP:
            return
        self._swept = now
        with self.house.store.write() as conn:
            for workspace_id in {scope.workspace_id for scope in self._workspaces.with_data()}:
                kept, _ = read_restraints(conn, workspace_id)
                old = outreach_bodies.c.at < now - timedelta(days=kept.bodies_kept_days)
                conn.execute(delete(outreach_bodies).where(outreach_bodies.c.workspace_id == workspace_id, old))
            shelf.sweep(conn, now)
        for workspace_id in limited(self.house.store):
            self._pruner.step(workspace_id, now, self._loop.ending.is_set)


class _Scopes(Mapping[int, Scope | None]):
    """Workspaces by number, asked for when they are needed."""

    def __init__(self, workspaces: Workspaces) -> None:
        self._workspaces = workspaces

    def __getitem__(self, workspace_id: int) -> Scope | None:
        return self._workspaces.look(workspace_id)

    def __iter__(self) -> Iterator[int]:
        return iter(())

    def __len__(self) -> int:
        return 0


def frame_of(conn: Connection, house: House, scope: Scope) -> Frame:
    """By what the workspace decides and sends now."""
    restraints, _ = read_restraints(conn, scope.workspace_id)
    channels = setups(conn, house.settings, scope.workspace_id)
    versions = usable_templates(conn, scope.workspace_id)
    rules = Rules(
        restraints=restraints,
        topics=read_topics(conn, scope.workspace_id),
        media={key: one.channel.address_key(one.config) for key, one in channels.items() if one.usable},
        off={key: one.lacks or "disabled" for key, one in channels.items() if not one.usable},
        templates=frozenset(versions),
        spellings={key: partial(one.channel.spellings, one.config) for key, one in channels.items() if one.usable},
        sealed=partial(sealed_address, address_key(house.settings), scope.workspace_id),
        held=held_campaigns(conn, scope.workspace_id),
        holdouts=[one for one in read_holdouts(conn, scope.workspace_id) if not one.now.ended],
        guards=prediction.read_guards(conn, scope.workspace_id),
    )
    return Frame(scope=scope, rules=rules, setups=channels, versions=versions)


def write_decisions(conn: Connection, holder: str, batch: Sequence[Claimed], decisions: Sequence[Decision], now: datetime) -> None:
    """Every decision with its facts; the messages follow, those that are sent as if they were already."""
    by_id = {one.message_id: one for one in batch}
    groups: dict[tuple[str, str, datetime | None], list[int]] = {}
    for one in decisions:
        groups.setdefault((one.verdict, one.reason, one.until), []).append(one.message_id)
    for (verdict, reason, until), ids in groups.items():
        claiming.change(conn, ids, **_after(verdict, reason, until, now))
    rows = [
        {
            "workspace_id": by_id[one.message_id].workspace_id,
            "message_id": one.message_id,
            "at": now,
            "verdict": one.verdict,
            "reason": one.reason,
            "facts": dict(one.facts),
        }
        for one in decisions
    ]
    insert_many(conn, outreach_decisions, rows)
    ended = [one for one in decisions if one.verdict in ("suppress", "expire")]
    insert_many(
        conn,
        outreach_news,
        [
            news.news_of(
                Settled(message=by_id[one.message_id], state="expired" if one.verdict == "expire" else "suppressed", reason=one.reason), now
            )
            for one in ended
        ],
    )


def _after(verdict: str, reason: str, until: datetime | None, now: datetime) -> dict[str, Any]:
    if verdict == "send":
        return {"sent_at": now, "reason": "", "changed_at": now}
    free = {"claimed_by": "", "claimed_until": None, "reason": reason, "changed_at": now}
    if verdict == "hold":
        return {**free, "state": "queued", "next_at": until}
    return {**free, "state": "expired" if verdict == "expire" else "suppressed"}


async def _delivered(sender: Sender, frame: Frame, setup: Setup, messages: Sequence[Claimed], people: Mapping[int, Reached]) -> None:
    """Hand over all of them, some at once. What is under way is written before it leaves; what came of it, as soon as it is known."""
    wide = setup.channel.connections
    ready: asyncio.Queue[tuple[Claimed, Letter] | None] = asyncio.Queue(maxsize=wide)
    done: asyncio.Queue[Settled | None] = asyncio.Queue()

    async def produce() -> None:
        for start in range(0, len(messages), wide):
            letters: list[tuple[Claimed, Letter]] = []
            for one in messages[start : start + wide]:
                try:
                    letters.append((one, sender.letter(frame, one, people[one.person_id])))
                except UemsError as error:
                    done.put_nowait(Settled(message=one, state="suppressed", reason=error.code, detail=error.message))
                except Exception as error:  # nothing has left the house; one that breaks would come back and stop the others for ever
                    _logger.exception("message %d: its letter cannot be written", one.message_id)
                    done.put_nowait(Settled(message=one, state="failed", reason="broken", detail=f"{type(error).__name__}: {error}"))
            ours = await asyncio.to_thread(sender.begin, [one for one, _ in letters]) if letters else set()
            for pair in letters:
                if pair[0].message_id in ours:
                    await ready.put(pair)
        for _ in range(wide):
            await ready.put(None)

    async def send(transport: Transport) -> None:
        while (pair := await ready.get()) is not None:
            done.put_nowait(await _handed(transport, *pair, frame, sender.now))

    async def write() -> None:
        while True:
            gathered = [await done.get()]
            while not done.empty():
                gathered.append(done.get_nowait())
            some = [one for one in gathered if one is not None]
            if some:
                await asyncio.to_thread(sender.settle, some)
            if None in gathered:
                return

    async with setup.channel.open(sender.house, frame.scope, setup.config) as transport, asyncio.TaskGroup() as group:
        group.create_task(write())
        async with asyncio.TaskGroup() as work:
            work.create_task(produce())
            for _ in range(wide):
                work.create_task(send(transport))
        done.put_nowait(None)


async def _handed(transport: Transport, one: Claimed, letter: Letter, frame: Frame, clock: Callable[[], datetime]) -> Settled:
    known: dict[str, Any] = {
        "message": one,
        "address": letter.address if frame.rules.media[one.channel] != "address" else "",
        "language": letter.language,
        "template_version": frame.versions[one.template_id],
        "packed": packed(letter),
    }
    try:
        handed = await transport.send(letter)
    except Refused as refused:
        return _refused(known, one, refused, clock(), frame)
    except Exception as error:  # one message that breaks must not take the others with it
        _logger.exception("message %d: channel %s broke", one.message_id, one.channel)
        return Settled(**known, state="unknown", reason="broken", detail=f"{type(error).__name__}: {error}")
    return Settled(
        **known,
        state="accepted",
        provider_id=handed.provider_id,
        detail=handed.detail,
        parts=handed.parts,
        cost_micros=handed.cost_micros,
    )


def _refused(known: dict[str, Any], one: Claimed, refused: Refused, now: datetime, frame: Frame) -> Settled:
    message = str(refused)
    if refused.uncertain and frame.setups[one.channel].channel.unknown == "kept":
        return Settled(**known, state="unknown", reason="no_answer", detail=message)
    if refused.permanent:
        return Settled(**known, state="failed", reason="bad_address" if refused.bad_address else "refused", detail=message)
    again = claiming.wait_until(one.attempts, refused.wait_seconds, now)
    if one.attempts + 1 >= claiming.ATTEMPTS or again >= one.expires_at:
        return Settled(**known, state="failed", reason="given_up", detail=message)
    return Settled(**known, state="queued", reason="trying_again", detail=message, next_at=again)


def packed(letter: Letter) -> bytes:
    """What left the house, small; see ``unpacked``."""
    parts = {"subject": letter.subject, "html": letter.html, "text": letter.text, "headers": [list(one) for one in letter.headers]}
    return zlib.compress(json.dumps(parts, ensure_ascii=False).encode(), 1)


def unpacked(body: bytes) -> dict[str, Any]:
    """subject, html, text and headers of what left the house."""
    found: dict[str, Any] = json.loads(zlib.decompress(body))
    return found
