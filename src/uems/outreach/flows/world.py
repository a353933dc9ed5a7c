"""What do the steps of a round ask about its people? Everybody of a workspace at once, each question once."""

import json
from collections.abc import Sequence
from copy import copy
from datetime import datetime

import numpy as np

from uems.experiments import api as experiments
from uems.identity import api as identity
from uems.kernel.filters import At, Node
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.sql import Param, Sql
from uems.kernel.store import Store, to_microseconds
from uems.outreach.flows.choosing import best_channels
from uems.outreach.flows.gates import Gate
from uems.outreach.flows.gating import read_gate
from uems.outreach.flows.steps import Flags, Run, Trying
from uems.outreach.flows.testing import thompson, winner_of
from uems.outreach.holdouts.assigning import Holdout, held_by
from uems.outreach.holdouts.definitions import holdouts
from uems.outreach.messages.model import Kind
from uems.outreach.messages.reaching import ZONES, zone_by
from uems.profiles import api as profiles
from uems.profiles.api import Asking, Chosen
from uems.segments import api as segments

_OF_THEM = Sql("trait = {trait:String} AND person_id IN {stored:Array(UInt64)}")


class World:
    """The people of one workspace in one round. Answers are worked out when they are first asked for.

    people: the numbers in the runs, which may be of somebody who was merged since. moves: where they are
    written down, else with the people.
    """

    def __init__(self, house: House, scope: Scope, people: Sequence[int], now: datetime, moves: Store | None = None) -> None:
        self._house, self._scope, self._now = house, scope, now
        self._moves = moves or house.store
        self._people = sorted(set(people))
        self._current: dict[int, int] | None = None
        self._chosen: Chosen | None = None
        self._acted: dict[str, tuple[Node, experiments.Acted]] = {}
        self._watching = False
        self._traits: dict[str, dict[int, object]] = {}
        self._winners: dict[tuple[int, str, str], str] = {}
        self._likely: dict[tuple[int, str, str], Sequence[float]] = {}
        self._holdouts: Sequence[Holdout] | None = None

    def holds(self, tree: object, runs: Sequence[Run]) -> Flags:
        """For whom the condition (its JSON) holds now, as far as something is done about it: tags on trial are left out for some."""
        name = self.name_of(tree)
        found = self._acted.get(name)
        chosen = self._who()
        if found is None:
            node = self._node(tree)
            found = self._acted[name] = (node, experiments.act_on([node], self._asking(chosen)))
        node, acted = found
        now_they = self.current(runs)
        if not self._watching:
            acted.tell(self._house, self._scope, self._now, [node], now_they)
        return np.isin(np.array(now_they, np.uint64), acted.members(node))

    def watching(self) -> "World":
        """The same people for a dry run: nobody is acted on, so that nobody is exposed to anything."""
        found = copy(self)
        found._watching = True
        return found

    @staticmethod
    def name_of(tree: object) -> str:
        """One name for the same condition, however it is written."""
        return json.dumps(tree, sort_keys=True)

    def current(self, runs: Sequence[Run]) -> list[int]:
        """The number that the person of each run has now; 0 for nobody."""
        self._who()
        known = self._current or {}
        return [known.get(run.person_id, 0) for run in runs]

    def zones(self, runs: Sequence[Run]) -> list[str]:
        """Everybody's own time zone, by the same rule as messages; the workspace's where none is known."""
        told = zip(*(self.traits(name, runs) for name in ZONES), strict=True)
        return [zone_by(dict(zip(ZONES, values, strict=True)), self._scope.zone) for values in told]

    def traits(self, name: str, runs: Sequence[Run]) -> list[object]:
        """The value of a trait as told last, decoded; None for none."""
        found = self._traits.get(name)
        if found is None:
            found = self._traits[name] = self._read(name)
        return [found.get(person) for person in self.current(runs)]

    def _node(self, tree: object) -> Node:
        return segments.resolve_node(profiles.parse_condition(tree), self._house.store, self._scope)

    def _asking(self, chosen: Chosen) -> Asking:
        as_of = profiles.as_of(self._house.store, self._scope, self._now)
        return Asking(self._house, self._scope, At(now=as_of, zone=self._scope.zone), chosen)

    def channels(self, keys: Sequence[str], topic: str, kind: Kind, runs: Sequence[Run]) -> list[str]:
        """The channel on which each answers most, of those that can be used; "" for none."""
        best = best_channels(self._house, self._scope, {run.person_id for run in runs}, keys, topic, kind, self._now)
        return [best.get(run.person_id, "") for run in runs]

    def winner(self, flow_id: int, node: str, about: str) -> str:
        """The way that has won a test; "" while none has."""
        place = (flow_id, node, about)
        if place not in self._winners:
            self._winners[place] = winner_of(self._moves, self._scope.workspace_id, *place)
        return self._winners[place]

    def likely_best(self, flow_id: int, node: str, test: Trying) -> Sequence[float]:
        """Which share of people each way of a test should get; the same for everybody of a round."""
        place = (flow_id, node, test.about)
        if place not in self._likely:
            self._likely[place] = thompson(self._moves, self._scope.workspace_id, flow_id, node, test, to_microseconds(self._now))
        return self._likely[place]

    def held(self, flow_id: int, runs: Sequence[Run]) -> list[str]:
        """The holdout that keeps the flow from each, asked as messages ask it: of their present number, now; "" for none."""
        if self._holdouts is None:
            self._holdouts = holdouts(self._house.store, self._scope)
        origin = ("flow", str(flow_id))
        found = [
            held_by(self._holdouts, origin, person or run.person_id, self._now)
            for person, run in zip(self.current(runs), runs, strict=True)
        ]
        return ["" if one is None else one.key for one in found]

    def gate(self, flow_id: int, node: str) -> tuple[int, Gate]:
        """(the count that it stands at, how a rate limit stands)."""
        return read_gate(self._moves, self._scope.workspace_id, flow_id, node)

    def _who(self) -> Chosen:
        if self._chosen is None:
            people = identity.people_of(self._house.store, self._scope, self._people)
            self._current = {number: person.person_id for number, person in people.items()}
            self._chosen = Chosen(
                people=np.array(sorted(set(self._current.values())), np.uint64),
                stored=np.array(sorted({n for person in people.values() for n in person.stored_ids}), np.uint64),
            )
        return self._chosen

    def _seen(self) -> Sql:
        """Which of the values that were told count: a condition on their rows."""
        return Sql("1")

    def _seen_by(self) -> dict[str, Param]:
        """What that condition binds."""
        return {}

    def _read(self, name: str) -> dict[int, object]:
        chosen = self._who()
        where = Sql(f"{_OF_THEM} AND {self._seen()}")
        rows = identity.rows_of_people(self._house.store, self._scope, Sql("traits"), ("value", "ts", "log_offset", "log_index"), where)
        found = self._house.warehouse.query(
            Sql(f"SELECT person, argMax(value, (ts, log_offset, log_index)) AS value FROM {rows} GROUP BY person"),
            {"trait": name, "stored": chosen.stored.tolist(), **self._seen_by()},
        )
        values = found.column("value").to_pylist()
        return {person: _decoded(value) for person, value in zip(found.column("person").to_pylist(), values, strict=True)}


def _decoded(text: str) -> object:
    try:
        found: object = json.loads(text)
    except ValueError:
        return None
    return found
