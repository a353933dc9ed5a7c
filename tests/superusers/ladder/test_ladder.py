"""Does everybody stand where a walk through the criteria puts them, and is the programme fair, told once and measured?"""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.prediction.conftest import new_scope
from tests.prediction.lifetime.shop import FIRST, ZONE
from tests.support import houses
from tests.support.feed import Feed, Happened
from tests.support.web import Clock, Program, operator_client
from uems.access.api import Workspaces
from uems.kernel.clock import start_of_day
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.settings import Settings
from uems.outreach import api as outreach
from uems.profiles import api as profiles
from uems.superusers.jobs import Tender
from uems.superusers.ladder.climbing import missing, reason, steps_of
from uems.superusers.ladder.criteria import STEPS, LadderCriterion, Step
from uems.superusers.ladder.effect import difference
from uems.superusers.ladder.making import TAG
from uems.web.app import create_app

DAYS = 120
NOW = start_of_day(FIRST + timedelta(days=DAYS), ZONE) + timedelta(hours=12)
PEOPLE = 200


def criterion(key: str) -> LadderCriterion:
    return LadderCriterion(key=key, merit="known", condition={"and": []}, label_zh=key, label_en=key)


@given(st.lists(st.lists(st.booleans(), min_size=10, max_size=10), min_size=1, max_size=20))
def test_a_step_is_reached_over_all_below_it(people: list[list[bool]]) -> None:
    table = np.array(people, np.bool_)
    held: dict[Step, list[Any]] = {step: [table[:, 2 * n], table[:, 2 * n + 1]] for n, step in enumerate(STEPS[1:])}
    criteria = {step: [criterion("a"), criterion("b")] for step in STEPS[1:]}
    places = steps_of(held, len(people))
    bits = missing(criteria, held, places)
    for row, place, lacks in zip(people, places.tolist(), bits.tolist(), strict=True):
        by_hand = 0
        while by_hand < 5 and row[2 * by_hand] and row[2 * by_hand + 1]:
            by_hand += 1
        assert place == by_hand
        told = reason(criteria, place, lacks, "2026-01-01")
        if by_hand == 5:
            assert (told["next"], told["missing"]) == (None, [])
        else:
            assert told["next"] == STEPS[by_hand + 1]
            assert told["missing"] == [key for n, key in enumerate("ab") if not row[2 * by_hand + n]]


def test_a_difference_is_that_of_two_means() -> None:
    one, other = np.array([1.0, 3.0] * 20), np.array([1.0, 1.5] * 20)
    found = difference(one, other)
    assert found is not None
    assert found.value == pytest.approx(0.75)
    # Welch by hand: variances 40/39 and 2.5/39 over 40 each, t(43.9) = 2.0155.
    wide = 2.0155 * ((40 / 39 + 2.5 / 39) / 40) ** 0.5
    assert found.low == pytest.approx(0.75 - wide, abs=2e-3)
    assert found.high == pytest.approx(0.75 + wide, abs=2e-3)
    assert difference(one[:29], other) is None


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    built = houses.build(Settings(home=Path(tmp_path_factory.mktemp("ladder"))))
    yield built
    built.close()


Town = tuple[Scope, dict[str, int], dict[str, int]]


@pytest.fixture(scope="module")
def town(house: House) -> Town:
    return settle(house, "ladder")


def settle(house: House, slug: str) -> Town:
    """Person n orders n % 5 times and comes on as many days more; every third reviews; some are known by a device alone."""
    scope = new_scope(house, slug)
    events, orders = [], {}
    for who in range(PEOPLE):
        name = f"l{who}"
        known: Any = {"user": name} if who % 10 else {"anonymous": name}
        orders[name] = who % 5
        for n in range(1 + who % 5):
            at = start_of_day(FIRST + timedelta(days=DAYS - 1 - 7 * n), ZONE) + timedelta(hours=9, seconds=who)
            events.append(Happened(**known, ts=at))
            if n < orders[name]:
                events.append(Happened(**known, ts=at, event="Order Completed", revenue_minor=1_000 + who, currency="CNY"))
        if who % 3 == 0:
            events.append(Happened(**known, ts=NOW - timedelta(days=2), event="Product Reviewed"))
    stored = Feed(house, scope).take(events, NOW)
    return scope, {e.user or e.anonymous: s.person_id for e, s in zip(events, stored, strict=True)}, orders


