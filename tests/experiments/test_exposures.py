"""Does each person count once, in the arm of their first exposure, and is whoever was seen in several left out? Against plain Python."""

import json
import random
from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.experiments.world import NOW, World, a_world
from tests.support.feed import Happened
from uems.experiments.exposures import Exposures, exposed_sql
from uems.experiments.trials.sums import World as Read
from uems.experiments.trials.sums import tally
from uems.kernel.settings import Settings
from uems.kernel.sql import Sql

ARMS = ["a", "b", "7"]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with a_world(Settings(home=tmp_path_factory.mktemp("exposures") / "home")) as made:
        yield made


@pytest.mark.parametrize("seed", range(4))
def test_exposures_are_those_that_plain_python_finds(world: World, seed: int) -> None:
    chance = random.Random(seed)
    people = [f"s{seed}p{n}" for n in range(12)]
    # Some browse without a name first, and are known by it later: both ids are one person, and whoever has two arms by that is in none.
    browsers = {person: f"{person}-browser" for person in people if chance.random() < 0.5}
    told: list[tuple[str, int, str]] = []  # person, minutes, arm
    events = []
    for _ in range(60):
        person, minutes, arm = chance.choice(people), chance.randrange(-2_000, 12_000), chance.choice("aaab")
        named = browsers.get(person) is None or chance.random() < 0.5
        camel = chance.random() < 0.3
        shown: str | int = 7 if arm == "b" and chance.random() < 0.5 else arm
        properties = {"experimentId" if camel else "experiment_id": f"test-{seed}", "variationId" if camel else "variation_id": shown}
        if chance.random() < 0.1:
            properties = {"experiment_id": "another", "variation_id": "a"}
        elif 0 <= minutes < 7 * 1440:
            told.append((person, minutes, str(shown)))
        event = chance.choice(["Experiment Viewed", "experiment.exposed"])
        user, anonymous = (person, "") if named else ("", browsers[person])
        at = NOW + timedelta(minutes=minutes)
        events.append(Happened(user=user, anonymous=anonymous, ts=at, event=event, properties=json.dumps(properties)))
    world.feed.take(events, NOW)
    links = [Happened(user=person, anonymous=browser, ts=NOW, type="identify", event="") for person, browser in browsers.items()]
    world.feed.take(links, NOW)

    arms = {person: {arm for who, _, arm in told if who == person} for person in people}
    first = {person: min((m, arm) for who, m, arm in told if who == person) for person in people if arms[person]}
    single = [person for person in people if len(arms[person]) == 1]
    wanted = Exposures(experiment_id=f"test-{seed}", arms=ARMS, start=NOW, end=NOW + timedelta(days=7))
    read = Read(house=world.house, scope=world.scope, now=NOW, exposures=wanted, before_days=0)
    found = tally(read)
    assert found.arms == {ARMS.index(arm): sum(arms[p] == {arm} for p in single) for p in single for arm in arms[p]}
    assert found.apart == sum(len(arms[person]) > 1 for person in people)
    query = read.query()
    times = query.run(Sql(f"SELECT f FROM {exposed_sql(query, wanted)} ORDER BY f")).column("f").to_pylist()
    assert [time / 1000 for time in times] == sorted((NOW + timedelta(minutes=m)).timestamp() for m, _ in first.values())
