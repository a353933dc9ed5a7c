"""Does the finder stay silent where there is nothing, and find what was planted, in worlds made of counts?"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy import stats

from uems.journeys.bottleneck.explain import conclude
from uems.journeys.bottleneck.model import Axis, Finding, Slice, Units
from uems.journeys.bottleneck.scan import candidates, table_of

AXES = [Axis(kind="column", name=f"d{n}", values=[f"v{v}" for v in range(5)]) for n in range(15)]
RATES = (0.6, 0.3, 0.8, 0.1, 0.5, 0.9)
WORLDS, STATED = 100, 0.05


def world(rng: np.random.Generator, size: int = 3_000, spread: bool = True) -> list[Units]:
    """Six steps; who goes on depends on the step alone. Values are as uneven as devices and countries are, and overlap as they do."""
    found = []
    for rate in RATES:
        base = rng.choice(5, size, p=[0.5, 0.25, 0.15, 0.07, 0.03])
        codes = np.stack([np.where(rng.random(size) < 0.5, base, rng.choice(5, size)) if spread else base for _ in AXES]).astype(np.uint8)
        onward = rng.random(size) < rate
        found.append(Units(now=rng.random(size) < 0.5, onward=onward, minor=np.where(onward, 1_000, 0), codes=codes))
    return found


def scanned(units: Sequence[Units], rate: float = STATED, least: int = 20) -> list[Finding]:
    tables = [table_of(one, AXES) for one in units]
    losses, tests = candidates(tables, rate, least)
    assert tests > 500
    return conclude(losses, units, tables, AXES, least)


def test_on_a_hundred_worlds_without_any_effect_false_alarms_stay_at_the_stated_rate() -> None:
    alarms = sum(bool(scanned(world(np.random.default_rng(seed)))) for seed in range(WORLDS))
    # Where nothing is true every finding is false, so the rate is that of worlds with any. 11 of 100 is the 99 % point at 0.05.
    assert alarms <= 11, f"{alarms} of {WORLDS} worlds gave a false alarm"


def broken(units: list[Units], step: int, chosen: npt.NDArray[np.bool_], share: float, seed: int) -> None:
    """Take away a share of the passages of some units."""
    one = units[step]
    hit = chosen & (np.random.default_rng(seed).random(len(one)) < share)
    units[step] = Units(now=one.now, onward=one.onward & ~hit, minor=np.where(hit, 0, one.minor), codes=one.codes)


def test_a_step_that_broke_for_one_slice_is_found_there_and_elsewhere_only_as_an_echo() -> None:
    more = 0
    for seed in range(10):
        units = world(np.random.default_rng(seed), 6_000)
        broken(units, 2, units[2].now & (units[2].codes[3] == 1), 0.4, seed)
        found = scanned(units)
        first = found[0]
        assert (first.kind, first.step, first.slice) == ("change", 2, Slice(axis=3, value=1)), seed
        assert first.recoverable > 0
        assert first.worth_minor == first.recoverable * 1_000
        more += len(found) - 1
        assert len(first.echoes) > len(found) - 1, seed
    assert more <= 10, "other slices are echoes of it; a rate of 0.05 over all that is true leaves some chance"


def test_in_small_worlds_without_any_effect_false_alarms_stay_at_the_stated_rate_too() -> None:
    # 400 people: most slices have some dozens, where the normal curve is too thin far out.
    alarms = sum(bool(scanned(world(np.random.default_rng(1_000 + seed), 400))) for seed in range(WORLDS))
    assert alarms <= 11, f"{alarms} of {WORLDS} worlds gave a false alarm"


def test_a_payment_that_broke_on_some_dozens_of_phones_is_said_of_phones() -> None:
    """Counts as a shop of 2,500 people has them in a month: 49 paid by phone before, 56 do now, and a third of them gets through."""
    rng = np.random.default_rng(2)
    phone = np.repeat([1, 0, 1, 0], [49, 74, 56, 92])
    now = np.repeat([False, False, True, True], [49, 74, 56, 92])
    onward = np.concatenate([np.arange(size) < on for size, on in ((49, 40), (74, 67), (56, 19), (92, 85))])
    codes = np.stack([phone, *(rng.choice(5, len(phone)) for _ in AXES[1:])]).astype(np.uint8)
    units = [*world(rng, 900), Units(now=now, onward=onward, minor=np.where(onward, 1_000, 0), codes=codes)]
    found = scanned(units)
    assert [(one.kind, one.step, one.slice) for one in found] == [("change", len(RATES), Slice(axis=0, value=1))]


def test_a_payment_that_broke_on_few_phones_is_missed_no_more_often_than_chance_has_it() -> None:
    """Shops of 2,500 people have 25 to 40 payments by phone before the break. What is missed there is lack of power, and no fault."""
    sizes, shares, tries = (32, 47), (0.85, 0.3), 60
    found, made = 0, 0
    for seed in range(tries):
        rng = np.random.default_rng(100 + seed)
        phone, now = np.repeat([1, 0, 1, 0], [32, 74, 47, 92]), np.repeat([False, False, True, True], [32, 74, 47, 92])
        onward = rng.random(len(phone)) < np.where(phone == 0, 0.9, np.where(now, shares[1], shares[0]))
        codes = np.stack([phone, *(rng.choice(5, len(phone)) for _ in AXES[1:])]).astype(np.uint8)
        units = [*world(rng, 900), Units(now=now, onward=onward, minor=np.where(onward, 1_000, 0), codes=codes)]
        made = candidates([table_of(one, AXES) for one in units], STATED, 20)[1]
        found += any((one.step, one.slice) == (len(RATES), Slice(axis=0, value=1)) for one in scanned(units))
    # The power of Fisher's exact test at the share of the rate that even the strongest of so many tests has, over every outcome.
    before, after = (stats.binom.pmf(np.arange(size + 1), size, share) for size, share in zip(sizes, shares, strict=True))
    power = sum(
        before[x0] * after[x1]
        for x0 in range(sizes[0] + 1)
        for x1 in range(sizes[1] + 1)
        if before[x0] * after[x1] > 1e-9 and stats.fisher_exact([[x1, sizes[1] - x1], [x0, sizes[0] - x0]]).pvalue <= STATED / made
    )
    assert 0.5 < power < 0.95
    assert found / tries >= power - 3 * (power * (1 - power) / tries) ** 0.5, (found, power)


def test_a_step_that_broke_for_everybody_is_said_of_everybody() -> None:
    for seed in range(10):
        units = world(np.random.default_rng(seed), 6_000)
        broken(units, 4, units[4].now, 0.3, seed)
        found = scanned(units)
        assert (found[0].kind, found[0].step, found[0].slice.axis) == ("change", 4, None), seed
        assert sum(one.step == 4 for one in found) <= 2
        assert len(found[0].echoes) > 10


def test_two_slices_that_broke_are_two_findings() -> None:
    units = world(np.random.default_rng(3), 20_000)
    for axis, value in ((1, 0), (2, 2)):
        broken(units, 0, units[0].now & (units[0].codes[axis] == value), 0.5, axis)
    told = {one.slice for one in scanned(units) if one.step == 0 and one.kind == "change"}
    assert {Slice(axis=1, value=0), Slice(axis=2, value=2)} <= told


def test_another_mix_of_people_is_warned_of() -> None:
    rng = np.random.default_rng(5)
    units = world(rng, 8_000)
    size = len(units[1])
    now = np.arange(size) < size // 2
    # Those of value 1 go on less, and now there are more of them; within each value nothing changed.
    weak = rng.random(size) < np.where(now, 0.6, 0.2)
    codes = units[1].codes.copy()
    codes[0] = weak
    onward = rng.random(size) < np.where(weak, 0.2, 0.6)
    units[1] = Units(now=now, onward=onward, minor=onward.astype(np.int64), codes=codes)
    overall = next(one for one in scanned(units) if one.kind == "change" and one.step == 1 and one.slice.axis is None)
    assert {(w.code, w.axis) for w in overall.warnings} >= {("mix_shift", 0)}


def test_a_change_that_turns_round_within_every_value_is_called_simpsons() -> None:
    rng = np.random.default_rng(6)
    units = world(rng, 12_000)
    size = len(units[1])
    now = np.arange(size) < size // 2
    weak = rng.random(size) < np.where(now, 0.7, 0.2)
    codes = units[1].codes.copy()
    codes[0] = weak
    onward = rng.random(size) < np.where(weak, 0.2, 0.7) + np.where(now, 0.06, 0.0)
    units[1] = Units(now=now, onward=onward, minor=onward.astype(np.int64), codes=codes)
    overall = next(one for one in scanned(units) if one.kind == "change" and one.step == 1 and one.slice.axis is None)
    assert ("simpson", 0) in {(w.code, w.axis) for w in overall.warnings}


def test_few_people_are_warned_of() -> None:
    units = world(np.random.default_rng(8), 300)
    broken(units, 5, units[5].now, 0.9, 1)
    found = [one for one in scanned_small(units) if one.step == 5]
    assert found
    assert any(warning.code == "small_sample" for one in found for warning in one.warnings)


def scanned_small(units: Sequence[Units]) -> list[Finding]:
    tables = [table_of(one, AXES) for one in units]
    losses, _ = candidates(tables, STATED, 20)
    return conclude(losses, units, tables, AXES, 20)
