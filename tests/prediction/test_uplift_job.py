"""Does a workspace learn who changes because of an action: as tags, a policy, and those who are left in peace?"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.prediction.conftest import new_scope
from tests.prediction.world import FIRST, ZONE, at
from tests.support import houses
from tests.support.feed import Feed, Happened
from tests.support.web import Clock, Program, operator_client
from uems.access import api as access
from uems.access.api import Access, Workspaces
from uems.kernel.clock import start_of_day
from uems.kernel.filters import At
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.settings import Settings
from uems.prediction.jobs import Modeller
from uems.prediction.metrics import Ints, Labels
from uems.prediction.uplift_job import _as_meant, harmed_tag_of, make_uplift, tag_of
from uems.prediction.uplift_preparing import cuts_of, shares
from uems.prediction.uplift_settings import UpliftSettings
from uems.prediction.uplift_store import guarded, harmed_by, keep_harmed, read_guards, set_guard
from uems.prediction.uplift_trials import Bought, Trial, outcomes
from uems.profiles import api as profiles
from uems.segments import api as segments
from uems.web.app import create_app

PEOPLE, DAY = 3_000, 40
BASE = "/api/workspaces/uplift"
NOW = start_of_day(FIRST + timedelta(days=DAY + 32), ZONE) + timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Told:
    """Evidence as the application would hand it in."""

    of: Sequence[Trial]
    bought: Bought | None

    def trials(self) -> Sequence[Trial]:
        return self.of

    def purchases(self, first: datetime) -> Bought | None:
        return self.bought

    def last_ms(self) -> int:
        return round(NOW.timestamp() * 1000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """Who looked at offers before is won by the action, who came on many days is put off by it. change: the truth of each."""

    scope: Scope
    trial: Trial
    bought: Bought
    change: Any


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    built = houses.build(Settings(home=Path(tmp_path_factory.mktemp("uplift"))))
    yield built
    built.close()


@pytest.fixture(scope="module")
def shop(house: House) -> Shop:
    scope, rng = new_scope(house, "uplift"), np.random.default_rng(8)
    offers, often = rng.random(PEOPLE) < 0.5, rng.random(PEOPLE) < 0.4
    days = [sorted({int(one) for one in rng.integers(0, DAY, 9 if often[who] else 2)}) for who in range(PEOPLE)]
    events = [
        Happened(user=f"u{who}", ts=at(day, 9 + who % 12), event="Offer Opened" if offers[who] else "Page Viewed")
        for who in range(PEOPLE)
        for day in days[who]
    ]
    stored = Feed(house, scope).take(events, NOW)
    number = {int(e.user[1:]): s.person_id for e, s in zip(events, stored, strict=True)}
    treated = rng.random(PEOPLE) < 0.7
    change = np.where(offers, 0.35, 0.0) - np.where(often, 0.3, 0.0)
    buys = rng.random(PEOPLE) < 0.35 + change * treated
    person = np.array([number[who] for who in range(PEOPLE)], np.uint64)
    order = np.argsort(person)
    began = np.full(PEOPLE, round(at(DAY, 10).timestamp() * 1000))
    trial = Trial(kind="flow", key="win-back", name="Win back", origin="7", person=person[order], since_ms=began,
                  treated=treated[order], cost_minor=100.0)  # fmt: skip
    who = np.flatnonzero(buys)
    bought = Bought(person=person[who], at_ms=began[who] + 86_400_000, amount=np.full(len(who), 2_000))
    return Shop(scope=scope, trial=trial, bought=bought, change=change[order])


def made(house: House, shop: Shop, *, trials: Sequence[Trial] | None = None, **settings: Any) -> dict[str, Any]:
    asked = UpliftSettings(worth="purchase", **settings)
    told = Told([shop.trial] if trials is None else trials, shop.bought)
    return make_uplift(house, shop.scope, asked, lambda *_: told, "run-1", NOW, lambda step, done: None)


def by_hand(shop: Shop) -> Access:
    return Access(scope=shop.scope, actor=access.operator(), now=NOW)


@pytest.fixture(scope="module")
def program(house: House) -> Program:
    return operator_client(create_app(house, clock=Clock(NOW)), house)


@pytest.fixture(scope="module")
def told(house: House, shop: Shop, program: Program) -> dict[str, Any]:
    """What a worker finds when settings are saved."""
    answer = program.send("PUT", f"{BASE}/uplift", json={"worth": "purchase"})
    assert answer.status_code == 200, answer.text
    evidence = Told([shop.trial], shop.bought)
    loop = Modeller(house, Workspaces(house.store), "uplift", Clock(NOW), lambda *_: evidence)
    loop._looked = NOW
    while loop.step():
        continue
    body: dict[str, Any] = program.get(f"{BASE}/uplift").json()
    assert body["run"]["state"] == "done", body["run"]
    found: dict[str, Any] = body["result"]
    return found


def test_who_changes_is_found_and_the_policy_gains_what_it_says(house: House, shop: Shop, told: dict[str, Any]) -> None:
    [action] = told["actions"]
    found = action["found"]
    assert (action["reason"], found["sure"], found["advice"]) == ("", True, "policy")
    assert action["treated"] + action["control"] == PEOPLE
    people, net = profiles.scores_of(house, shop.scope, tag_of(shop.trial))
    harmed, _ = profiles.scores_of(house, shop.scope, harmed_tag_of(shop.trial))
    truth = dict(zip(shop.trial.person.tolist(), shop.change.tolist(), strict=True))
    gain = np.array([truth[int(one)] for one in people]) * 2_000 - 100
    chosen = (net > 0) & ~np.isin(people, harmed)
    assert gain[chosen].sum() >= 0.9 * np.maximum(gain, 0).sum()
    lines = {one["who"]: one for one in found["policy"]}
    assert lines["worth"]["people"] == pytest.approx(chosen.sum(), abs=5)
    assert lines["worth"]["net"]["low"] <= gain[chosen].sum() <= lines["worth"]["net"]["high"]
    assert lines["worth"]["cost"] == 100 * lines["worth"]["people"]
    assert lines["everybody"]["people"] == PEOPLE
    assert len(harmed) > 300
    assert np.mean([truth[int(one)] for one in harmed]) < -0.2


def test_those_harmed_are_known_to_whoever_sends_while_the_guard_is_on(house: House, shop: Shop, told: dict[str, Any]) -> None:
    by, number = by_hand(shop), int(profiles.scores_of(house, shop.scope, harmed_tag_of(shop.trial))[0][0])
    owner = {number: number, 10**9: 5}
    with house.store.read() as conn:
        assert harmed_by(conn, shop.scope, read_guards(conn, shop.scope.workspace_id), owner) == {}
    for _ in range(2):
        set_guard(house.store, by, "flow", "win-back", "7", on=True)
    assert guarded(house.store, shop.scope) == {("flow", "win-back")}
    with house.store.read() as conn:
        guards = read_guards(conn, shop.scope.workspace_id)
        assert harmed_by(conn, shop.scope, guards, owner) == {number: {("flow", "7")}}
        assert harmed_by(conn, new_scope(house, "elsewhere"), guards, owner) == {}
    set_guard(house.store, by, "flow", "win-back", "7", on=False)
    assert guarded(house.store, shop.scope) == set()


def test_one_click_makes_the_segment_and_turns_the_guard(house: House, shop: Shop, program: Program, told: dict[str, Any]) -> None:
    one = f"{BASE}/uplift/actions/flow/win-back"
    for _ in range(2):
        made = [program.post(f"{one}/segments", {"who": who}) for who in ("worth", "harmed")]
        assert [answer.status_code for answer in made] == [201, 201], made[0].text
    keys = [answer.json()["key"] for answer in made]
    assert keys == [tag_of(shop.trial), harmed_tag_of(shop.trial)]
    lines = {line["who"]: line["people"] for line in told["actions"][0]["found"]["policy"]}
    for key, who in zip(keys, ("worth", "harmed"), strict=True):
        condition = segments.segment(house.store, shop.scope, key).condition
        found = profiles.evaluate([condition], profiles.Asking(house, shop.scope, At(now=NOW, zone=ZONE))).members(condition)
        assert len(found) == pytest.approx(lines[who], abs=5)
    assert program.send("PUT", f"{one}/guard", json={"on": True}).json()["result"]["actions"][0]["guard"]
    assert not program.send("PUT", f"{one}/guard", json={"on": False}).json()["result"]["actions"][0]["guard"]
    assert program.send("PUT", f"{BASE}/uplift/actions/flow/nobody/guard", json={"on": True}).status_code == 404


def test_without_an_effect_no_policy_is_offered_and_tags_go(house: House, shop: Shop, told: dict[str, Any]) -> None:
    assert told["actions"][0]["found"]["sure"]
    some = part(shop.trial, shop.trial.key, np.arange(PEOPLE) < 1_000)
    aimless = replace(some, treated=np.random.default_rng(4).permutation(some.treated))
    [action] = made(house, shop, trials=[aimless])["actions"]
    assert not action["found"]["sure"]
    assert action["found"]["advice"] in ("all", "none", "unknown")
    assert len(profiles.scores_of(house, shop.scope, tag_of(aimless))[0]) == 0
    assert len(profiles.scores_of(house, shop.scope, harmed_tag_of(aimless))[0]) == 0


def test_who_was_left_in_peace_is_not_learned_from(house: House) -> None:
    """From the guard on those harmed are sent nothing: of either side only who came before it counts."""
    scope = new_scope(house, "peace")
    person: Any = np.arange(1, 7, dtype=np.uint64)
    since = np.array([0, 0, 0, 1, 1, 1]) * 2 * round(NOW.timestamp() * 1000)
    trial = Trial(kind="flow", key="f", name="f", origin="3", person=person, since_ms=since, treated=person % 2 == 0)
    with house.store.write() as conn:
        keep_harmed(conn, scope, [(trial, np.array([1, 2, 4, 5], np.uint64)), (replace(trial, origin=""), person)])
    assert _as_meant(house, scope, trial) is trial
    set_guard(house.store, Access(scope=scope, actor=access.operator(), now=NOW), "flow", "f", "3", on=True)
    assert _as_meant(house, scope, trial).person.tolist() == [1, 2, 3, 6]


def test_who_cannot_be_judged_is_told_why(house: House, shop: Shop) -> None:
    everybody = np.ones(PEOPLE, np.bool_)
    trials = [
        replace(shop.trial, key="nobody", treated=everybody),
        replace(shop.trial, key="young", since_ms=shop.trial.since_ms + 10 * 86_400_000),
        part(shop.trial, "few", everybody & (np.arange(PEOPLE) < 300)),
        replace(shop.trial, key="nothing", since_ms=shop.trial.since_ms - 40 * 86_400_000),
    ]
    told = {one["key"]: one["reason"] for one in made(house, shop, trials=trials)["actions"]}
    assert told == {"nobody": "nobody_held_out", "young": "too_young", "few": "too_few", "nothing": "too_few_outcomes"}
    assert made(house, shop, trials=[])["actions"] == []


def part(trial: Trial, key: str, rows: Labels) -> Trial:
    return replace(trial, key=key, person=trial.person[rows], since_ms=trial.since_ms[rows], treated=trial.treated[rows])


def test_outcomes_are_those_of_the_window_by_hand() -> None:
    person, since = np.array([3, 5, 9], np.uint64), np.array([100, 200, 300])
    trial = Trial(kind="flow", key="f", name="f", origin="", person=person, since_ms=since, treated=np.array([True, False, True]))
    rows = [(3, 99, 1), (3, 100, 10), (3, 149, 5), (3, 150, 1), (5, 249, 7), (4, 220, 8), (9, 350, 8)]
    who, when, much = (np.array(one) for one in zip(*rows, strict=True))
    did, amount = outcomes(trial, Bought(person=who.astype(np.uint64), at_ms=when, amount=much), 50)
    assert did.tolist() == [True, True, False]
    assert amount.tolist() == [15, 7, 0]


def test_shares_follow_a_holdout_that_was_changed() -> None:
    since: Ints = np.arange(4_000)
    rng = np.random.default_rng(2)
    treated = rng.random(4_000) < np.where(since < 2_000, 0.9, 0.5)
    trial = Trial(kind="flow", key="f", name="f", origin="", person=since.astype(np.uint64), since_ms=since, treated=treated)
    found = shares(trial)
    assert float(found[:1_600].mean()) == pytest.approx(0.9, abs=0.03)
    assert float(found[2_400:].mean()) == pytest.approx(0.5, abs=0.03)


def test_features_are_never_later_than_the_action() -> None:
    days = [FIRST + timedelta(days=int(one)) for one in np.random.default_rng(1).integers(0, 200, 500)]
    cuts = cuts_of(days)
    assert cuts[0] == min(days)
    assert len(cuts) <= 12
    assert cuts_of([FIRST] * 7) == [FIRST]
