"""Is every metric what its formula says? Against brute force on random worlds, with merges, ties and the night that has an hour more."""

from dataclasses import replace
from datetime import date, timedelta
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.journeys.reports.world import CLOCK, FIRST, HOUR, LAST, START, Act, Town, World, built, examples, told, town
from tests.kpis.world import (
    CONFIGS,
    NOT_BY_X,
    NOW,
    ORACLES,
    PURCHASE,
    Truth,
    a_formula,
    a_segment,
    ask,
    dimension,
    entered,
    keep_sessions,
    over,
    sessions_told,
    truth_of,
    with_roles,
    with_spend,
)
from uems.identity import api as identity
from uems.journeys import api as journeys
from uems.kpis.api import METRICS, Answer, Question, Reason, Spend
from uems.kpis.behind import people_behind
from uems.kpis.ties import Standing, Ties
from uems.profiles import api as profiles

__all__ = ["town"]

NOBODY = np.zeros(0, np.uint64)
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


spends = st.lists(
    st.builds(Spend, day=st.dates(FIRST, LAST), channel=st.sampled_from(["p", "q"]), amount_minor=st.sampled_from([0, 7, 500])),
    max_size=4,
    unique_by=lambda one: (one.day, one.channel),
)


@given(
    batches=told("ABCR", prices=True),
    spend=spends,
    sent=st.sampled_from(["", "A"]),
    early=st.booleans(),
    unit=st.sampled_from(["day", "week", "month"]),
)
@examples(4)
def test_every_metric_is_what_brute_force_says(town: Town, batches, spend: list[Spend], sent: str, early: bool, unit: str) -> None:  # type: ignore[no-untyped-def]
    world = built(town, batches)
    with_roles(world, sent)
    with_spend(world, spend)
    now = EARLY if early else NOW
    truth = truth_of(world, now.astimezone(CLOCK).date(), sent, spend)
    for metric in ORACLES:
        compare(ask(world, metric, now, first=FIRST, last=LAST, unit=unit), truth)


@given(batches=told("ABCR", prices=True), spend=spends, worth=st.lists(st.integers(0, 9_000), min_size=8, max_size=8))
@examples(3)
def test_expected_value_is_what_newcomers_brought_and_still_will(town: Town, batches, spend: list[Spend], worth: list[int]) -> None:  # type: ignore[no-untyped-def]
    world = built(town, batches)
    with_roles(world)
    with_spend(world, spend)
    truth = truth_of(world, NOW.astimezone(CLOCK).date(), "", spend)
    for metric in ("expected_ltv", "expected_ltv_cac"):
        found = ask(world, metric, first=FIRST, last=LAST, unit="week").value
        assert (found.value, found.reason.code if found.reason else None) == (None, "no_forecast")
    people = sorted(truth.people)
    minor = dict(zip(people, worth, strict=False))
    house, scope = world.town.house, world.scope
    by = replace(entered(world), now=NOW)
    profiles.take_over(house.store, by, "lifetime_value", "lifetime_value", label=profiles.Words(zh="值", en="Value"), unit="minor")
    who = np.array(list(minor), np.uint64)
    profiles.write_scores(house, scope, "lifetime_value", who, [float(one) for one in minor.values()], None, None, NOW, whole=who)
    answer = ask(world, "expected_ltv", first=FIRST, last=LAST, unit="week")
    for value, (first, last) in zip([answer.value, *(p.value for p in answer.points)], windows_of(answer), strict=True):
        new = truth.new(first, last)
        whole = ORACLES["ltv"](truth, first, last)
        wanted = whole + sum(minor.get(person, 0) for person in new) / len(new) if new and whole is not None else None
        assert value.value == (None if wanted is None else pytest.approx(wanted))
    answer = ask(world, "expected_ltv_cac", first=FIRST, last=LAST, unit="week")
    for value, (first, last) in zip([answer.value, *(p.value for p in answer.points)], windows_of(answer), strict=True):
        new, simple = truth.new(first, last), ORACLES["ltv_cac"](truth, first, last)
        cac = ORACLES["cac"](truth, first, last)
        wanted = simple + sum(minor.get(person, 0) for person in new) / len(new) / cac if simple is not None and cac else None
        assert value.value == (None if wanted is None else pytest.approx(wanted))


@given(batches=told("ABCR", prices=True))
@examples(2)
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
@examples(2)
def test_the_parts_of_a_breakdown_are_what_brute_force_says(town: Town, batches, limit: int) -> None:  # type: ignore[no-untyped-def]
    world = built(town, batches)
    with_roles(world)
    truth = truth_of(world, NOW.astimezone(CLOCK).date())
    for metric in ORACLES.keys() - NOT_BY_X:
        answer = ask(world, metric, first=FIRST, last=LAST, unit="week", dimension=dimension(), limit=limit)
        named = [part.group.value or "" for part in answer.parts if not part.group.other]
        for part in answer.parts:
            truth.value, truth.others = (None, named) if part.group.other else (part.group.value, ())
            wanted = [ORACLES[metric](truth, first, last) for first, last in windows_of(answer)]
            assert [part.value.value, *(p.value.value for p in part.points)] == wanted, (metric, part.group)
            if METRICS.get(metric).whom is not None:
                question = Question(metric=metric, config=CONFIGS.get(metric), first=FIRST, last=LAST, dimension=dimension(), limit=limit)
                assert people_behind(world.town.house, world.scope, question, part.group, NOW).tolist() == behind(truth, metric)
        truth.value, truth.others = None, ()


