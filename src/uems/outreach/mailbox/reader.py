"""Who reads the mailboxes? One loop in all processes together; a mail is told of once, however often it is read.

What a report changes is written before the place up to which the mailbox is read: a process that is killed in between reads some mails
again, and what they say is known already (``report`` says it once). Only mails that told something are marked as seen.
"""

import logging
import ssl
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Literal, TypeAlias

from sqlalchemy import select

from uems.access.api import Access, Actor, Workspaces
from uems.kernel import leases
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.loops import Loop
from uems.kernel.scope import Scope
from uems.kernel.store import upsert_many
from uems.outreach.channels.email import Email
from uems.outreach.consent.settings import setups
from uems.outreach.mailbox.imap import Place, Session, Unread, opened
from uems.outreach.mailbox.naming import Names
from uems.outreach.mailbox.parsing import told_by
from uems.outreach.mailbox.replies import reply_in
from uems.outreach.mailbox.state import State, source_of, state_of
from uems.outreach.mailbox.tables import outreach_mailboxes
from uems.outreach.messages.reporting import Which, report
from uems.outreach.tables import outreach_channels
from uems.outreach.talks.mail import Mails

What: TypeAlias = Literal["report", "reply", ""]
PAUSE_SECONDS: Final = 5.0
EVERY: Final = timedelta(minutes=1)
AGAIN: Final = timedelta(minutes=5)
"""How long a mailbox that could not be read waits, unless somebody sets it up anew."""
FIRST: Final = timedelta(days=7)
"""From how long ago a mailbox is read that was never read before: servers try to deliver for five days."""
MOST: Final = 200
"""Mails of one mailbox in a round, so that the others have their turn."""
_AT_ONCE: Final = 20
LEASE_SECONDS: Final = 180.0
_BY: Final = Actor(kind="operator", actor_id="mailbox", label="UEMS", account_id=None, address="", role="owner")
_H = outreach_channels.c
_logger = logging.getLogger("uems.outreach")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Box:
    """A mailbox to read, and how far it is. replies: whether what people answer there goes to conversations."""

    scope: Scope
    place: Place
    state: State
    replies: bool


