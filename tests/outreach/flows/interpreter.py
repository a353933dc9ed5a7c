"""What should become of one person in a flow? The definition, one person at a time, in plain Python: the oracle of the engine."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from uems.kernel.bucketing import bucket

MINUTE = 60
HOUR = 3600


@dataclass
class Walker:
    """One person's way. at: the node; due: when they go on, in seconds; happened: what they waited for came. until: when a wait ends."""

    person: int
    entry: int
    since: int
    at: str
    fresh: bool = True
    due: int | None = 0
    happened: bool = False
    over: str = ""
    path: list[tuple[str, str]] = field(default_factory=list)
    goal: bool = False
    until: int = 0
    answer: str = ""


class Line:
    """Those who stand before a node that lets ``most`` through in any hour, one after the other in the order in which they came."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.passed: list[int] = []
        self.turns: dict[int, int] = {}

    def ask(self, group: list[int], now: int, *, waited: bool) -> set[int]:
        """Who of the group passes now; ``turns`` tells the others when to come again. waited: they stood in the line already."""
        for one in group if waited else ():
            del self.turns[one]
        lately = [at for at in self.passed if at > now - HOUR]
        before = [] if waited else sorted(self.turns.values())
        able = group[: max(0, self.most - len(lately))] if waited or not before else []
        self.passed += [now] * len(able)
        ahead, last = [*lately, *[now] * len(able), *before], max([now + 1, *before])
        for one in group[len(able) :]:
            # An hour after whoever goes so many places before them.
            last = max(last, ahead[-self.most] + HOUR) if len(ahead) >= self.most else last
            ahead.append(last)
            self.turns[one] = last
        return set(able)


class Interpreter:
    """A flow by event, with waits, splits, tests, branches, loops, sends, effects, answers from outside, a holdout and a goal.

    Where it begins with a rate limit, nothing leads back to it and nobody leaves before the end.

    fits: for whom conditions hold now; they are also those whom a channel reaches.
    """

    def __init__(self, graph: Mapping[str, Any], salt: str) -> None:
        self.nodes = {node["id"]: node for node in graph["nodes"]}
        self.to = {(edge["source"], edge["way"]): edge["target"] for edge in graph["edges"]}
        self.graph, self.salt = graph, salt
        self.walkers: list[Walker] = []
        self.sent: list[tuple[int, int, str]] = []
        self.effects: list[tuple[int, int, str]] = []
        self.fits: set[int] = set()
        first = self.nodes[graph["start"]]
        self.line = Line(first["config"]["people"]) if first["type"] == "rate_limit" else None
        self.able: set[int] = set()

    def event(self, person: int, name: str, now: int) -> None:
        if name == self.graph["entry"]["event"]:
            self._enter(person, now)
        goal = self.graph["goal"]
        for one in self.walkers:
            if one.person != person or (name == self.graph["entry"]["event"] and one.since == now and one.fresh):
                continue
            inside = not one.over
            told = one.at == "" or not inside
            if goal and name in goal["events"] and now < one.since + goal["days"] * 86_400 and not one.goal:
                one.goal = True
                if goal["leave"] and inside and one.due is not None:
                    one.over, told = "goal", True
            node = self.nodes.get(one.at)
            if not told and node and node["type"] == "wait_until" and name in node["config"]["events"] and not one.happened:
                waiting = not one.fresh or one.at == self.graph["start"]
                if waiting and one.due is not None:
                    one.happened, one.due = True, now

    def answer(self, person: int, kind: str, way: str, now: int) -> list[int]:
        """Somebody outside says how it went for whoever of this person waits for it; the entries that it concerns."""
        found = []
        for one in self.walkers:
            waits = one.person == person and not one.over and not one.fresh and self.nodes[one.at]["type"] == kind
            if waits and not one.happened:
                # What somebody of the team says can be taken back for 20 seconds.
                one.happened, one.answer, one.due = True, way, now + (20 if kind == "task" else 0)
                found.append(one.entry)
        return found

    def _enter(self, person: int, now: int) -> None:
        mine = [one for one in self.walkers if one.person == person]
        if any(not one.over for one in mine) or (mine and self.graph["reentry"]["allow"] == "never"):
            return
        self.walkers.append(Walker(person=person, entry=len(mine) + 1, since=now, at=self.graph["start"], due=now))

    def tick(self, now: int) -> None:
        due = [one for one in self.walkers if not one.over and one.due is not None and one.due <= now]
        if self.line is not None:
            at_gate = {
                number: one
                for number, one in enumerate(self.walkers)
                if any(one is other for other in due) and one.at == self.graph["start"]
            }
            waiting = [number for number, one in at_gate.items() if not one.fresh]
            self.able = self.line.ask(waiting, now, waited=True) if waiting else set()
            new = [number for number, one in at_gate.items() if one.fresh and not self._held(one)]
            self.able |= self.line.ask(new, now, waited=False) if new else set()
        for one in due:
            self._walk(one, now)

    def _held(self, one: Walker) -> bool:
        return bucket(f"{self.salt}:holdout", str(one.person)) < float(self.graph["holdout_percent"]) / 100

    def _walk(self, one: Walker, now: int) -> None:
        if one.fresh and self._held(one):
            one.over, one.due, one.at = "holdout", None, one.at
            return
        woken = not one.fresh
        one.fresh = False
        while not one.over:
            way = self._way(one, woken, now)
            if way is None:
                return
            woken = False
            one.path.append((one.at, way))
            one.happened = False
            if self.nodes[one.at]["type"] == "exit":
                one.over = "end"
            else:
                one.at = self.to[one.at, way]

    def _way(self, one: Walker, woken: bool, now: int) -> str | None:
        """The way out, or None for staying."""
        node = self.nodes[one.at]
        kind, config = node["type"], node["config"]
        if kind == "rate_limit":
            assert self.line is not None
            number = next(number for number, other in enumerate(self.walkers) if other is one)
            one.due = self.line.turns.get(number, now)
            return "next" if number in self.able else None
        if kind == "wait" and not woken:
            one.due = now + config["amount"] * MINUTE
            return None
        if kind == "wait_until":
            if one.happened:
                return "happened"
            if not woken:
                one.due = now + config["amount"] * MINUTE
                return None
            return "timeout"
        if kind == "wait_segment":
            if not woken:
                one.until = now + config["amount"] * MINUTE
            if (one.person in self.fits) == (config["until"] == "holds"):
                return "yes"
            if now >= one.until:
                return "timeout"
            one.due = min(now + config["check_minutes"] * MINUTE, one.until)
            return None
        if kind in ("webhook", "task"):
            if one.happened:
                return one.answer
            if not woken:
                one.due = now + config["amount"] * MINUTE
                if kind == "webhook":
                    self.effects.append((one.person, one.entry, one.at))
                return None
            return "failed" if kind == "webhook" else "timeout"
        if kind == "branch":
            return "yes" if one.person in self.fits else "no"
        if kind == "best_channel":
            return str(config["channels"][0]) if one.person in self.fits else "none"
        if kind in ("update_trait", "record_event", "update_tag"):
            self.effects.append((one.person, one.entry, one.at))
        if kind in ("split", "ab"):
            share = bucket(f"{self.salt}:{one.at}", str(one.person))
            total = sum(part["weight"] for part in config["parts"])
            reached = 0.0
            for part in config["parts"]:
                reached += part["weight"] / total
                if share < reached:
                    return str(part["way"])
            return str(config["parts"][-1]["way"])
        if kind == "holdout":
            return "held" if bucket(f"{self.salt}:{one.at}", str(one.person)) < config["percent"] / 100 else "next"
        if kind == "go_to":
            return "again" if one.path.count((one.at, "again")) < config["times"] else "enough"
        if kind == "send":
            self.sent.append((one.person, one.entry, one.at))
        return "end" if kind == "exit" else "next"
