"""Is nothing lost and nothing counted twice when the process is killed at any instant of the pipeline?"""

import json
import random
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.robust import mortal
from tests.support.access import a_workspace_with_a_write_key
from uems import app
from uems.kernel.house import House
from uems.kernel.settings import load_settings
from uems.kernel.sql import Sql

ROUNDS = 54
ROOT = Path(__file__).parents[2]


def moments(seed: int) -> Iterator[str]:
    """Two rounds in three die at a chosen step, the others at a random time."""
    chance = random.Random(seed)
    for round_ in range(ROUNDS):
        if round_ % 3 == 2:
            yield f"after:{chance.uniform(0.0, 1.5):.3f}"
        else:
            # Where batches overlap, later steps are the interesting ones.
            yield f"{('before', 'behind')[round_ % 3]}:{1 + chance.randrange(24 if round_ % 2 else 12)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mortals:
    """The process whose forks play the rounds."""

    process: subprocess.Popen[str]
    errors: Path

    def run(self, round_: int, moment: str) -> int:
        """How many appends the round acknowledged."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{round_} {moment}\n")
        self.process.stdin.flush()
        acked = 0
        while line := self.process.stdout.readline():
            if line.startswith("ended "):
                expected = "ended 0" if moment == "never" else "ended -9"
                assert line.strip() == expected, f"round {round_} ({moment}) {line}{self.errors.read_text()[-6000:]}"
                return acked
            acked += 1
        raise AssertionError(f"nobody plays round {round_} ({moment}):\n{self.errors.read_text()[-6000:]}")


@pytest.fixture
def mortals(tmp_path: Path) -> Iterator[Mortals]:
    errors = tmp_path / "rounds.err"
    command = [sys.executable, "-m", "tests.robust.mortal", str(tmp_path / "home")]
    with errors.open("w") as out:
        process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=out, text=True)
    with process:
        try:
            yield Mortals(process=process, errors=errors)
        finally:
            process.kill()


def number(house: House, sql: str) -> int:
    return int(house.warehouse.query(Sql(sql)).column(0)[0].as_py())


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_every_acknowledged_event_is_counted_exactly_once_over_many_kills(mortals: Mortals, tmp_path: Path) -> None:
    home = tmp_path / "home"
    settings = load_settings(home=home)
    house = app.build(settings)
    a_workspace_with_a_write_key(house.store, zone="America/New_York", currency="USD")
    house.close()

    promised = {}
    for round_, moment in enumerate(moments(seed=20260302)):
        promised[round_] = mortals.run(round_, moment)
    assert mortals.run(ROUNDS, "never") == 0

    sent: set[str] = set()
    refused: set[str] = set()
    for round_, appends in promised.items():
        for append in range(appends):
            for item in json.loads(mortal.body(round_, append))["batch"]:
                (refused if item["type"] == "dance" else sent).add(item["messageId"])
    assert len(sent) > 1000

    house = app.build(settings)
    try:
        table = house.warehouse.query(Sql("SELECT message_id, count() AS n FROM events GROUP BY message_id"))
        stored = dict(zip(table.column("message_id").to_pylist(), table.column("n").to_pylist(), strict=True))
        assert sent - stored.keys() == set(), "lost"
        assert {m: n for m, n in stored.items() if n != 1} == {}, "counted twice"
        # A kill may come between the disk and the word of it: at most the append that was on its way in each round.
        assert len(stored) - len(sent) <= ROUNDS * mortal.EVENTS_PER_APPEND
        events = len(stored)
        assert number(house, "SELECT sum(events) FROM event_daily") == events
        assert number(house, "SELECT sum(events) FROM person_daily") == events
        assert number(house, "SELECT count() FROM event_receipts WHERE status = 'accepted'") == events
        revenue = number(house, "SELECT sum(revenue_minor) FROM events")
        assert revenue > 0
        assert number(house, "SELECT sum(revenue_minor) FROM person_daily") == revenue
        assert number(house, "SELECT sum(revenue_minor) FROM event_daily") == revenue
        pairs = "SELECT uniqExact(day, event, type, person_id) FROM events"
        bitmaps = "SELECT sum(n) FROM (SELECT groupBitmapMerge(people) AS n FROM person_day_bitmaps GROUP BY day, event, type)"
        assert number(house, bitmaps) == number(house, pairs)
        letters = set(house.warehouse.query(Sql("SELECT message_id FROM dead_letters")).column(0).to_pylist())
        assert refused <= letters
        assert number(house, "SELECT count() FROM dead_letters") == len(letters)
    finally:
        house.close()
