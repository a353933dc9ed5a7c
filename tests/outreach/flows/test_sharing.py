"""Do more people get what works, with their probability written down, and is what is said of each way still without bias?"""

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import numpy as np
import pytest
from sqlalchemy import select

from tests.outreach.flows.test_testing import PARTS, RULE, beats
from tests.outreach.flows.world import FlowShop, graph
from tests.support.feed import Happened
from tests.support.houses import build
from uems.kernel.bucketing import bucket
from uems.kernel.house import House
from uems.kernel.settings import Settings
from uems.outreach.flows.graph import Graph
from uems.outreach.flows.tables import flow_effects, flow_trials
from uems.outreach.flows.testing import LEAST, best_of, comparisons_of
from uems.outreach.nodes.ab import AbConfig

NOW = datetime(2026, 3, 30, 14, 30, tzinfo=UTC)
NEVER = {"after_people": 1_000_000, "after_days": 365}
BODY = graph(
    {"test": ("ab", RULE | NEVER | {"sharing": "thompson"}), "one": ("exit", {}), "two": ("exit", {})}, {"test:a": "one", "test:b": "two"}
)
CHANCES = {"a": 0.1, "b": 0.4}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    made = build(Settings(home=Path(tmp_path_factory.mktemp("sharing")) / "home"))
    yield made
    made.close()


def test_each_wave_is_shared_by_what_the_ones_before_showed(house: House) -> None:
    shop, luck = FlowShop(house, 1, NOW), Random(5)
    flow = shop.publish(BODY)
    counts, seen = {"a": (0, 0), "b": (0, 0)}, set[int]()
    rows: list[tuple[str, float, bool]] = []
    for wave in range(4):
        shop.take([Happened(user=f"w{wave}-{n}", event="Signed Up", ts=shop.now) for n in range(60)], shop.now)
        shop.run()
        best = beats(counts["b"], counts["a"])
        wanted = {"b": LEAST + (1 - 2 * LEAST) * best, "a": LEAST + (1 - 2 * LEAST) * (1 - best)}
        with house.store.read() as conn:
            came = [row for row in conn.execute(select(flow_trials)).mappings() if row["person_id"] not in seen]
            told = [row["body"]["properties"] for row in conn.execute(select(flow_effects)).mappings() if row["kind"] == "exposure"]
        assert len(came) == 60
        users = {person: user for user, person in shop.numbers().items()}
        buyers = {row["person_id"] for row in came if luck.random() < CHANCES[row["way"]]}
        for row in came:
            seen.add(row["person_id"])
            assert row["probability"] == pytest.approx(wanted[row["way"]], abs=3e-3)
            assert row["way"] == ("a" if bucket(f"{flow.salt}:test", str(row["person_id"])) < 1 - (row["probability"]
                if row["way"] == "b" else 1 - row["probability"]) else "b")  # fmt: skip
            rows.append((row["way"], row["probability"], row["person_id"] in buyers))
        assert {round(one["probability"], 3) for one in told[-60:]} <= {round(row["probability"], 3) for row in came}
        shop.take([Happened(user=users[person], event="Order Completed", ts=shop.now) for person in sorted(buyers)], shop.now)
        shop.later(days=1, hours=1)
        counts = {way: (len(mine), sum(mine)) for way in "ab" if (mine := [won for one, _, won in rows if one == way]) is not None}
    # Those who came last knew which way works.
    assert sum(way == "b" for way, _, _ in rows[180:]) > 45
    [found] = comparisons_of(house.store, shop.scope, 1, Graph.model_validate(BODY), shop.now)
    for one in found.variants:
        assert (one.people, one.reached) == counts[one.way]
        assert one.rate == pytest.approx(sum(1 / p for way, p, won in rows if won and way == one.way) / len(rows))


def test_the_estimate_by_inverse_probability_has_no_bias_and_less_is_lost_than_by_halves() -> None:
    luck, estimates, plain, lost = np.random.default_rng(8), [], [], 0
    waves, people, worlds = 6, 40, 150
    for _ in range(worlds):
        counts, weighed = [(0, 0), (0, 0)], 0.0
        for _ in range(waves):
            share = LEAST + (1 - 2 * LEAST) * best_of(counts)[0]
            size = int(luck.binomial(people, share))
            sizes = (size, people - size)
            wins = [int(luck.binomial(n, rate)) for n, rate in zip(sizes, CHANCES.values(), strict=True)]
            counts = [(n + more, k + won) for (n, k), more, won in zip(counts, sizes, wins, strict=True)]
            weighed += wins[0] / share
            lost += sizes[0]
        estimates.append(weighed / (waves * people))
        plain.append(counts[0][1] / counts[0][0] if counts[0][0] else 0.0)
    error = float(np.std(estimates) / np.sqrt(worlds))
    assert np.mean(estimates) == pytest.approx(CHANCES["a"], abs=3 * error)
    # What works less well and was dropped early looks worse than it is.
    assert np.mean(plain) < CHANCES["a"]
    assert lost < 0.5 * (worlds * waves * people / 2)


def test_a_test_that_was_begun_before_is_the_same_test() -> None:
    old = AbConfig.model_validate(RULE | {"parts": PARTS})
    told = {name: value for name, value in old.model_dump(mode="json").items() if name != "sharing"}
    said = json.dumps([told, "goal"], sort_keys=True)
    assert old.about("goal") == hashlib.sha256(said.encode()).hexdigest()[:16]
    assert old.about("goal") != AbConfig.model_validate(told | {"sharing": "thompson"}).about("goal")
