"""What was known of people then? As ``World``, but blind to what came later."""

from collections.abc import Sequence
from datetime import datetime

import numpy as np

from uems.kernel.errors import UemsError
from uems.kernel.filters import At, Node
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.sql import Param, Sql
from uems.kernel.store import Store
from uems.outreach.flows.steps import Flags, Run
from uems.outreach.flows.world import World
from uems.profiles import api as profiles
from uems.profiles.api import Asking, Chosen, PastAsking, People
from uems.segments import api as segments


class Present:
    """Conditions that have no past (tags, lists): whom they hold for as far as is known today, worked out once."""

    def __init__(self, house: House, scope: Scope, today: datetime) -> None:
        self._house, self._scope, self._today = house, scope, today
        self._members: dict[str, People] = {}

    @property
    def asked(self) -> int:
        """How many conditions were answered as of today."""
        return len(self._members)

    def members(self, name: str, tree: object) -> People:
        """Everybody for whom it holds, sorted."""
        found = self._members.get(name)
        if found is None:
            node = segments.resolve_node(profiles.parse_condition(tree), self._house.store, self._scope)
            asking = Asking(self._house, self._scope, At(now=self._today, zone=self._scope.zone))
            found = self._members[name] = profiles.evaluate([node], asking).members(node)
        return found


class PastWorld(World):
    """The people of one workspace as they were known at an instant."""

    def __init__(self, house: House, scope: Scope, people: Sequence[int], now: datetime, present: Present, moves: Store) -> None:
        super().__init__(house, scope, people, now, moves)
        self._present = present

    def holds(self, tree: object, runs: Sequence[Run]) -> Flags:
        """For whom the condition (its JSON) held then; what has no past is asked as of today."""
        try:
            return super().holds(tree, runs)
        except UemsError as error:
            if error.code != "no_past":
                raise
        members = self._present.members(self.name_of(tree), tree)
        return np.isin(np.array(self.current(runs), np.uint64), members)

    def _node(self, tree: object) -> Node:
        node = super()._node(tree)
        profiles.check_past(node, "the condition")
        return node

    def _asking(self, chosen: Chosen) -> Asking:
        return PastAsking(self._house, self._scope, self._now, chosen=chosen, people=chosen.people)

    def _seen(self) -> Sql:
        return Sql("ts < {cut:DateTime64(3, 'UTC')}")

    def _seen_by(self) -> dict[str, Param]:
        return {"cut": self._now}
