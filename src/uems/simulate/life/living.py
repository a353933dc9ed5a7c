"""How does the demo's shop come to life beyond its events? Talks, ideas, friends, super users, and the truth of them."""

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from uems.simulate.days import Running
from uems.simulate.life.cast import cast_of
from uems.simulate.life.cocreating import cocreate
from uems.simulate.life.inviting import ask_for_ladder, invite_super_users
from uems.simulate.life.looking import look, set_scenes
from uems.simulate.life.referring import buy, invite_friends, reward
from uems.simulate.life.stage import Door, Stage
from uems.simulate.life.talking import talk
from uems.simulate.life.words import Language
from uems.simulate.sending import Sleep
from uems.simulate.world import World

PATIENCE_SECONDS: Final = 60.0
_FILE: Final = "life.json"


def is_lived(folder: Path, world: World) -> bool:
    """Whether the truth of this world's life stands in ``folder`` already."""
    file = folder / _FILE
    return file.is_file() and json.loads(file.read_text("utf-8")).get("world") == world.name


class Life:
    """What happens in a shop whose events are loaded. ``begin``, then at any later time ``end``, once each. Safe to repeat.

    Between both the server works out ties and steps; whoever has something else to load does so meanwhile.
    """

    def __init__(
        self, door: Door, workspace: str, write_key: str, world: World, language: Language, clock: Callable[[], datetime], sleep: Sleep
    ) -> None:
        running = Running(world)
        for _ in running.days():
            pass  # the truth is that of the last day
        self._stage = Stage(
            door=door, workspace=workspace, write_key=write_key, running=running, language=language, clock=clock, sleep=sleep
        )
        self._cast = cast_of(running)
        self._truth: dict[str, Any] = {"world": world.name}

    def begin(self) -> None:
        """Everything that waits for nothing. Raises ``UemsError`` of the server."""
        ask_for_ladder(self._stage)
        invite_friends(self._stage, self._cast.friends)
        self._truth["conversations"] = talk(self._stage, tuple(self._cast.talks))
        set_scenes(self._stage)
        self._truth["cocreation"] = cocreate(self._stage, self._cast)

    def end(self, folder: Path) -> dict[str, Any] | None:
        """What comes of it, and the truth of all into ``life.json`` of ``folder``, and given; None where the server is not so far yet.

        Then nothing is written, and it can be done again.
        """
        buy(self._stage, self._cast.friends)
        programme = invite_super_users(self._stage, PATIENCE_SECONDS)
        referrals = reward(self._stage, self._cast.friends, PATIENCE_SECONDS)
        scenes = look(self._stage, self._cast.lookers, PATIENCE_SECONDS)
        if programme is None or referrals is None or scenes is None:
            return None
        self._truth |= {"programme": programme, "referrals": referrals, "scenes": scenes}
        folder.mkdir(parents=True, exist_ok=True)
        (folder / _FILE).write_text(json.dumps(self._truth, ensure_ascii=False, indent=2) + "\n", "utf-8")
        return self._truth
