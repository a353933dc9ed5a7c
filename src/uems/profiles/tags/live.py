"""Who keeps tags current? The loop that follows the events calls this, before it looks at anything that asks tags."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import numpy as np

from uems.access.api import Workspaces
from uems.kernel.errors import UemsError
from uems.kernel.filters import Node
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.warehouse import Limits
from uems.profiles.conditions.did import AT_LEAST_ONCE
from uems.profiles.conditions.doing import is_time
from uems.profiles.conditions.model import Did
from uems.profiles.roles.mappings import roles_of
from uems.profiles.roles.model import Roles
from uems.profiles.tags.clock import as_of
from uems.profiles.tags.computed import doing_of
from uems.profiles.tags.config import ComputedConfig, Config, ReadyConfig, is_scored, read_config
from uems.profiles.tags.definitions import definitions, known_keys
from uems.profiles.tags.lineage import conditions_of, lineage_of
from uems.profiles.tags.passes import announce
from uems.profiles.tags.refresh import Refreshed, refresh
from uems.profiles.tags.standard import install_standard_tags
from uems.profiles.tags.states import ROLES_CHANGED, states_of

_LIMITS: Final = Limits(seconds=600)


class LiveTags:
    """The tags of a house, for the loop. Not for several threads."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._begun: set[int] = set()
        self._asked: dict[int, tuple[object, list[Node]]] = {}

    def refresh(self, scope: Scope, now: datetime, people: Sequence[int] | None) -> Refreshed:
        """Compute the live tags of these people, or every tag of everybody. Repeating it changes nothing.

        A pass over everybody also installs the shipped tags that are missing, and guesses roles that nobody confirmed; so does the
        first look at a workspace that never had a tag.
        """
        if people is None or self._is_new(scope):
            install_standard_tags(self._house, scope, now)
        limits = _LIMITS if people is None else None
        now = as_of(self._house.store, scope, now)
        done = refresh(self._house, scope, now, people, limits=limits, tell=False)
        if people is not None:
            self._catch_up(scope, now)
        if people is not None:
            # Whoever is on the other end of a new relation was not among those who were looked at.
            others = np.setdiff1d(done.related, np.asarray(people, np.uint64)).tolist()
            if others:
                announce(self._house.store, scope.workspace_id, people=others)
        return done

    def _catch_up(self, scope: Scope, now: datetime) -> None:
        """Compute the tags of everybody whose roles were changed. Tells whom that changed, for the next round to follow."""
        waiting = [key for key, state in states_of(self._house.store, scope).items() if state.error_code == ROLES_CHANGED]
        if not waiting:
            return
        known, roles = definitions(self._house.store, scope), roles_of(self._house.store, scope)
        configs = {key: read_config(known[key].tag) for key in waiting if key in known and known[key].tag.enabled}
        wanted = [key for key, config in configs.items() if not is_scored(config)]
        if wanted:
            # Relations are made anew with all tags only.
            every = any(lineage_of(configs[key], roles).relations for key in wanted)
            refresh(self._house, scope, now, None, tags=None if every else wanted, limits=_LIMITS)

    def _is_new(self, scope: Scope) -> bool:
        if scope.workspace_id in self._begun:
            return False
        self._begun.add(scope.workspace_id)
        return not known_keys(self._house.store, scope)

    def edges(self, scope: Scope) -> Sequence[Node]:
        """Conditions of live tags, whose changes by the passing of time have to be followed."""
        known = definitions(self._house.store, scope)
        roles = roles_of(self._house.store, scope)
        version = [(key, saved.version) for key, saved in known.items()], roles
        kept = self._asked.get(scope.workspace_id)
        if kept is not None and kept[0] == version:
            return kept[1]
        found: list[Node] = []
        for saved in known.values():
            if saved.tag.refresh != "live" or not saved.tag.enabled:
                continue
            try:
                config = read_config(saved.tag)
            except UemsError:
                continue  # the pass says why
            found += _timed(config, roles)
        self._asked[scope.workspace_id] = version, list(dict.fromkeys(found))
        return self._asked[scope.workspace_id][1]

    def workspaces(self) -> list[int]:
        """Workspaces whose people have tags: all that have data."""
        return [scope.workspace_id for scope in Workspaces(self._house.store).with_data()]


def _timed(config: Config, roles: Roles) -> list[Node]:
    if isinstance(config, ReadyConfig):
        return list(config.rule.edges(config.settings))
    if isinstance(config, ComputedConfig):
        if config.within is None or not is_time(config.within):
            return []
        return [Did(doing=doing_of(config.which, roles), within=config.within, test=AT_LEAST_ONCE)]
    return list(conditions_of(config))
