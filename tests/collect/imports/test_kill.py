"""Is a file imported exactly once when the worker is killed with SIGKILL again and again, at any point of its work?"""

import random
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.collect.imports.conftest import VISITS, Shop
from tests.support.web import make_workspace
from uems.collect.files.mapping import Mapping
from uems.collect.imports import runs
from uems.kernel.clock import utc_now

ROOT = Path(__file__).resolve().parents[3]
LINES = 800


def rows() -> list[tuple[str, str, int]]:
    return [(f"u{n % 97}", f"2026-01-{n % 28 + 1:02d}", n) for n in range(LINES)]


@pytest.mark.slow
@pytest.mark.parametrize("grouped", [False, True])
def test_killed_at_many_points_nothing_is_lost_and_nothing_comes_twice(shop: Shop, grouped: bool) -> None:
    shop.clock.now = utc_now()
    shop = replace(shop, access=replace(shop.access, now=utc_now()))
    mapping = VISITS
    if grouped:
        changes = {"group": {"key": ["n"], "fields": [{"name": "u", "column": "user"}]}}
        mapping = Mapping.model_validate(VISITS.model_dump() | changes)
    text = "user,t,n\n" + "".join(f"{user},{day},{n}\n" for user, day, n in rows()) + "nobody,never,1\n"
    run = shop.start(shop.put(text.encode()), mapping)
    dice = random.Random(11)
    kills = 0
    while shop.run(run).state != "done":
        count = dice.randrange(6, 30)
        done = subprocess.run(
            [sys.executable, "-m", "tests.collect.imports.doomed", str(shop.house.settings.home), str(count)],
            cwd=ROOT,
            check=False,
            capture_output=True,
        )
        assert done.returncode in (0, -signal.SIGKILL), done.stderr.decode()
        kills += done.returncode == -signal.SIGKILL
        assert kills < 200
    assert kills >= 3
    found = shop.run(run)
    # The last line belongs to a group whose first line is good; alone it is no event.
    assert (found.rows_ok, found.rows_bad, found.events) == ((LINES + 1, 0, LINES) if grouped else (LINES, 1, LINES))
    shop.clock.now = utc_now()
    shop.consume()
    assert shop.numbers() == list(range(LINES))
    assert runs.settled(shop.house.store, found)


def test_two_workspaces_never_share_a_message(shop: Shop) -> None:
    _, other = make_workspace(shop.house.store, "other", shop.clock())
    rival = replace(shop, access=other)
    data = b"user,t,n\nu,2026-01-01,5\n"
    shop.start(shop.put(data))
    rival.start(rival.put(data))
    runner = shop.runner()
    assert runner.step()
    assert runner.step()
    shop.consume()
    assert shop.query("SELECT workspace_id, count() AS n FROM events GROUP BY workspace_id ORDER BY workspace_id") == [
        {"workspace_id": 1, "n": 1},
        {"workspace_id": 2, "n": 1},
    ]
