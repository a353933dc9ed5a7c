"""Does a round of sessions that is killed and done again end in the same sessions?"""

import subprocess
import sys
from pathlib import Path

from tests.journeys.worlds import Event, Town, World
from uems import app
from uems.kernel.settings import Settings

ROOT = Path(__file__).parents[2]
MINUTE, HOUR = 60_000, 3_600_000

CHILD = """
import os, signal, sys
from pathlib import Path
from uems import app
from uems.access.api import Workspaces
from uems.journeys import sessions
from uems.kernel.clock import utc_now
from uems.kernel.settings import load_settings

sessions.move_marks = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
house = app.build(load_settings(home=Path(sys.argv[1]), log_partitions=2))
sessions.Sessioniser(house, Workspaces(house.store), "test", utc_now).step()
"""


def test_a_round_killed_between_the_insert_and_the_mark_changes_nothing_when_it_is_done_again(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home", log_partitions=2)
    house = app.build(settings)
    world = Town(house).workspace()
    world.send([Event(user=f"u{n}", ms=n * MINUTE) for n in range(5)])
    world.send([Event(user="u1", ms=20 * MINUTE), Event(user="u2", ms=HOUR)], partition=1)
    house.close()
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(settings.home)], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == -9, done.stderr
    house = app.build(settings)
    try:
        world = World(Town(house), world.scope, world.sent)
        before = world.sessions()
        assert before == world.expected(), "the insert was durable"
        assert world.town.sessioniser.step(), "the marks had not moved"
        assert world.sessions() == before
        assert not world.town.sessioniser.step()
    finally:
        house.close()
