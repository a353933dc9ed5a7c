"""How are the webhooks of flows called? Signed, again until there is an answer, under one key; the answer wakes the run once.

One process at a time calls. A call that its process did not live to write down is made again under the same key, by which the other
side knows it.
"""

import json
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import delete, select, update

from uems.access.api import Workspaces
from uems.kernel import leases
from uems.kernel.house import House
from uems.kernel.loops import Loop
from uems.kernel.outbound import Outbound, OutboundError, signature
from uems.kernel.scope import Scope
from uems.kernel.store import to_microseconds
from uems.outreach.consent.settings import signing_secret
from uems.outreach.flows.listening import read_properties
from uems.outreach.flows.steps import instant
from uems.outreach.flows.tables import flow_effects
from uems.outreach.flows.waking import waiting_run, wake
from uems.outreach.messages.reaching import Reached, reach

LEASE_SECONDS: Final = 60.0
CALLS: Final = 8
"""How many are under way at once."""
ATTEMPTS: Final = 8
_BATCH: Final = 64
_SECONDS: Final = 10.0
_WAITS: Final = (5, 30, 60, 300, 900, 1_800, 3_600)
_MOST_ANSWER: Final = 8_000
"""Characters of an answer that are kept with a run; a longer one counts as none."""
_E = flow_effects.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """What came of one call. final: not called again. ok: it was answered with 2xx."""

    row: Mapping[str, Any]
    ok: bool
    final: bool
    wait_seconds: float = 0.0
    answer: object = None
    why: str = ""


class Caller:
    """The loop of one process; ``start`` and ``stop`` once each. ``step`` does one round by hand."""

    def __init__(self, house: House, workspaces: Workspaces, holder: str, clock: Callable[[], datetime]) -> None:
        self._house, self._workspaces, self._clock = house, workspaces, clock
        self._hold = leases.Hold(house.store, "flow_calls", holder, LEASE_SECONDS, clock)
        self._outbound = Outbound(house.settings)
        self._loop = Loop("flow calls", self.step, store=house.store, pause=lambda worked, took: 0.0 if worked else 1.0, close=self._end)

    def start(self) -> None:
        self._loop.start()

    def stop(self) -> None:
        """End after the round under way; returns when the thread has ended."""
        self._loop.stop()

    def _end(self) -> None:
        self._hold.release()
        self._outbound.close()

    def step(self) -> bool:
        """One round; False when nothing was to be called."""
        now = self._clock()
        due = select(flow_effects).where(_E.kind == "webhook", _E.next_at <= now).order_by(_E.next_at, _E.effect_id).limit(_BATCH)
        with self._house.store.read() as conn:
            rows = [dict(row) for row in conn.execute(due).mappings()]
        if not rows or self._hold.take() is None:
            return False
        by_workspace: dict[int, list[dict[str, Any]]] = {}
        for row in rows:
            by_workspace.setdefault(row["workspace_id"], []).append(row)
        with ThreadPoolExecutor(CALLS) as pool:
            for workspace_id, mine in by_workspace.items():
                scope = self._workspaces.look(workspace_id)
                if scope is None:
                    self._drop(mine)
                    continue
                people = reach(self._house, scope, {row["person_id"] for row in mine})
                with self._house.store.read() as conn:
                    secret = signing_secret(conn, self._house.settings, workspace_id)
                asked = [(scope, secret, row, people.get(row["person_id"]), now) for row in mine]
                self._settle(scope, list(pool.map(lambda one: self._call(*one), asked)), people, now)
        return True

    def _call(self, scope: Scope, secret: str, row: dict[str, Any], person: Reached | None, now: datetime) -> Called:
        body = row["body"]
        if person is None:
            return Called(row=row, ok=False, final=True, why="nobody")
        if not secret or instant(body["until"]) <= now:
            return Called(row=row, ok=False, final=True, why="too_late" if secret else "no_secret")
        content = json.dumps(
            {
                "call": row["key"],
                "workspace": scope.slug,
                "node": body["node"],
                "person_id": person.person_id,
                "user_id": person.values.get("user_id", ""),
                "traits": {name: person.values[name] for name in body["traits"] if name in person.values},
                "context": body["context"],
            },
            ensure_ascii=False,
            separators=(",", ":"),
        ).encode()
        headers = {"content-type": "application/json", "idempotency-key": row["key"], "uems-signature": signature(secret, content, now)}
        try:
            answer = self._outbound.request("POST", body["url"], headers=headers, content=content, seconds=_SECONDS).require_ok()
        except OutboundError as error:
            wait = max(_WAITS[min(row["attempts"], len(_WAITS) - 1)], error.retry_after_seconds or 0.0)
            over = error.permanent or row["attempts"] + 1 >= ATTEMPTS or now + timedelta(seconds=wait) >= instant(body["until"])
            return Called(row=row, ok=False, final=over, wait_seconds=wait, why=error.code)
        return Called(row=row, ok=True, final=True, answer=_answer(answer.body))

    def _drop(self, rows: list[dict[str, Any]]) -> None:
        with self._house.store.write() as conn:
            conn.execute(delete(flow_effects).where(_E.effect_id.in_([row["effect_id"] for row in rows])))

    def _settle(self, scope: Scope, done: list[Called], people: Mapping[int, Reached], now: datetime) -> None:
        """Write down what came of these calls, each with the waking of its run."""
        for one in done:
            row = one.row
            with self._house.store.write() as conn:
                if not one.final:
                    again = {"attempts": row["attempts"] + 1, "next_at": now + timedelta(seconds=one.wait_seconds)}
                    conn.execute(update(flow_effects).where(_E.effect_id == row["effect_id"]).values(**again))
                    continue
                if not conn.execute(delete(flow_effects).where(_E.effect_id == row["effect_id"])).rowcount:
                    continue  # somebody else has written it down
                known = people.get(row["person_id"])
                numbers = {row["person_id"], known.person_id if known else row["person_id"]}
                run = waiting_run(conn, scope.workspace_id, row["flow_id"], numbers, row["body"]["node"], row["body"]["visit"])
                if run is not None and run.signal in ("", "parked"):
                    signal = {"kind": "answer", "ok": one.ok, "answer": one.answer, "why": one.why}
                    wake(conn, run, signal, to_microseconds(now))


def _answer(body: bytes) -> object:
    """The JSON that was answered, as every database can keep it; None for none, and for one that is too long. What is no object stands
    under ``value``."""
    text = body.decode("utf-8", "replace")
    if len(text) > _MOST_ANSWER:
        return None
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return None
    return read_properties(text if text.lstrip().startswith("{") else f'{{"value":{text}}}')
