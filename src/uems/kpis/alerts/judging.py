"""Does a value break its rule, and which parts of the business moved it?"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Final

from uems.journeys import api as journeys
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kpis.alerts.model import AlertSpec, Contribution, Judged, Rule
from uems.kpis.custom.measured import CustomMetric
from uems.kpis.measuring import Answer, Question, find_metric, measure
from uems.kpis.model import Unit, Value
from uems.kpis.robust import HISTORY, Usual, swell_of, usual
from uems.kpis.yearly import AHEAD, BACK, SHIFT, granted, ratios, widened

DIMENSIONS: Final = tuple(journeys.Dimension(column=name) for name in ("device", "country", "utm_source"))
TOP: Final = 5
_COUNTED: Final = ("people", "count")


def judge(house: House, scope: Scope, spec: AlertSpec, bucket: date, now: datetime) -> Judged:
    """What the rule says of one day, week or month. Raises what measuring raises."""
    back = HISTORY[spec.unit] if spec.rule.kind == "anomaly" else 0
    first, last = journeys.following(bucket, spec.unit, -back), journeys.last_day_of(bucket, spec.unit)
    question = Question(metric=spec.metric, config=spec.config, first=first, last=last, unit=spec.unit, compare=False)
    answer = measure(house, scope, question, now)
    value = answer.points[-1].value.value
    if value is None:
        return Judged(fired=False, value=None, expected=None, low=None, high=None, note="no_value")
    if spec.rule.kind == "threshold":
        return threshold(spec.rule, value)
    before = _year_before(house, scope, spec, bucket, now)
    values = [point.value.value for point in answer.points]
    return anomaly(spec.rule, spec.unit, values, counts=answer.metric.unit in _COUNTED, before=before)


def _year_before(house: House, scope: Scope, spec: AlertSpec, bucket: date, now: datetime) -> list[float | None]:
    """The values around the same time of the year before, as ``yearly.ratios`` takes them."""
    same = journeys.following(bucket, spec.unit, -BACK[spec.unit])
    first = journeys.following(same, spec.unit, -HISTORY[spec.unit] - SHIFT[spec.unit])
    last = journeys.last_day_of(journeys.following(same, spec.unit, AHEAD[spec.unit]), spec.unit)
    question = Question(metric=spec.metric, config=spec.config, first=first, last=last, unit=spec.unit, compare=False)
    return [point.value.value for point in measure(house, scope, question, now).points]


def threshold(rule: Rule, value: float) -> Judged:
    fired = (rule.above is not None and value > rule.above) or (rule.below is not None and value < rule.below)
    return Judged(fired=fired, value=value, expected=None, low=rule.below, high=rule.above)


def anomaly(rule: Rule, unit: Unit, values: Sequence[float | None], *, counts: bool, before: Sequence[float | None] = ()) -> Judged:
    """values: the history and, last, the value that is judged. before: the same of the year before, as ``yearly.ratios`` takes it.

    Within the limits is what is no further from what was to be expected than the rule says, by any of the readings of the season.
    """
    *history, value = values
    assert value is not None
    while history and not history[0]:
        history = history[1:]  # the quiet before it began says nothing of what is usual
    found = usual(history, unit, counts=counts)
    if found is None:
        return Judged(fired=False, value=value, expected=None, low=None, high=None, note="too_little_history")
    seasons = ratios(before, unit, counts=counts)
    if seasons:
        found = replace(found, deviation=found.deviation * swell_of(history, unit))
    seasons = seasons or [1.0]
    limits = [_limits(rule, unit, found, season) for season in seasons]
    low = None if rule.direction == "up" else min(lower for lower, _ in limits)
    high = None if rule.direction == "down" else max(upper for _, upper in limits)
    fired = (low is not None and value < low) or (high is not None and value > high)
    expected = found.expected * seasons[min(SHIFT[unit], len(seasons) - 1)]
    return Judged(fired=fired, value=value, expected=expected, low=low, high=high, yearly=any(season != 1.0 for season in seasons))


def _limits(rule: Rule, unit: Unit, found: Usual, season: float) -> tuple[float, float]:
    """From where to where a value is usual, by one reading of the season of the year."""
    expected = found.expected * season
    far = max(rule.deviations * found.deviation * widened(season, unit), rule.min_change * abs(expected))
    far += granted(season) * abs(found.expected)
    return expected - far, expected + far


def explain(house: House, scope: Scope, spec: AlertSpec, bucket: date, now: datetime) -> tuple[date, list[Contribution]]:
    """(the bucket that it is compared with, the values of dimensions that brought most of the change, the largest first).

    A day is compared with that of the week before, a week or month with the one before. For a quotient a part is its numerator by
    the denominator of the whole, so that parts that do not overlap add up to the change. A metric by formula is explained only where
    it is one count or sum.
    """
    before = journeys.following(bucket, spec.unit, -7 if spec.unit == "day" else -1)
    metric = find_metric(house, scope, spec.metric)
    if isinstance(metric, CustomMetric) and not metric.adds_up:
        return before, []  # the values of parts of a formula do not add up to that of the whole
    wanted = spec.dimensions if spec.dimensions is not None else list(DIMENSIONS)
    found: list[Contribution] = []
    for dimension in wanted:
        try:
            old, new = (_parts(house, scope, spec, dimension, one, now) for one in (before, bucket))
        except UemsError:
            continue  # this one cannot be broken down so; the alert still goes out
        found += contributions(dimension.column or dimension.property or "", old, new)
    found.sort(key=lambda one: (-abs(one.contribution), one.dimension, one.value))
    return before, found[:TOP]


def _parts(house: House, scope: Scope, spec: AlertSpec, dimension: journeys.Dimension, bucket: date, now: datetime) -> Answer:
    last = journeys.last_day_of(bucket, spec.unit)
    question = Question(
        metric=spec.metric, config=spec.config, first=bucket, last=last, unit=spec.unit, dimension=dimension, limit=20, compare=False
    )
    return measure(house, scope, question, now)


def contributions(dimension: str, old: Answer, new: Answer) -> list[Contribution]:
    """What each value of a dimension did to the change from one answer to the other, of those that both answers know."""
    if old.value.value is None or new.value.value is None:
        return []
    change = new.value.value - old.value.value
    before = {part.group.value: part.value for part in old.parts if not part.group.other}
    after = {part.group.value: part.value for part in new.parts if not part.group.other}
    # What one answer does not name may be among its others, which says nothing of how much it was.
    cut_old, cut_new = (any(part.group.other for part in one.parts) for one in (old, new))
    found = []
    for value in sorted({*before, *after}, key=lambda one: one or ""):
        if (cut_old and value not in before) or (cut_new and value not in after):
            continue
        was, now = _weight(before.get(value), old.value), _weight(after.get(value), new.value)
        moved = now - was
        if moved:
            found.append(
                Contribution(
                    dimension=dimension,
                    value=value or "",
                    before=_number(before.get(value)),
                    now=_number(after.get(value)),
                    contribution=moved,
                    share=moved / change if change else None,
                )
            )
    return found


def _weight(part: Value | None, whole: Value) -> float:
    if part is None or part.numerator is None:
        return 0.0
    return part.numerator / whole.denominator if whole.denominator else part.numerator


def _number(part: Value | None) -> float | None:
    return 0.0 if part is None else part.value


def metric_facts(house: House, scope: Scope, key: str) -> dict[str, Any]:
    """What a message says of the metric."""
    metric = find_metric(house, scope, key)
    return {"metric": metric.key, "label_zh": metric.label_zh, "label_en": metric.label_en, "unit": metric.unit}