def behind(truth: Truth, metric: str) -> list[int]:
    """Of whom a metric is made, counted plainly."""
    whom, back = METRICS.get(metric).whom, METRICS.get(metric).back_days
    first, last = (min(LAST, truth.today) - timedelta(days=back - 1), LAST) if back else (FIRST, LAST)
    if whom == "buyers":
        return sorted({person for person, _ in truth.events(first, last, PURCHASE)})
    return sorted(truth.new(first, last) if whom == "new" else truth.active(first, last))


@given(batches=told("ABCR", prices=True), chosen=st.sets(st.integers(0, 7)))
@examples(2)
def test_the_parts_by_segment_are_what_brute_force_says(town: Town, batches, chosen: set[int]) -> None:  # type: ignore[no-untyped-def]
    world = built(town, batches)
    with_roles(world)
    truth = truth_of(world, NOW.astimezone(CLOCK).date())
    everybody = sorted(truth.people)
    members = [everybody[place] for place in chosen if place < len(everybody)]
    a_segment(world, "some", members)
    whole = truth.people
    for metric in ORACLES.keys() - {"cac", "ltv_cac"}:
        answer = ask(world, metric, first=FIRST, last=LAST, unit="week", segments=("some",))
        truth.people = {person: did for person, did in whole.items() if person in members}
        wanted = [ORACLES[metric](truth, first, last) for first, last in windows_of(answer)]
        [part] = answer.parts
        assert [part.value.value, *(p.value.value for p in part.points)] == wanted, metric
        if METRICS.get(metric).whom is not None:
            question = Question(metric=metric, config=CONFIGS.get(metric), first=FIRST, last=LAST, segments=("some",))
            assert people_behind(world.town.house, world.scope, question, part.group, NOW).tolist() == behind(truth, metric)
        truth.people = whole
    [part] = ask(world, "cac", first=FIRST, last=LAST, segments=("some",)).parts
    assert part.value.reason is not None
    assert part.value.reason.code == "not_by_segment"


@given(batches=told("ABCR", prices=True), chosen=st.sets(st.integers(0, 7)))
@examples(2)
def test_a_formula_is_worked_out_of_what_brute_force_counts(town: Town, batches, chosen: set[int]) -> None:  # type: ignore[no-untyped-def]
    world = built(town, batches)
    with_roles(world)
    letters = [{"series": {"event": PURCHASE, "measure": "revenue"}}, {"series": {"measure": "people"}}, {"metric": "dau"}]
    a_formula(world, "own", {"name": "own", "letters": letters, "formula": "A / B + C"})
    truth = truth_of(world, NOW.astimezone(CLOCK).date())
    everybody = sorted(truth.people)
    members = [everybody[place] for place in chosen if place < len(everybody)]
    a_segment(world, "some", members)

    def wanted(first: date, last: date) -> float | None:
        share = over(
            sum(one.money for _, one in truth.events(first, last, PURCHASE)) / 100, len(truth.active(first, last))
        )  # whole dollars
        daily = ORACLES["dau"](truth, first, last)
        return None if share is None or daily is None else share + daily

    answer = ask(world, "own", first=FIRST, last=LAST, unit="week", dimension=dimension(), limit=2)
    assert values_of(answer) == [wanted(*window) for window in windows_of(answer)]
    named = [part.group.value or "" for part in answer.parts if not part.group.other]
    for part in answer.parts:
        truth.value, truth.others = (None, named) if part.group.other else (part.group.value, ())
        assert [part.value.value, *(p.value.value for p in part.points)] == [wanted(*window) for window in windows_of(answer)]
    truth.value, truth.others = None, ()
    truth.people = {person: did for person, did in truth.people.items() if person in members}
    [part] = ask(world, "own", first=FIRST, last=LAST, unit="week", segments=("some",)).parts
    assert [part.value.value, *(p.value.value for p in part.points)] == [wanted(*window) for window in windows_of(answer)]


@given(batches=told("ABCR", prices=True))
@examples(2)
def test_time_in_use_is_that_of_the_sessions(town: Town, batches) -> None:  # type: ignore[no-untyped-def]
    world = built(town, batches)
    keep_sessions(world)
    answer = ask(world, "time_in_use", first=FIRST, last=LAST, unit="day")
    sessions = sessions_told(world)
    for (first, last), found in zip(windows_of(answer), values_of(answer), strict=True):
        mine = [one for one in sessions if first <= one[1] <= last]
        people = len({(person, day) for person, day, _ in mine})
        assert found == (pytest.approx(sum(seconds for _, _, seconds in mine) / people, rel=1e-12) if people else None)