class BounceReader:
    """The loop of one process; ``start`` and ``stop`` once each. ``step`` does one round by hand. tls: for an authority of one's own."""

    def __init__(
        self, house: House, workspaces: Workspaces, holder: str, clock: Callable[[], datetime], *, tls: ssl.SSLContext | None = None
    ) -> None:
        self._house, self._workspaces, self._clock, self._tls = house, workspaces, clock, tls
        self._names = Names(house.settings)
        self._mails = Mails(house=house, names=self._names)
        self._hold = leases.Hold(house.store, "outreach_mailboxes", holder, LEASE_SECONDS, clock)
        self._loop = Loop("mailboxes", self.step, store=house.store, pause=lambda worked, took: PAUSE_SECONDS, close=self._hold.release)

    def start(self) -> None:
        self._loop.start()

    def stop(self) -> None:
        """End after the mails under way; returns when the thread has ended."""
        self._loop.stop()

    def step(self) -> bool:
        """Read the mailboxes whose time has come; False when there were none, or another process reads them."""
        due = self._due()
        worked = False
        for box in due:
            if self._loop.ending.is_set() or self._hold.take() is None:
                break
            self._read(box)
            worked = True
        return worked

    def _due(self) -> list[_Box]:
        now = self._clock()
        found: list[_Box] = []
        query = select(_H.workspace_id, _H.shown, _H.saved_at).where(_H.channel == "email").order_by(_H.workspace_id)
        with self._house.store.read() as conn:
            for row in conn.execute(query).all():
                if not row.shown.get("bounce_server"):
                    continue
                known = state_of(conn, row.workspace_id)
                scope = self._workspaces.look(row.workspace_id)
                if scope is None or (known is not None and now < known.next_at and row.saved_at <= known.tried_at):
                    continue
                config = setups(conn, self._house.settings, row.workspace_id)["email"].config
                # Secrets that can no longer be read leave nothing but the standard settings; the page of channels says so.
                if isinstance(config, Email) and config.bounce_server:
                    place = Place(
                        server=config.bounce_server,
                        user=config.bounce_user,
                        password=config.bounce_password,
                        folder=config.bounce_folder,
                    )
                    begun = _begun(known, source_of(place), now)
                    found.append(_Box(scope=scope, place=place, state=begun, replies=config.replies == "read"))
        return found

    def _read(self, box: _Box) -> None:
        """Read one mailbox as far as a round goes; why it could not be read is written down for its page."""
        try:
            with opened(self._house.settings, box.place, tls=self._tls) as session:
                state = self._followed(box, session)
        except Unread as error:
            now = self._clock()
            with self._house.store.read() as conn:
                # Some mails may have been read before it broke off.
                written = state_of(conn, box.scope.workspace_id)
            state = written if written is not None and written.source == box.state.source else box.state
            state = replace(state, reason=error.reason, failure=str(error), tried_at=now, next_at=now + AGAIN)
        self._write(box, state)

    def _followed(self, box: _Box, session: Session) -> State:
        """Take the mails that are new; the state after the last of them."""
        state, now = box.state, self._clock()
        if state.uid_validity == session.uid_validity:
            uids = session.after(state.last_uid)
        else:
            uids = session.since((now - FIRST).date())
            state = replace(state, uid_validity=session.uid_validity, last_uid=0)
        taken = uids[:MOST]
        for start in range(0, len(taken), _AT_ONCE):
            if self._loop.ending.is_set() or session.is_late or self._hold.take() is None:
                return replace(state, tried_at=now, next_at=now)
            some = taken[start : start + _AT_ONCE]
            found = [(uid, self._take(box, uid, raw)) for uid, raw in session.fetch(some)]
            session.mark([uid for uid, what in found if what])
            reports, replies = (sum(what == kind for _, what in found) for kind in ("report", "reply"))
            state = replace(
                state,
                last_uid=some[-1],
                reports=state.reports + reports,
                replies=state.replies + replies,
                others=state.others + len(some) - reports - replies,
                tried_at=now,
            )
            self._write(box, state)
        if len(uids) > MOST:
            return replace(state, reason="", failure="", tried_at=now, next_at=now)
        return replace(state, reason="", failure="", read_at=now, tried_at=now, next_at=now + EVERY)

    def _take(self, box: _Box, uid: int, raw: bytes) -> What:
        """Write down what a mail reports, or in which conversation it answers; "" for one that does neither in this workspace."""
        scope = box.scope
        try:
            told = told_by(raw)
            reply = reply_in(raw) if told is None and box.replies else None
        except Exception:
            # Whatever anybody sends there must not keep those behind it from being read; the mail itself stays unseen.
            _logger.warning("mail %d in the mailbox of workspace %s cannot be taken apart", uid, scope.slug, exc_info=True)
            return ""
        access = Access(scope=scope, actor=_BY, now=self._clock())
        if reply is not None:
            return "reply" if self._mails.take(access, reply) else ""
        named = self._names.read(told.places) if told is not None else None
        if told is None or named is None or named[0] != scope.workspace_id:
            return ""
        try:
            report(self._house.store, access, Which(message_id=named[1]), told.what, permanent=told.permanent, detail=told.detail)
        except UemsError as error:
            if error.code not in ("not_found", "message_not_sent"):
                raise
            return ""
        return "report"

    def _write(self, box: _Box, state: State) -> None:
        lease = self._hold.take()
        if lease is None:
            return
        row = {"workspace_id": box.scope.workspace_id} | {name: getattr(state, name) for name in State.__dataclass_fields__}
        with self._house.store.write() as conn:
            leases.check(conn, lease)
            upsert_many(conn, outreach_mailboxes, [row], ["workspace_id"])


def _begun(known: State | None, source: str, now: datetime) -> State:
    """Where to go on; at the beginning where it is another mailbox than before. No server numbers its mails by 0."""
    if known is not None and known.source == source:
        return known
    return State(
        source=source,
        uid_validity=0,
        last_uid=0,
        reports=0,
        replies=0,
        others=0,
        read_at=None,
        reason="",
        failure="",
        tried_at=now,
        next_at=now,
    )
