"""For which of these people does which scene hold at this moment?"""

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from uems.experiments import api as experiments
from uems.kernel.errors import UemsError
from uems.kernel.filters import At, Node
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.warehouse import Limits
from uems.outreach.messages.reaching import reach
from uems.outreach.scenes.definitions import Scene, condition_of
from uems.outreach.scenes.spec import SceneHours
from uems.profiles import api as profiles
from uems.profiles.api import Asking, Chosen

_logger = logging.getLogger("uems.scenes")
PEOPLE: Final = 20_000
"""Of how many people one statement asks at most."""
LIMITS: Final = Limits(seconds=20, memory_bytes=2_000_000_000)


def who_is_in(house: House, scope: Scope, scenes: Sequence[Scene], people: Iterable[int], now: datetime) -> dict[int, list[int]]:
    """Number of the scene → people of ``people`` for whom it holds at ``now``, as they are known now, ascending.

    A scene that cannot be asked, as when its segment is gone, is left out and logged. Raises what passes: a store or a warehouse that
    cannot be reached.
    """
    trees: dict[int, Node] = {}
    for scene in scenes:
        try:
            trees[scene.scene_id] = condition_of(house, scope, scene.spec)
        except UemsError as error:
            if error.passes:
                raise
            _logger.error("scene %s of %s cannot be asked: %s", scene.key, scope.slug, error.message)
    numbers = sorted(people)
    at = At(now=profiles.as_of(house.store, scope, now), zone=scope.zone)
    hours = {scene.scene_id: scene.spec.hours for scene in scenes}
    found: dict[int, list[int]] = {scene_id: [] for scene_id in trees}
    for start in range(0, len(numbers), PEOPLE):
        chosen = Chosen.of(house, scope, numbers[start : start + PEOPLE])
        if not len(chosen.people) or not trees:
            continue
        answers = experiments.act_on(list(trees.values()), Asking(house, scope, at, chosen), limits=LIMITS)
        for scene_id, tree in trees.items():
            found[scene_id] += answers.members(tree).tolist()
            if answers.consulted:
                awake = at_their_hour(house, scope, hours[scene_id], answers.people.tolist(), at.now)
                answers.tell(house, scope, now, [tree], awake)
    # Of two numbers of one person in different parts only one counts.
    return {scene_id: at_their_hour(house, scope, hours[scene_id], sorted(set(mine)), at.now) for scene_id, mine in found.items()}


def at_their_hour(house: House, scope: Scope, hours: SceneHours | None, people: list[int], now: datetime) -> list[int]:
    """Those of ``people`` whose own clock shows one of the hours."""
    if hours is None or not people:
        return people
    known = reach(house, scope, people)
    return [one for one in people if one in known and hours.open_at(now, known[one].zone)]