def test_spend_belongs_to_those_who_came_by_its_channel(town: Town) -> None:
    world = town.world()
    came = [Act(ms=n * HOUR, user=f"u{n}", event="A") for n in range(3)]
    world.send(came)
    with_roles(world)
    with_spend(world, [Spend(day=FIRST, channel="ads", amount_minor=600), Spend(day=FIRST, channel="", amount_minor=0)][:1])
    assert ask(world, "cac", first=FIRST, last=LAST).value.value == 200
    by_device = ask(world, "cac", first=FIRST, last=LAST, dimension=journeys.Dimension(column="device"))
    assert [part.value.reason and part.value.reason.code for part in by_device.parts] == ["not_by_dimension"]
    by_source = ask(world, "cac", first=FIRST, last=LAST, dimension=journeys.Dimension(column="utm_source"))
    assert [(part.group.value, part.value.reason and part.value.reason.code) for part in by_source.parts] == [("", "no_spend")]


def test_of_ties_that_nobody_has_scored_no_share_is_strong(town: Town) -> None:
    world = town.world()
    world.send([Act(ms=n * HOUR, user="anna", event="B") for n in (1, 2)])
    with_roles(world)
    assert ask(world, "strong_ties", first=FIRST, last=LAST).value.reason == Reason(code="no_ties")
    assert len(people_behind(world.town.house, world.scope, Question(metric="strong_ties", first=FIRST, last=LAST), None, NOW)) == 0


@given(gaps=st.lists(st.integers(1, 60), min_size=1, max_size=6), days=st.integers(-5, 200))
def test_what_is_known_of_ties_is_the_latest_that_is_not_too_old(gaps: list[int], days: int) -> None:
    untils = [FIRST + timedelta(days=sum(gaps[: n + 1])) for n in range(len(gaps))]
    ties = Ties(standings=[Standing(until=one, strong=n, people=10) for n, one in enumerate(untils)], strong=NOBODY, scored=NOBODY)
    day = FIRST + timedelta(days=days)
    fitting = [n for n, one in enumerate(untils) if 0 <= (day + timedelta(days=1) - one).days < 31]
    standing = ties.at(day)
    assert (None if standing is None else standing.strong) == (fitting[-1] if fitting else None)


def test_there_is_no_score_without_surveys(town: Town) -> None:
    world = town.world()
    world.send([Act(ms=0, user="anna", event="A")])
    assert ask(world, "nps", first=FIRST, last=LAST).value.reason == Reason(code="no_surveys")
    assert ask(world, "feature_penetration", first=FIRST, last=LAST, config={}).value.reason == Reason(code="no_feature")


def test_the_score_is_of_the_answers_from_0_to_10_of_each_group(town: Town) -> None:
    world = town.world()
    rng, day_ms = Random(8), 86_400_000
    told = []
    for n in range(60):
        score, x = rng.choice([*range(11), 9, 10, 12, -1, "much"]), rng.choice("ab")
        told.append((rng.randrange(14) * day_ms, n % 25, score, x))
    world.send([Act(ms=ms, user=f"u{n}", event="Told", properties={"points": score, "x": x}) for ms, n, score, x in told])
    asked = entered(world)
    assert ask(world, "nps", first=FIRST, last=LAST).value.reason == Reason(code="no_surveys")
    profiles.set_role(world.town.house.store, asked, "nps", events=["Told"])
    profiles.set_role(world.town.house.store, asked, "nps_score", property="points")

    def wanted(only: str | None) -> float:
        mine = [score for _, _, score, x in told if isinstance(score, int) and 0 <= score <= 10 and only in (None, x)]
        return 100 * (sum(score >= 9 for score in mine) - sum(score <= 6 for score in mine)) / len(mine)

    first = START.date() - timedelta(days=1)
    whole = ask(world, "nps", first=first, last=first + timedelta(days=16))
    assert whole.value.value == pytest.approx(wanted(None))
    parts = ask(world, "nps", first=first, last=first + timedelta(days=16), dimension=dimension()).parts
    assert sorted(part.value.value or 0 for part in parts if part.value.denominator) == pytest.approx(sorted([wanted("a"), wanted("b")]))
    assert ask(world, "nps", first=first - timedelta(days=9), last=first - timedelta(days=5)).value.reason == Reason(code="no_surveys")


def test_an_empty_workspace_has_zeros_and_reasons(town: Town) -> None:
    world = town.world()
    with_roles(world)
    found = {metric.key: ask(world, metric.key, first=FIRST, last=LAST).value for metric in METRICS}
    assert found["dau"].value == 0
    assert found["new_users"].value == 0
    assert all(one.reason is not None for one in found.values() if one.value is None)


def test_every_metric_has_an_oracle_or_a_test_of_its_own() -> None:
    assert {metric.key for metric in METRICS} == ORACLES.keys() | {"time_in_use", "strong_ties", "nps", "expected_ltv", "expected_ltv_cac"}
