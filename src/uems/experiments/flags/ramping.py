"""Which roll-outs widen now, and which are stopped by their guardrail? One loop in all processes together.

Every step is a version of the flag like any other, audited, and can be taken back by restoring the one before it. A guardrail is judged
before each step and every few minutes between; while it cannot be judged, steps wait.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from uems.access.api import Access, Actor, Workspaces, audit
from uems.experiments.flags.definitions import Flag, all_flags, flag_of, ramps_of, read_flag, write_flag
from uems.experiments.flags.spec import FlagDraft, FlagSpec, ForceRule, Ramp
from uems.experiments.tables import flags
from uems.kernel import leases
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.loops import Loop
from uems.kernel.scope import Scope
from uems.kernel.store import lock
from uems.kpis import api as kpis

PAUSE_SECONDS: Final = 2.0
LEASE_SECONDS: Final = 120.0
JUDGED_FOR: Final = timedelta(minutes=5)
_BY: Final = Actor(kind="operator", actor_id="uems", label="UEMS", account_id=None, address="", role="owner")
_logger = logging.getLogger("uems.flags")
States: TypeAlias = Mapping[str, str]
"""Guardrail → "red", "watch", "green" or "unknown"; those that do not exist any more are missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What happened to one rule. stopped: by its guardrail; else the step that was taken."""

    rule_id: str
    percent: float
    stopped: bool
    reason: str


def advance(spec: FlagSpec, states: States, now: datetime) -> tuple[FlagSpec, list[Change]]:
    """The flag with every step taken that is due, and every ramp stopped whose guardrail is red or gone."""
    changes: list[Change] = []
    rules = []
    for rule in spec.rules:
        if isinstance(rule, ForceRule) and rule.on and rule.ramp is not None and rule.ramp.state == "running":
            rule, change = _advanced(rule, rule.ramp, states, now)
            changes += [change] if change is not None else []
        rules.append(rule)
    return (spec.model_copy(update={"rules": rules}), changes) if changes else (spec, [])


def _advanced(rule: ForceRule, ramp: Ramp, states: States, now: datetime) -> tuple[ForceRule, Change | None]:
    state = states.get(ramp.guardrail) if ramp.guardrail else "green"
    if state in (None, "red"):
        percent = 0.0 if ramp.on_red == "off" else rule.percent
        reason = f"guardrail {ramp.guardrail} is red" if state else f"guardrail {ramp.guardrail} does not exist any more"
        stopped = ramp.model_copy(update={"state": "stopped", "reason": reason})
        change = Change(rule_id=rule.id, percent=percent, stopped=True, reason=reason)
        return rule.model_copy(update={"percent": percent, "ramp": stopped}), change
    done = sum(step.at <= now for step in ramp.steps)
    if done <= ramp.done:
        return rule, None
    percent = ramp.steps[done - 1].percent
    widened = ramp.model_copy(update={"done": done, "state": "done" if done == len(ramp.steps) else "running"})
    change = Change(rule_id=rule.id, percent=percent, stopped=False, reason=f"step {done} of {len(ramp.steps)}")
    return rule.model_copy(update={"percent": percent, "ramp": widened}), change


class Ramper:
    """The loop of one process; ``start`` and ``stop`` once each. ``step`` does one round by hand."""

    def __init__(self, house: House, workspaces: Workspaces, holder: str, clock: Callable[[], datetime]) -> None:
        self._house, self._workspaces, self._clock = house, workspaces, clock
        self._hold = leases.Hold(house.store, "flag_ramps", holder, LEASE_SECONDS, clock)
        self._loop = Loop("ramps", self.step, store=house.store, pause=lambda worked, took: PAUSE_SECONDS, close=self._hold.release)
        self._judged: dict[tuple[int, str], tuple[datetime, str]] = {}

    def start(self) -> None:
        self._loop.start()

    def stop(self) -> None:
        """End after the round under way; returns when the thread has ended."""
        self._loop.stop()

    def step(self) -> bool:
        """One round; False when there was nothing to do, or another process does it."""
        ramping = self._ramping()
        if not ramping:
            return False
        lease = self._hold.take()
        if lease is None:
            return False
        worked = False
        for flag in ramping:
            try:
                worked = self._advance(flag, lease) or worked
            except UemsError as error:
                if error.passes:
                    raise
                _logger.error("the ramp of flag %s (workspace %d) waits: %s", flag.key, flag.workspace_id, error.message)
        return worked

    def _ramping(self) -> list[Flag]:
        query = all_flags().where(flags.c.state == "on", flags.c.step_at.is_not(None)).order_by(flags.c.workspace_id, flags.c.flag_id)
        with self._house.store.read() as conn:
            return [flag_of(row) for row in conn.execute(query).mappings()]

    def _advance(self, flag: Flag, lease: leases.Lease) -> bool:
        scope = self._workspaces.look(flag.workspace_id)
        if scope is None:
            return False
        now = self._clock()
        spec, changes = advance(flag.spec, self._states(scope, flag.spec, now), now)
        if not changes:
            return False
        with self._house.store.write() as conn:
            leases.check(conn, lease)
            lock(conn, f"flags:{flag.workspace_id}")
            standing = read_flag(conn, flag.workspace_id, flag.key)
            if (standing.version, standing.state) != (flag.version, flag.state):
                return False  # whoever changed it meanwhile is right; the next round looks again
            access = Access(scope=scope, actor=_BY, now=now)
            draft = FlagDraft(name=flag.name, description=flag.description, owner=flag.owner, spec=spec)
            write_flag(conn, access, flag.key, draft, accept_moves=True)
            for change in changes:
                said = {"rule": change.rule_id, "percent": change.percent, "reason": change.reason}
                audit(conn, access, "flag.ramp_stopped" if change.stopped else "flag.ramped", f"flag:{flag.key}", None, said)
        return True

    def _states(self, scope: Scope, spec: FlagSpec, now: datetime) -> States:
        """What the guardrails of the running ramps say; remembered for some minutes, but for a step that is due."""
        running = ramps_of(spec)
        wanted = {ramp.guardrail for ramp in running if ramp.guardrail}
        if not wanted:
            return {}
        due = any(ramp.steps[ramp.done].at <= now for ramp in running if ramp.done < len(ramp.steps))
        known = {one: self._judged.get((scope.workspace_id, one)) for one in wanted}
        if not due and all(one is not None and one[0] > now for one in known.values()):
            return {key: one[1] for key, one in known.items() if one is not None and one[1]}
        there = [one for one in kpis.guardrails_of(self._house.store, scope) if one.guardrail_id in wanted]
        found = {one.guardrail.guardrail_id: one.state for one in kpis.judge(self._house, scope, there, now)}
        for key in wanted:
            self._judged[scope.workspace_id, key] = (now + JUDGED_FOR, found.get(key, ""))
        return found
