"""Is every metric what its formula says? Against brute force on random worlds, with merges, ties and the night that has an hour more."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from tests.journeys.reports.world import CLOCK, FIRST, LAST, Town, World, built, examples, told, town
from tests.kpis.world import NOW, ORACLES, Truth, ask, dimension, entered, truth_of, with_roles
from uems.identity import api as identity
from uems.kpis.api import Answer

__all__ = ["town"]

EARLY = NOW.replace(day=6)
"""The sixth of November, in the middle of the world."""


def windows_of(answer: Answer) -> list[tuple[date, date]]:
    return [(answer.frame.first, answer.frame.last), *((p.window.first, p.window.last) for p in answer.points)]


def values_of(answer: Answer) -> list[float | None]:
    return [answer.value.value, *(p.value.value for p in answer.points)]


def compare(answer: Answer, truth: Truth) -> None:
    wanted = [ORACLES[answer.metric.key](truth, first, last) if first <= truth.today else None for first, last in windows_of(answer)]
    assert values_of(answer) == wanted, (answer.metric.key, truth.value, windows_of(answer))


def merge_somebody(world: World) -> str | None:
    """Make two people one, by hand; the name of the merge."""
    people = sorted(world.people())
    if len(people) < 2:
        return None
    name, _ = identity.merge(world.town.house, entered(world), [people[0], people[-1]])
    return name


@given(
    batches=told("ABCR", prices=True), sent=st.sampled_from(["", "A"]), early=st.booleans(), unit=st.sampled_from(["day", "week", "month"])
)
@examples(12)
def test_every_metric_is_what_brute_force_says(town: Town, batches, sent: str, early: bool, unit: str) -> None:  # type: ignore[no-untyped-def]
    world = built(town, batches)
    with_roles(world, sent)
    now = EARLY if early else NOW
    truth = truth_of(world, now.astimezone(CLOCK).date(), sent)
    for metric in ORACLES:
        compare(ask(world, metric, now, first=FIRST, last=LAST, unit=unit), truth)


@given(batches=told("ABCR", prices=True))
@examples(6)
def test_merged_people_count_once_and_an_undo_parts_them_again(town: Town, batches) -> None:  # type: ignore[no-untyped-def]
    world = built(town, batches)
    with_roles(world)
    merged = merge_somebody(world)
    for undo in (False, True):
        if undo and merged is not None:
            identity.undo_merge(world.town.house, entered(world), merged)
        truth = truth_of(world, NOW.astimezone(CLOCK).date())
        for metric in ORACLES:
            compare(ask(world, metric, first=FIRST, last=LAST, unit="week"), truth)


@given(batches=told("ABCR", prices=True), limit=st.integers(1, 3))
@examples(6)
def test_the_parts_of_a_breakdown_are_what_brute_force_says(town: Town, batches, limit: int) -> None:  # type: ignore[no-untyped-def]
    world = built(town, batches)
    with_roles(world)
    truth = truth_of(world, NOW.astimezone(CLOCK).date())
    for metric in ORACLES:
        answer = ask(world, metric, first=FIRST, last=LAST, unit="week", dimension=dimension(), limit=limit)
        named = [part.group.value or "" for part in answer.parts if not part.group.other]
        for part in answer.parts:
            truth.value, truth.others = (None, named) if part.group.other else (part.group.value, ())
            wanted = [ORACLES[metric](truth, first, last) for first, last in windows_of(answer)]
            assert [part.value.value, *(p.value.value for p in part.points)] == wanted, (metric, part.group)
        truth.value, truth.others = None, ()
