"""Does a guardrail turn red when the short-term metric rises at the cost of the long-term one, and only then?"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest

from uems.kpis.guardrails import Guardrail, Pair, State, verdict
from uems.kpis.measuring import Answer, Point
from uems.kpis.model import Frame, Window, number
from uems.kpis.registry import METRICS

MONDAY = date(2025, 9, 1)
PAIR = Guardrail(guardrail_id="g", pair=Pair(short="new_users", long="retention_day_7"), standard=False)
FLAT = [100, 102, 98, 101, 99, 100, 103, 97]


def answer(metric: str, values: Sequence[float | None], complete: int | None = None) -> Answer:
    """A series of weeks; the last ``complete`` ones are over, but for what is left."""
    points = []
    for place, value in enumerate(values):
        monday = MONDAY + timedelta(weeks=place)
        found = number(0) if value is None else number(value)
        points.append(
            Point(
                bucket=monday,
                window=Window(first=monday, last=monday + timedelta(days=6)),
                value=replace(found, value=value),
                complete=complete is None or place < complete,
            )
        )
    frame = Frame(first=MONDAY, last=points[-1].window.last, unit="week", today=date(2025, 12, 31))
    return Answer(
        metric=METRICS.get(metric),
        frame=frame,
        value=number(0),
        complete=True,
        points=tuple(points),
        previous=None,
        last_year=None,
        target=None,
        parts=(),
        guessed=(),
        watermark=None,
    )


@pytest.mark.parametrize(
    ("short", "long", "state"),
    [
        (120, 80, "red"),
        (101, 80, "watch"),
        (80, 80, "watch"),
        (120, 101, "green"),
        (120, 120, "green"),
        (104, 96, "green"),  # within what is usual
    ],
)
def test_the_rule(short: float, long: float, state: State) -> None:
    found = verdict(PAIR, answer("new_users", [*FLAT, short]), answer("retention_day_7", [*FLAT, long]))
    assert found.state == state
    assert found.bucket == MONDAY + timedelta(weeks=8)
    assert found.short.baseline == 100


def test_a_lower_cost_is_better() -> None:
    pair = Guardrail(guardrail_id="g", pair=Pair(short="cac", long="ltv"), standard=False)
    assert verdict(pair, answer("cac", [*FLAT, 80]), answer("ltv", [*FLAT, 80])).state == "red"
    assert verdict(pair, answer("cac", [*FLAT, 120]), answer("ltv", [*FLAT, 80])).state == "watch"


def test_only_weeks_that_are_complete_for_both_are_judged() -> None:
    long = answer("retention_day_7", [*FLAT, 80, 10], complete=9)
    assert verdict(PAIR, answer("new_users", [*FLAT, 120, 100]), long).state == "red"


def test_noise_widens_what_is_usual() -> None:
    wild = [60, 140, 80, 120, 100, 150, 50, 100]
    assert verdict(PAIR, answer("new_users", [*FLAT, 120]), answer("retention_day_7", [*wild, 80])).state == "green"


def test_without_enough_weeks_nothing_is_said() -> None:
    assert verdict(PAIR, answer("new_users", [1, 2, 3]), answer("retention_day_7", [1, 2, 3])).state == "unknown"
    assert verdict(PAIR, answer("new_users", [*FLAT, 120]), answer("retention_day_7", [*FLAT, None])).state == "unknown"
    assert verdict(PAIR, answer("new_users", [1], complete=0), answer("retention_day_7", [1])).state == "unknown"


def test_weeks_before_the_workspace_began_are_no_baseline() -> None:
    assert verdict(PAIR, answer("new_users", [0, 0, 0, 0, 0, 0, *FLAT[:2], 120]), answer("retention_day_7", [*FLAT, 80])).state == "unknown"
    young = answer("new_users", [0, 0, 0, 0, *FLAT[:4], 120])
    found = verdict(PAIR, young, answer("retention_day_7", [*FLAT, 80]))
    assert (found.state, found.short.baseline) == ("red", 100.5)  # the middle of 98, 100, 101 and 102
