"""Are ties scored, kept comparable, judged on the past, written as tags, and cooling ones told of once? By hand and over HTTP."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import update

from tests.prediction.conftest import new_scope
from tests.prediction.lifetime.shop import FIRST, ZONE
from tests.support import houses
from tests.support.feed import Feed, Happened
from tests.support.web import Clock, Program, operator_client
from uems.access.api import Workspaces
from uems.collect.api import Consumer
from uems.kernel.clock import start_of_day
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.settings import Settings
from uems.kernel.sql import Sql
from uems.profiles import api as profiles
from uems.stages import stages_of
from uems.superusers.jobs import Tender
from uems.superusers.ties.making import CHANGE_TAG, LEVEL_TAG, SCORE_TAG, make_ties
from uems.superusers.ties.settings import TieSettings
from uems.superusers.ties.tables import tie_episodes
from uems.web.app import create_app

DAYS = 200
NOW = start_of_day(FIRST + timedelta(days=DAYS), ZONE) + timedelta(hours=12)
PEOPLE = 150
FALLS = 3
"""The closest of all, who are not seen any more in the last days."""


def tick(step: str, progress: float) -> None:
    assert step
    assert 0 <= progress <= 1


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    built = houses.build(Settings(home=Path(tmp_path_factory.mktemp("ties"))))
    yield built
    built.close()


Town = tuple[Scope, dict[str, int], np.ndarray[tuple[int], np.dtype[np.float64]]]


@pytest.fixture(scope="module")
def town(house: House) -> Town:
    """People of whom each has a closeness of their own, by which they come, buy, review and stay."""
    scope, rng = new_scope(house, "close"), np.random.default_rng(4)
    close = rng.beta(1, 4, PEOPLE)
    close[:FALLS] = 0.95
    events = []
    for who in range(PEOPLE):
        for day in range(DAYS):
            if rng.random() > 0.02 + 0.4 * close[who] or (who < FALLS and day >= DAYS - 26):
                continue
            at = start_of_day(FIRST + timedelta(days=day), ZONE) + timedelta(hours=9, seconds=who)
            events.append(Happened(user=f"c{who}", ts=at))
            if rng.random() < 0.3:
                bought = Happened(user=f"c{who}", ts=at, event="Order Completed", revenue_minor=int(2_000 * close[who]) + 1, currency="CNY")
                events.append(bought)
            if rng.random() < 0.2 * close[who]:
                events.append(Happened(user=f"c{who}", ts=at, event="Product Reviewed"))
    stored = Feed(house, scope).take(events, NOW)
    return scope, {e.user: s.person_id for e, s in zip(events, stored, strict=True)}, close


@pytest.fixture(scope="module")
def found(house: House, town: Town) -> dict[str, Any]:
    return make_ties(house, town[0], TieSettings(), None, NOW, tick)


def test_everybody_has_a_score_a_level_and_reasons(house: House, town: Town, found: dict[str, Any]) -> None:
    scope, person, close = town
    people, score = profiles.scores_of(house, scope, SCORE_TAG)
    assert len(people) == found["people"] == sum(found["levels"].values())
    order = {person[f"c{n}"]: value for n, value in enumerate(close)}
    truth = np.array([order[int(one)] for one in people])
    assert np.corrcoef(truth, score)[0, 1] > 0.7
    scale = found["scale"]
    tags = {one.tag: one for one in profiles.tags_of(house, scope, [int(people[0])])[int(people[0])]}
    wanted = "strong" if score[0] >= scale["strong_at"] else "medium" if score[0] >= scale["medium_at"] else "weak"
    assert tags[LEVEL_TAG].value == wanted
    reason: Any = tags[SCORE_TAG].evidence
    parts = reason["parts"]
    assert sum(scale["weights"][key] * points for key, (_, points) in parts.items()) == pytest.approx(score[0], abs=0.15)
    # Nothing is sent and nobody invites here: it is said, and counts nothing.
    assert {"started", "brought", "heard"}.isdisjoint(parts)
    assert "people brought" in reason["en"]
    assert "带来的人" in reason["zh"]
    assert sum(scale["weights"].values()) == pytest.approx(1)
    assert {one["key"] for one in found["signals"] if one["weight"] is None} >= {"started", "brought", "heard", "answers"}


def test_stronger_ties_were_followed_by_more(found: dict[str, Any]) -> None:
    judged = found["validation"]
    assert judged["reason"] == ""
    tenths = judged["tenths"]
    assert sum(one["people"] for one in tenths) == judged["people"]
    assert tenths[-1]["value"] > 2 * tenths[0]["value"]
    ranks = {one["outcome"]: one for one in judged["ranks"]}
    assert 0.3 < ranks["value"]["low"] < ranks["value"]["rho"] < ranks["value"]["high"]
    assert tenths[0]["brought"] is None  # nobody knows who brought whom here, which is not nobody


def test_moves_add_up_and_the_scale_is_kept(house: House, town: Town, found: dict[str, Any]) -> None:
    now = {level: sum(one["people"] for one in found["moves"] if one["to"] == level) for level in ("weak", "medium", "strong")}
    before = {level: sum(one["people"] for one in found["moves"] if one["from"] == level) for level in now}
    assert (now, before) == (found["levels"], found["levels_before"])
    months = found["months"]
    assert len(months) >= 3
    for one, other in pairwise(months):
        left = {level: sum(move["people"] for move in other["moves"] if move["from"] == level) for level in now}
        assert left == one["levels"]
    again = make_ties(house, town[0], TieSettings(), found, NOW, tick)
    assert (again["scale"], again["months"], again["levels"]) == (found["scale"], months, found["levels"])
    other = make_ties(house, town[0], TieSettings(weights={"recent": 1.0, "often": 1.0}), found, NOW, tick)
    assert other["scale"]["key"] != found["scale"]["key"]
    assert set(other["scale"]["weights"]) >= {"recent", "often"}
    assert other["scale"]["weights"]["recent"] == 0.5


def test_nobody_is_told_of_a_past_that_is_being_loaded(house: House, town: Town, found: dict[str, Any]) -> None:
    with house.store.write() as conn:
        conn.execute(update(tie_episodes).values(told_at=None))
    assert make_ties(house, town[0], TieSettings(), found, NOW + timedelta(days=30), tick)["told"] == 0
    assert make_ties(house, town[0], TieSettings(), found, NOW, tick)["told"] == found["told"]


def test_whoever_cools_is_told_of_once(house: House, town: Town, found: dict[str, Any]) -> None:
    scope, person, _ = town
    fallen = {person[f"c{n}"] for n in range(FALLS)}
    listed = {one["person_id"] for one in found["cooling"]}
    assert fallen <= listed
    change = dict(zip(*(one.tolist() for one in profiles.scores_of(house, scope, CHANGE_TAG)), strict=True))
    assert all(change[who] <= -TieSettings().change_points for who in fallen)
    assert found["told"] == found["episodes"] >= 1
    again = make_ties(house, scope, TieSettings(), found, NOW + timedelta(hours=1), tick)
    assert (again["told"], again["episodes"]) == (0, found["episodes"])
    for consumer in [Consumer(house, stages_of(house), n, "test") for n in range(house.settings.log_partitions)]:
        while consumer.hold(NOW) and consumer.step(NOW):
            continue
    rows = house.warehouse.query(Sql("SELECT person_id, active FROM events WHERE event = 'tie.cooling' ORDER BY person_id")).to_pylist()
    assert len(rows) == found["told"]
    assert {row["person_id"] for row in rows} <= fallen
    assert not any(row["active"] for row in rows)
    assert make_ties(house, scope, TieSettings(), again, NOW, tick)["people"] == found["people"]


def test_a_lone_person_and_nobody(house: House) -> None:
    scope = new_scope(house, "one")
    [one] = Feed(house, scope).take([Happened(user="one", ts=NOW - timedelta(days=3), event="Order Completed")], NOW)
    result = make_ties(house, scope, TieSettings(), None, NOW, tick)
    assert (result["people"], result["validation"]["reason"]) == (1, "too_young")
    [told] = [tag for tag in profiles.tags_of(house, scope, [one.person_id])[one.person_id] if tag.tag == SCORE_TAG]
    reason: Any = told.evidence
    assert "one day only" in reason["en"]
    silent = new_scope(house, "silent")
    Feed(house, silent).take([Happened(user="two", ts=NOW - timedelta(days=3), active=False)], NOW)
    with pytest.raises(UemsError, match="Nobody did anything within the 14 days"):
        make_ties(house, silent, TieSettings(), None, NOW, tick)


@pytest.fixture(scope="module")
def program(house: House, town: Town) -> Program:
    return operator_client(create_app(house, clock=Clock(NOW)), house)


def test_ties_are_asked_for_set_and_made_over_http(house: House, town: Town, program: Program) -> None:
    base = "/api/workspaces/close/ties"
    assert program.get(base).json()["result"] is None
    assert program.post(f"{base}/runs").json()["work"]["state"] == "queued"
    tender = Tender(house, Workspaces(house.store), "test", Clock(NOW))
    while tender.step():
        continue
    made = program.get(base).json()
    assert (made["work"]["state"], made["work"]["error"]) == ("idle", None)
    listed = program.get(f"{base}/people?listed=strongest").json()["items"]
    assert listed[0]["person"]["ids"][0]["value"].startswith("c")
    scale = made["result"]["scale"]
    assert all((one["level"] == "strong") == (one["score"] >= scale["strong_at"]) for one in listed)
    assert [one["score"] for one in listed] == sorted((one["score"] for one in listed), reverse=True)
    changed = {**made["settings"], "strong_at": 60, "medium_at": 30}
    assert program.send("PUT", base, json=changed).status_code == 200
    while tender.step():
        continue
    again = program.get(base).json()["result"]
    assert (again["scale"]["strong_at"], again["scale"]["medium_at"]) == (60, 30)
    refused = program.send("PUT", base, json={**changed, "medium_at": 70})
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid")
    assert "below strong_at" in refused.json()["message"]
    audit = [one["action"] for one in program.get("/api/workspaces/close/audit").json()["items"]]
    assert {"ties.started", "ties.changed"} <= set(audit)


def test_the_metric_of_strong_ties_is_the_number_of_the_pyramid_and_opens_its_people(house: House, town: Town, program: Program) -> None:
    base, tender = "/api/workspaces/close", Tender(house, Workspaces(house.store), "test", Clock(NOW))
    program.post(f"{base}/ties/runs")
    while tender.step():
        continue
    result = program.get(f"{base}/ties").json()["result"]
    first = (FIRST + timedelta(days=60)).isoformat()
    asked = {"first_day": first, "last_day": (FIRST + timedelta(days=DAYS)).isoformat(), "unit": "month", "compare": False}
    told = program.post(f"{base}/kpis/strong_ties", asked).json()
    assert (told["value"]["numerator"], told["value"]["denominator"]) == (result["levels"]["strong"], result["people"])
    # Each month but the last, which is not over, ends where the pyramid of the next one begins.
    months = {one["cut"]: one["levels"]["strong"] / one["people"] for one in result["months"]}
    found = {point["last_day"]: point["value"]["value"] for point in told["points"][:-1]}
    ends = {(date.fromisoformat(cut) - timedelta(days=1)).isoformat(): share for cut, share in months.items()}
    assert {day: found[day] for day in ends if day in found} == {day: share for day, share in ends.items() if day in found}
    assert len(ends.keys() & found.keys()) >= 3
    behind = program.post(f"{base}/kpis/strong_ties/people", asked).json()["items"]
    layer = program.get(f"{base}/tags/tie_level/people?value=%22strong%22").json()["items"]
    assert sorted(one["person_id"] for one in behind) == sorted(one["person_id"] for one in layer)
    assert len(behind) == result["levels"]["strong"] > 0
    past = program.post(f"{base}/kpis/strong_ties/people", {**asked, "last_day": min(ends)})
    assert (past.status_code, past.json()["code"]) == (409, "people_not_kept")
