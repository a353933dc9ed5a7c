"""On the simulated shop, whose people answer an offer by a hidden rule: is the policy nearly as good as if the rule were known?"""

from datetime import date
from typing import Any

import numpy as np
import pytest

from uems.prediction.uplift.curves import Lot
from uems.prediction.uplift.policy import policy
from uems.prediction.uplift.work import line_of, told, work
from uems.simulate.api import Running, World, offer_response

Floats = np.ndarray[Any, np.dtype[np.float64]]
DAYS = 50
WORTH, COST = 10_000.0, 500.0


@pytest.fixture(scope="module")
def shop() -> tuple[Floats, Floats, Floats]:
    """(what events tell of everybody who ever came, their chance to buy without an offer, and with one)."""
    running = Running(World(people=9_000, days=DAYS, start=date(2026, 1, 5), seed=12))
    size = 40_000
    count, last, first = np.zeros((size, 40)), np.full((size, 40), np.nan), np.full(size, np.nan)
    days = np.zeros(size)
    for day, happened in enumerate(running.days()):
        person, kind = happened.events.person, happened.events.kind
        np.add.at(count, (person, kind), 1)
        last[person, kind] = DAYS - day
        here = np.unique(person)
        days[here] += 1
        first[here] = np.where(np.isnan(first[here]), DAYS - day, first[here])
    here = np.flatnonzero(days)
    without, with_ = offer_response(running.people)
    return np.column_stack([days, first, count, last])[here], without[here], with_[here]


def test_the_policy_gains_nearly_what_it_would_if_the_rule_were_known(shop: tuple[Floats, Floats, Floats]) -> None:
    matrix, without, with_ = shop
    rng = np.random.default_rng(3)
    size = len(matrix)
    mixed = rng.permutation(size)
    tried, others = mixed[: size * 6 // 10], mixed[size * 6 // 10 :]
    treated = rng.random(len(tried)) < 0.5
    bought = rng.random(len(tried)) < np.where(treated, with_[tried], without[tried])
    lot = Lot(y=bought.astype(np.float64), treated=treated, share=np.full(len(tried), 0.5))
    found = work(matrix[tried], lot, matrix[others], seed=1)
    assert found.sure
    said = told(found)
    harm = -np.inf if said["harm"] is None else said["harm"]
    made = policy(line_of(said), found.scores, np.full(len(others), WORTH), COST, harm)
    true = (with_ - without)[others] * WORTH - COST
    assert true[made.treat].sum() >= 0.9 * np.maximum(true, 0).sum()
    # Treating everybody or nobody would not do.
    assert max(true.sum(), 0.0) < 0.8 * np.maximum(true, 0).sum()
    if made.harmed.any():
        assert (with_ - without)[others][made.harmed].mean() < 0