@pytest.fixture(scope="module")
def program(house: House, town: Town) -> Program:
    return operator_client(create_app(house, clock=Clock(NOW)), house)


@pytest.fixture(scope="module")
def tender(house: House, town: Town, program: Program) -> Tender:
    made = Tender(house, Workspaces(house.store), "test", Clock(NOW))
    for key in ("ties", "ladder"):
        assert program.post(f"/api/workspaces/ladder/{key}/runs").status_code == 200
    while made.step():
        continue
    return made


BASE = "/api/workspaces/ladder/ladder"


def test_everybody_stands_where_a_walk_puts_them(house: House, town: Town, program: Program, tender: Tender) -> None:
    scope, person, orders = town
    body = program.get(BASE).json()
    assert (body["work"]["state"], body["work"]["error"], body["own"]) == ("idle", None, False)
    tags = profiles.tags_of(house, scope, list(person.values()))
    counts = dict.fromkeys(STEPS, 0)
    for name, number in person.items():
        found = {one.tag: one for one in tags[number]}
        who, level = int(name[1:]), found["tie_level"].value
        climbed = [
            who % 10 != 0,
            orders[name] >= 1,
            orders[name] >= 2,
            level in ("medium", "strong") and who % 3 == 0,
            level == "strong" and orders[name] >= 3 and who % 3 == 0,
        ]
        step = STEPS[climbed.index(False) if False in climbed else 5]
        assert found[TAG].value == step, name
        counts[step] += 1
        if step == "user":
            evidence: Any = found[TAG].evidence
            assert evidence["missing"] == ["bought"]
            assert "买过一次" in evidence["zh"]
    assert {one["step"]: one["people"] for one in body["result"]["steps"]} == counts
    assert body["result"]["steps"][0]["reached"] == PEOPLE
    assert counts["fan"] + counts["super_user"] > 0


def test_the_programme_invites_all_but_those_held_out(town: Town, program: Program, tender: Tender) -> None:
    programme = {"since": "regular", "held_percent": 30, "holdout": "", "benefits": [{"name": "Tea with us", "text": "Once a season."}]}
    changed = program.send("PUT", f"{BASE}/programme", json=programme)
    assert changed.json()["programme"] == programme
    program.post(f"{BASE}/runs")
    while tender.step():
        continue
    steps = {one["step"]: one for one in program.get(BASE).json()["result"]["steps"]}
    counts = program.get(f"{BASE}/programme").json()["counts"]
    assert sum(counts.values()) == steps["regular"]["reached"]
    assert 0.1 < counts["held"] / sum(counts.values()) < 0.5
    waiting = program.get(f"{BASE}/programme/people").json()["items"]
    assert len(waiting) == counts["waiting"]
    assert waiting[0]["en"]
    first, second = (one["person"]["person_id"] for one in waiting[:2])
    assert program.post(f"{BASE}/programme/invitations", {"people": [first, second, first]}).json() == {"invited": 2}
    assert program.post(f"{BASE}/programme/invitations", {"people": [first]}).json() == {"invited": 0}
    after = program.post(f"{BASE}/programme/people/{first}/answer", {"answer": "accepted"}).json()["counts"]
    assert (after["invited"], after["accepted"]) == (1, 1)
    refused = program.post(f"{BASE}/programme/people/{first}/answer", {"answer": "declined"})
    assert (refused.status_code, refused.json()["code"]) == (409, "not_invited")
    shown = {one["person"]["person_id"] for one in waiting}
    _, person, orders = town
    ripe = {number for name, number in person.items() if int(name[1:]) % 10 and orders[name] >= 2}
    held = sorted(ripe - shown)[0]
    refused = program.post(f"{BASE}/programme/invitations", {"people": [second, held]})
    assert (refused.status_code, refused.json()["code"]) == (409, "held_out")
    assert program.post(f"{BASE}/programme/invitations", {"people": [10**9]}).status_code == 404
    found = program.get(f"{BASE}/programme/effect").json()
    assert [one["horizon_days"] for one in found["items"]] == [30, 91, 365, 730]
    assert {one["reason"] for one in found["items"]} == {"too_few"}
    actions = [one["action"] for one in program.get("/api/workspaces/ladder/audit").json()["items"]]
    assert {"superuser.invited", "superuser.accepted", "superuser_programme.changed", "ladder.started"} <= set(actions)


