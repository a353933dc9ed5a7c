"""Do ramps take their steps when they are due, once, and stop when their guardrail is red?"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from tests.experiments.world import NOW, World, a_world, boolean, forced
from tests.support.feed import Happened
from uems.access.api import Workspaces
from uems.experiments.flags.ramping import Ramper, advance
from uems.experiments.flags.spec import FlagSpec, ForceRule
from uems.kernel.settings import Settings

STEPS = [
    {"percent": 10, "at": "2026-03-02T10:00:00Z"},
    {"percent": 50, "at": "2026-03-03T10:00:00Z"},
    {"percent": 100, "at": "2026-03-04T10:00:00Z"},
]


def ramped(percent: float = 1, **more: object) -> dict[str, Any]:
    return boolean(forced(percent=percent, ramp={"steps": STEPS, **more}))


def rule_of(found: dict[str, Any]) -> tuple[float, str, int]:
    rule = found["spec"]["rules"][0]
    return rule["percent"], rule["ramp"]["state"], rule["ramp"]["done"]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with a_world(Settings(home=tmp_path_factory.mktemp("ramps") / "home")) as made:
        yield made


@pytest.mark.parametrize(
    ("hours", "state", "on_red", "expected"),
    [
        (0.9, "green", "hold", (1, "running", 0)),
        (1, "green", "hold", (10, "running", 1)),
        (26, "watch", "hold", (50, "running", 2)),  # after a pause the steps that were missed are one
        (26, "unknown", "hold", (50, "running", 2)),
        (90, "green", "hold", (100, "done", 3)),
        (26, "red", "hold", (1, "stopped", 0)),
        (0.5, "red", "off", (0, "stopped", 0)),
        (26, None, "hold", (1, "stopped", 0)),
    ],
)
def test_a_ramp_stands_where_the_clock_and_its_guardrail_say(hours: float, state: str | None, on_red: str, expected: object) -> None:
    spec = FlagSpec.model_validate(ramped(guardrail="g", on_red=on_red))
    found, changes = advance(spec, {"g": state} if state else {}, NOW + timedelta(hours=hours))
    [rule] = found.rules
    assert isinstance(rule, ForceRule)
    assert rule.ramp is not None
    assert (rule.percent, rule.ramp.state, rule.ramp.done) == expected
    assert bool(changes) == (found != spec)
    assert FlagSpec.model_validate(found.model_dump(mode="json")) == found


def test_steps_are_taken_once_audited_and_can_be_taken_back(world: World) -> None:
    ramper = Ramper(world.house, Workspaces(world.house.store), "test", world.clock)
    other = Ramper(world.house, Workspaces(world.house.store), "other", world.clock)
    world.on("wider", ramped())
    world.save("later", ramped())  # off: nothing happens to it
    assert ramper.step() is False
    world.clock.advance(hours=2)
    assert (ramper.step(), ramper.step(), other.step()) == (True, False, False)
    found = world.ask("GET", "/flags/wider")
    assert (rule_of(found), found["version"], found["changed_by"]) == ((10, "running", 1), 2, "UEMS")
    assert rule_of(world.ask("GET", "/flags/later")) == (1, "running", 0)
    back = world.ask("POST", "/flags/wider/restore", {"version": 1})
    assert rule_of(back) == (1, "stopped", 0)
    assert ramper.step() is False, "what was taken back is not taken again"
    actions = [one["action"] for one in world.ask("GET", "/audit")["items"] if one["target"] == "flag:wider"]
    assert actions[:3] == ["flag.changed", "flag.ramped", "flag.changed"]
    world.clock.advance(hours=-2)
    ramper.stop()


def test_a_guardrail_is_asked_of_the_metrics_and_stops_the_ramp(world: World) -> None:
    pair = world.ask("POST", "/guardrails", {"short": "new_users", "long": "dau"}, 201)
    world.on("guarded", ramped(guardrail=pair["guardrail_id"]))
    ramper = Ramper(world.house, Workspaces(world.house.store), "third", world.clock)
    world.clock.advance(hours=2)
    assert ramper.step() is True  # without data nothing is red
    assert rule_of(world.ask("GET", "/flags/guarded")) == (10, "running", 1)
    _many_new_ones_and_fewer_who_stay(world)
    assert ramper.step() is False, "the guardrail was judged a moment ago"
    world.clock.advance(minutes=6)
    assert ramper.step() is True
    red = world.ask("GET", "/flags/guarded")
    assert rule_of(red) == (10, "stopped", 1)
    assert red["spec"]["rules"][0]["ramp"]["reason"] == f"guardrail {pair['guardrail_id']} is red"
    actions = [one["action"] for one in world.ask("GET", "/audit")["items"] if one["target"] == "flag:guarded"]
    assert actions[0] == "flag.ramp_stopped"
    world.on("gone", ramped(guardrail=pair["guardrail_id"]))
    world.ask("DELETE", f"/guardrails/{pair['guardrail_id']}", expected=204)
    world.clock.advance(days=1)
    assert ramper.step() is True
    stopped = world.ask("GET", "/flags/gone")
    assert rule_of(stopped) == (1, "stopped", 0)
    assert "does not exist any more" in stopped["spec"]["rules"][0]["ramp"]["reason"]
    ramper.stop()


def _many_new_ones_and_fewer_who_stay(world: World) -> None:
    """Eight weeks of ten regulars a day and five newcomers on each Monday; then a week of thirty newcomers, and nobody else."""
    events = []
    for week in range(9):
        monday = NOW - timedelta(weeks=9 - week)
        last = week == 8
        events += [Happened(user=f"new{week}-{n}", ts=monday) for n in range(30 if last else 5)]
        events += [Happened(user=f"regular{n}", ts=monday + timedelta(days=day)) for n in range(10) for day in range(0 if last else 7)]
    world.feed.take(events, NOW)
