"""Are the sums of every kind of metric what they are by definition, person by person, in random worlds with merges?"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.experiments.trials.world import BEGIN, END, EXPOSED, exposed, spec, started, truth
from tests.journeys.reports.world import Act, Town, World, examples, moments, town
from uems.experiments.statistics.moments import from_rows
from uems.experiments.trials import parts
from uems.experiments.trials.results import world_of
from uems.experiments.trials.sums import Asking, take, tally

__all__ = ["town"]
ARMS = ("control", "new")


@st.composite
def acts(draw: st.DrawFn) -> Act:
    """Somebody is exposed, looks (A) or buys (B); by user id, by device, or by both, which makes them one."""
    who = draw(st.integers(0, 5))
    as_user, with_device = draw(st.sampled_from([(True, False), (True, False), (False, True), (True, True)]))
    event = draw(st.sampled_from([EXPOSED, EXPOSED, "A", "A", "B"]))
    properties: dict[str, Any] = {}
    if event == EXPOSED:
        arms = [ARMS[who % 2]] * 4 + [str(who % 2), "control", "new", "stranger"]
        properties = {
            "experiment_id": draw(st.sampled_from(["test", "test", "test", "other"])),
            "variation_id": draw(st.sampled_from(arms)),
        }
    if event == "B":
        properties = {"size": draw(st.sampled_from([1, 2.5, 7, "text"]))}
        properties |= {"revenue": draw(st.integers(1, 9)), "currency": draw(st.sampled_from(["USD", "USD", "EUR"]))}
    return Act(
        ms=draw(moments),
        user=f"u{who}" if as_user else "",
        anonymous=f"a{who}" if with_device else "",
        event=event,
        properties=properties,
        device=draw(st.sampled_from(["phone", "desk"])),
    )


@examples(12)
@given(sent=st.lists(acts(), min_size=10, max_size=60), at_once=st.sampled_from([parts.PEOPLE_AT_ONCE, 2]))
def test_sums_are_those_of_the_people(town: Town, sent: Sequence[Act], at_once: int) -> None:
    world = town.world()
    world.send(sent)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parts, "PEOPLE_AT_ONCE", at_once)
        _compared(town, world)


def _compared(town: Town, world: World) -> None:
    trial = started(world, "test", spec())
    where = world_of(town.house, world.scope, trial, END)
    people, several, strange = exposed(world, "test", ARMS, BEGIN, END)
    counted = tally(where)
    assert (counted.apart, counted.strange) == (several, strange)
    assert counted.arms == {n: size for n, arm in enumerate(ARMS) if (size := sum(one.arm == arm for one in people))}
    devices = {(one.device, ARMS.index(one.arm)) for one in people}
    assert set(counted.traits["device"]) == devices
    for until in (END, BEGIN + timedelta(days=4)):
        asked = [Asking(metric=one, until=until) for one in trial.spec.metrics]
        early = [one for one in people if one.at < until]
        for one, taken in zip(trial.spec.metrics, take(where, asked), strict=True):
            _same(truth(early, one.key, until, 2), {ARMS[arm]: found for (arm, _), found in taken.moments.items()}, one.key)


def _same(wanted: Any, found: Any, key: str) -> None:
    for arm in ARMS:
        rows = wanted.get(arm, [])
        if not rows:
            assert arm not in found or found[arm].count == 0, key
            continue
        oracle = from_rows(rows)
        assert found[arm].count == oracle.count, key
        assert np.allclose(found[arm].means, oracle.means), (key, found[arm], oracle)
        assert np.allclose(found[arm].covariances, oracle.covariances), (key, found[arm], oracle)