def test_one_draw_holds_for_messages_and_for_the_programme(house: House, program: Program, tender: Tender) -> None:
    scope, person, orders = settle(house, "shared")
    shop = "/api/workspaces/shared"
    everything = {"name": "Nothing at all", "percent": 40, "renew_days": 180, "members": []}
    assert program.send("PUT", f"{shop}/holdouts/everything", json=everything).status_code == 200
    asked = {"since": "regular", "held_percent": 10, "holdout": "everything", "benefits": []}
    refused = [program.send("PUT", f"{shop}/ladder/programme", json={**asked, "holdout": one}) for one in ("everything", "no_such")]
    assert [one.json()["code"] for one in refused] == ["invalid", "invalid"]
    assert "never renewed" in refused[0].json()["message"]
    place(program, tender, shop)

    def entered() -> tuple[set[int], int]:
        found = program.get(f"{shop}/ladder/programme/people").json()["items"]
        return {one["person"]["person_id"] for one in found}, program.get(f"{shop}/ladder/programme").json()["counts"]["held"]

    # Whoever gets no message at all is on neither side of the comparison yet.
    [holdout] = outreach.holdouts(house.store, scope)
    ripe = {number for name, number in person.items() if int(name[1:]) % 10 and orders[name] >= 2}
    fans = {number for number in ripe if tag_of(house, scope, number, TAG) in ("fan", "super_user")}
    out = {number for number in ripe if holdout.holds(number, NOW)}
    waiting, held = entered()
    assert waiting <= fans - out
    assert len(waiting) + held == len(fans - out) > 0
    # With the draw of the messages, who they leave alone is who is held out, of everybody who comes far enough from now on.
    program.send("PUT", f"{shop}/holdouts/everything", json={**everything, "renew_days": None})
    assert program.send("PUT", f"{shop}/ladder/programme", json=asked).json()["programme"] == asked
    place(program, tender, shop)
    after, held_after = entered()
    assert after - fans == ripe - fans - out
    assert held_after - held == len(out)
    # Who is left alone by messages later is not invited any more, whatever lot they drew.
    program.send("PUT", f"{shop}/holdouts/everything", json={**everything, "percent": 50, "renew_days": None})
    [wider] = outreach.holdouts(house.store, scope)
    later = {number for number in after if wider.holds(number, NOW)}
    assert later
    assert entered()[0] == after - later
    invited = program.post(f"{shop}/ladder/programme/invitations", {"people": [min(later)]})
    assert (invited.status_code, invited.json()["code"]) == (409, "held_out")


def place(program: Program, tender: Tender, shop: str) -> None:
    for key in ("ties", "ladder"):
        program.post(f"{shop}/{key}/runs")
    while tender.step():
        continue


def tag_of(house: House, scope: Scope, person: int, tag: str) -> object:
    return next((one.value for one in profiles.tags_of(house, scope, [person])[person] if one.tag == tag), None)


def test_criteria_are_conditions_of_the_one_grammar(program: Program, tender: Tender) -> None:
    body = program.get(BASE).json()
    wrong = {**body["criteria"], "user": [{**body["criteria"]["user"][0], "condition": {"no": "such"}}]}
    assert program.send("PUT", BASE, json={"steps": wrong}).json()["code"] == "bad_filter"
    idle: list[dict[str, Any]] = [{}, {"fan": []}, {"super_user": body["criteria"]["super_user"]}]
    for taking_nothing in idle:  # nobody may enter for nothing
        refused = program.send("PUT", BASE, json={"steps": taking_nothing})
        assert (refused.status_code, refused.json()["details"]) == (422, {"field": "steps"})
    only = [{**body["criteria"]["user"][0], "condition": {"did": {"events": ["Product Reviewed"]}}}]
    changed = program.send("PUT", BASE, json={"steps": {"user": only}})
    assert changed.json()["own"] is True
    while tender.step():
        continue
    steps = {one["step"]: one["people"] for one in program.get(BASE).json()["result"]["steps"]}
    assert (steps["super_user"], steps["stranger"]) == (67, PEOPLE - 67)
