"""Does what is over lose its traces after so many months, and nothing that anybody still counts by?"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from tests.outreach.world import NOW, World, a_world
from uems.kernel.settings import Settings
from uems.kernel.store import Store, insert_many, to_microseconds
from uems.outreach import pruning
from uems.outreach.flows.tables import flow_runs
from uems.outreach.pruning import Pruner, kept, limited
from uems.outreach.tables import outreach_decisions as decisions
from uems.outreach.tables import outreach_messages as messages
from uems.outreach.tables import outreach_restraints
from uems.outreach.tables import outreach_touches as touches


@pytest.fixture
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with a_world(Settings(home=tmp_path_factory.mktemp("pruning") / "home")) as found:
        found.topic()
        found.template()
        yield found


def limit(world: World, months: int | None) -> int:
    body = {"restraints": {"history_kept_months": months}}
    return int(world.ask("PUT", "/restraints", body).status_code)


def rows(world: World, table: Any) -> list[dict[str, Any]]:
    with world.house.store.read() as conn:
        return [dict(row) for row in conn.execute(select(table)).mappings()]


def run(world: World, person: int, state: str, ended: datetime | None, flow: int = 1) -> dict[str, Any]:
    return run_of(world.scope.workspace_id, person, state, ended, flow)


def run_of(workspace_id: int, person: int, state: str, ended: datetime | None, flow: int) -> dict[str, Any]:
    us = None if ended is None else to_microseconds(ended)
    fixed: dict[str, Any] = {"came_as": person, "entry_key": "", "version": 1, "node": "end", "wake_at": None, "signal": "", "seq": 2}
    fixed |= {"context": '{"event":{"event":"x"}}', "path": "0|end|end", "reason": "end", "entered_at": 1, "ended_at": us, "goal_at": 7}
    return {"workspace_id": workspace_id, "flow_id": flow, "person_id": person, "entry_no": 1, "state": state, **fixed}


def test_traces_go_when_their_months_are_over_and_a_key_is_known_for_ever(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Against a count by hand: twelve messages, one a month, of which those older than 13 times 31 days lose their traces."""
    monkeypatch.setattr(pruning, "BATCH", 3)
    numbers = [world.send("mei", f"k{n}", context={"n": n}) for n in range(20)]
    world.sender.step()
    ages = {number: 31 * n for n, number in enumerate(numbers)}  # days; the first is of today, so numbers do not go by age here
    with world.house.store.write() as conn:
        for number, days in ages.items():
            at = NOW - timedelta(days=days)
            conn.execute(update(messages).where(messages.c.message_id == number).values(changed_at=at, state="accepted", detail="said"))
            conn.execute(update(decisions).where(decisions.c.message_id == number).values(at=at))
    with world.house.store.write() as conn:  # the oldest first, as they come to be
        turned = {number: numbers[len(numbers) - 1 - n] for n, number in enumerate(numbers)}
        for number, other in turned.items():
            at = NOW - timedelta(days=ages[other])
            conn.execute(update(messages).where(messages.c.message_id == number).values(changed_at=at))
            conn.execute(update(decisions).where(decisions.c.message_id == number).values(at=at))
        seen = {"workspace_id": world.scope.workspace_id, "what": "open", "url": "", "agent": "", "verdict": "person"}
        insert_many(conn, touches, [{**seen, "message_id": number, "at": NOW - timedelta(days=ages[turned[number]])} for number in numbers])
        old = NOW - timedelta(days=500)
        done = [run(world, person, "done", old, flow=1 + person % 2) for person in range(1, 8)]
        others = [run(world, 20, "active", None), run(world, 21, "done", NOW), run(world, 22, "holdout", old)]
        conn.execute(insert(flow_runs), [*done, *others])
    young = [number for number in numbers if ages[turned[number]] <= 13 * 31]
    before = {row["message_id"]: row for row in rows(world, messages)}
    runs_before = {row["person_id"]: row for row in rows(world, flow_runs)}
    pruner = Pruner(world.house.store)
    assert pruner.step(world.scope.workspace_id, NOW) == {}, "nobody asked for it"
    assert limit(world, 12) == 422
    assert limit(world, 13) == 200
    assert pruner.step(world.scope.workspace_id, NOW) == {"decisions": 6, "touches": 6, "messages": 6, "runs": 7}
    assert sum(pruner.step(world.scope.workspace_id, NOW).values()) == 0
    assert {row["message_id"] for row in rows(world, decisions)} == set(young)
    assert {row["message_id"] for row in rows(world, touches)} == set(young)
    for row in rows(world, messages):
        whole = before[row["message_id"]]
        assert row == (whole if row["message_id"] in young else {**whole, "context": {}, "detail": ""})
    for row in rows(world, flow_runs):
        whole = runs_before[row["person_id"]]
        assert row == (whole if row["person_id"] >= 20 else {**whole, "path": "", "context": "{}"})
    # The page of a message without its traces, and its key, which is the same message still; another content under it is refused.
    oldest = numbers[0]
    assert world.message(oldest)["decisions"] == []
    body = {"template_id": "hello", "to": {"person_id": world.people["mei"]}, "key": "k0", "context": {"n": 0}}
    assert world.ask("POST", "/messages", body).json() == {"message_id": oldest, "new": False}
    assert world.ask("POST", "/messages", {**body, "context": {"n": 1}}).json()["code"] == "idempotency_conflict"
    found = kept(world.house.store)
    assert (found.messages, found.limited) == (20, 1)


def test_the_sender_does_it_by_itself_and_leaves_other_workspaces_alone(world: World) -> None:
    number = world.send("tom", "one")
    world.sender.step()
    foreign = {"workspace_id": world.scope.workspace_id + 1, "message_id": 9, "at": NOW, "verdict": "send", "reason": "", "facts": {}}
    with world.house.store.write() as conn:
        conn.execute(insert(decisions).values(**foreign))
    assert limit(world, 13) == 200
    world.clock.advance(days=14 * 31)
    world.sender.step()
    assert world.message(number)["decisions"] == []
    assert [row["workspace_id"] for row in rows(world, decisions)] == [world.scope.workspace_id + 1]


def test_both_databases_walk_runs_by_their_whole_key_and_stop_in_the_middle_when_asked(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pruning, "BATCH", 2)
    old = NOW - timedelta(days=500)
    spec = {"history_kept_months": 13}
    with store.write() as conn:
        row = {"workspace_id": 1, "spec": spec, "version": 1, "saved_at": NOW, "saved_by": "test"}
        conn.execute(insert(outreach_restraints).values(**row))
        conn.execute(insert(flow_runs), [run_of(1, person, "done", old, flow=flow) for flow in (1, 2) for person in (1, 2, 3)])
        told = {"workspace_id": 1, "verdict": "send", "reason": "", "facts": {}}
        conn.execute(insert(decisions), [{**told, "message_id": n, "at": old if n < 6 else NOW} for n in range(1, 9)])
    pruner = Pruner(store)
    asked = iter([False, True])
    assert pruner.step(1, NOW, lambda: next(asked)) == {"decisions": 2, "touches": 0, "messages": 0, "runs": 0}
    assert pruner.step(1, NOW) == {"decisions": 3, "touches": 0, "messages": 0, "runs": 6}
    assert (kept(store).decisions, limited(store)) == (3, [1])
