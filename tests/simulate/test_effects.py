"""Is a planted effect there to be found in plain counts, where it was planted and nowhere else?

The thresholds lie several standard deviations from what is expected, and the worlds are fixed by their seeds.
"""

from collections import Counter
from datetime import date, timedelta

import numpy as np

from tests.simulate.worlds import START
from uems.simulate import events as ev
from uems.simulate.api import BrokenStep, Effect, PriceChange, Running, ViralInvitation, World, people_of, truth_of
from uems.simulate.catalogue import CATEGORIES, DEVICE_OF, DEVICES, PRODUCTS

HALF = START + timedelta(45)


def running(*effects: Effect, people: int = 4_000) -> tuple[Running, dict[tuple[str, int, bool], int], Counter[tuple[int, bool]]]:
    """(the world, counts by (device, kind, since HALF), products by (category, since HALF) seen minus... put into carts)."""
    found = Running(World(people=people, days=90, start=START, seed=11, effects=effects))
    counts: Counter[tuple[str, int, bool]] = Counter()
    added: Counter[tuple[int, bool]] = Counter()
    for day in found.days():
        late = START + timedelta(day.day) >= HALF
        events = day.events
        codes, sizes = np.unique(DEVICE_OF[events.profile] * 100 + events.kind, return_counts=True)
        for code, size in zip(codes.tolist(), sizes.tolist(), strict=True):
            counts[DEVICES[code // 100], code % 100, late] += size
        for category in PRODUCTS.category[events.a[events.kind == ev.ADDED]].tolist():
            added[category, late] += 1
    return found, dict(counts), added


def share(counts: dict[tuple[str, int, bool], int], device: str, late: bool) -> float:
    return counts.get((device, ev.ORDERED, late), 0) / counts[device, ev.PAYMENT_INFO, late]


def test_a_broken_payment_on_mobile_shows_there_from_its_day_on_and_nowhere_else() -> None:
    found, counts, _ = running(BrokenStep(kind="broken_step", step="payment", device="mobile", since=HALF, factor=0.3))
    assert share(counts, "mobile", False) > 0.75
    assert share(counts, "mobile", True) < 0.35
    assert abs(share(counts, "desktop", True) - share(counts, "desktop", False)) < 0.08
    tally = found.planted.tallies[0]
    assert tally.reached == counts["mobile", ev.PAYMENT_INFO, True]
    # Of about 83 % that get through, 70 % are stopped.
    assert abs(tally.lost / tally.reached - 0.58) < 0.07
    assert tally.lost_minor > 0
    assert any(changed for changed in people_of(found)["changed_by"].to_pylist())


def test_without_effects_the_step_works_as_well_late_as_early() -> None:
    found, counts, _ = running()
    for device in ("mobile", "desktop", "android", "ios"):
        assert abs(share(counts, device, True) - share(counts, device, False)) < 0.1, device
    assert truth_of(found)["effects"] == []


def test_a_dearer_category_is_put_into_carts_less() -> None:
    found, _, added = running(PriceChange(kind="price_change", category="beauty", since=HALF, factor=1.8))
    _, _, usual = running()
    beauty, tea = CATEGORIES.index("beauty"), CATEGORIES.index("tea")
    assert added[beauty, True] < 0.65 * usual[beauty, True]
    assert added[beauty, False] == usual[beauty, False]
    assert 0.7 < added[tea, True] / usual[tea, True] < 1.3
    tally = found.planted.tallies[0]
    assert tally.lost > 0
    assert tally.gained == 0


def test_a_viral_invitation_multiplies_invitations_and_newcomers() -> None:
    found, counts, _ = running(ViralInvitation(kind="viral_invitation", since=HALF, factor=6))
    usual, usual_counts, _ = running()

    def sent(of: dict[tuple[str, int, bool], int], late: bool) -> int:
        return sum(size for (_, kind, when), size in of.items() if kind == ev.INVITE_SENT and when == late)

    assert sent(counts, False) == sent(usual_counts, False)
    assert sent(counts, True) > 3 * sent(usual_counts, True)
    assert truth_of(found)["totals"]["invited"] > 2 * truth_of(usual)["totals"]["invited"]
    assert found.planted.tallies[0].gained > 0


def test_an_effect_ends_after_its_last_day() -> None:
    until = HALF + timedelta(9)
    found, _, _ = running(BrokenStep(kind="broken_step", step="checkout", since=HALF, until=until, factor=0.0), people=1_000)
    effect = found.world.effects[0]
    assert [effect.on(day) for day in (HALF - timedelta(1), HALF, until, until + timedelta(1))] == [False, True, True, False]
    assert found.planted.tallies[0].reached > 0


def test_the_hidden_values_show_in_what_people_do() -> None:
    found, _, _ = running(people=6_000)
    people = found.people
    visits, bought = people.ints("visits"), people.ints("orders") > 0
    eager, lazy = (people.floats("intent") > 0.15), (people.floats("intent") < 0.05)
    here = people.ints("arrives") < 30
    assert visits[eager & here].mean() > 2 * visits[lazy & here].mean()
    assert people.floats("need")[bought].mean() > people.floats("need")[~bought].mean() + 0.2
    # Strong habits are rare, as strong ties are.
    assert 0 < (people.floats("habit") > 0.6).mean() < 0.1
    assert date(2026, 1, 5) == START
