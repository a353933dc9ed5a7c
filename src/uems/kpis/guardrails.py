"""Is what we win today paid for with what lasts? Pairs of a short-term and a long-term metric, and the test when such a pair is red.

The rule, in words (``RULE``): take the last week (or month) that is complete for both metrics, and the median of the eight before
it. A metric has moved when it is further from that median than twice its usual deviation (1.4826 × the median absolute deviation of
these eight) and further than the smallest change that matters (5% unless said otherwise). The pair is red when the short-term one
has become better and the long-term one worse; it is to be watched when only the long-term one became worse.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Final, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import delete, insert, select

from uems.access.api import Access, audit
from uems.journeys import api as journeys
from uems.kernel.clock import day_of
from uems.kernel.edge import Key
from uems.kernel.errors import UemsError, invalid, not_found
from uems.kernel.house import House
from uems.kernel.ids import new_id
from uems.kernel.scope import Scope
from uems.kernel.store import Store, lock
from uems.kpis.facts import View
from uems.kpis.frames import frame_of
from uems.kpis.measuring import Answer, Question, find_metric, measure_all
from uems.kpis.model import Value, Words, nothing
from uems.kpis.registry import Metric, MetricBase
from uems.kpis.robust import spread
from uems.kpis.setup import setups_of
from uems.kpis.tables import kpi_guardrails

State: TypeAlias = Literal["red", "watch", "green", "unknown"]
BASELINE: Final = 8
AT_LEAST: Final = 4
DEVIATIONS: Final = 2.0
MAX_GUARDRAILS: Final = 50
RULE: Final = Words(
    zh="取两个指标都已完整的最近一周（或一月），与之前 8 期的中位数比较。偏离超过 2 倍常规波动（1.4826 × 中位数绝对偏差），"
    "并且超过最小变化幅度（默认 5%），才算变化。短期指标变好而长期指标变差时为红色；只有长期指标变差时为关注。",
    en="The last week (or month) that is complete for both metrics is compared with the median of the 8 before it. A metric has moved"
    " when it is further away than 2 usual deviations (1.4826 × the median absolute deviation) and than the smallest change that matters"
    " (5% unless said otherwise). The pair is red when the short-term metric became better and the long-term one worse, and to be watched"
    " when only the long-term one became worse.",
)
_C = kpi_guardrails.c


class Pair(BaseModel):
    """short: what may rise. long: what must not pay for it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    short: Key
    long: Key
    unit: Literal["week", "month"] = "week"
    min_change: Annotated[float, Field(ge=0, le=10)] = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Guardrail:
    """standard: it comes with the system, and cannot be deleted."""

    guardrail_id: str
    pair: Pair
    standard: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """How one metric of a pair did. moved: -1 worse, 0 as usual, 1 better; None where it cannot be said."""

    metric: Metric
    value: float | None
    baseline: float | None
    deviation: float | None
    moved: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the test says. bucket: the week or month that was judged."""

    guardrail: Guardrail
    state: State
    bucket: date | None
    short: Side
    long: Side


STANDARD: Final = tuple(
    Guardrail(guardrail_id=f"{short}-{long}", pair=Pair(short=short, long=long), standard=True)
    for short, long in (
        ("new_users", "retention_day_7"),
        ("registration_conversion", "retention_day_30"),
        ("average_order_value", "repeat_purchase_rate"),
        ("arpu", "dau_mau"),
    )
)


def guardrails_of(store: Store, scope: Scope) -> list[Guardrail]:
    """Those of the system, then those of the workspace, the oldest first."""
    query = select(kpi_guardrails).where(_C.workspace_id == scope.workspace_id).order_by(_C.saved_at, _C.guardrail_id)
    with store.read() as conn:
        rows = conn.execute(query).mappings().all()
    own = [Guardrail(guardrail_id=row["guardrail_id"], pair=Pair.model_validate(row["spec"]), standard=False) for row in rows]
    return [*STANDARD, *own]


def add_guardrail(house: House, access: Access, pair: Pair) -> Guardrail:
    """Watch one more pair. Audited. Raises ``not_found`` and ``invalid``."""
    for key in (pair.short, pair.long):
        find_metric(house, access.scope, key)
    if pair.short == pair.long:
        raise invalid("long", pair.long, "must be another metric than the short-term one.")
    workspace_id, guardrail_id = access.scope.workspace_id, new_id("guardrail")
    with house.store.write() as conn:
        lock(conn, f"kpi_guardrails:{workspace_id}")
        if len(conn.execute(select(_C.guardrail_id).where(_C.workspace_id == workspace_id)).all()) >= MAX_GUARDRAILS:
            raise UemsError("too_many_guardrails", f"There are {MAX_GUARDRAILS} guardrails already; delete some first.", status=409)
        said = pair.model_dump(mode="json")
        by = access.actor.label[:300]
        conn.execute(
            insert(kpi_guardrails).values(workspace_id=workspace_id, guardrail_id=guardrail_id, spec=said, saved_at=access.now, saved_by=by)
        )
        audit(conn, access, "guardrail.created", f"guardrail:{guardrail_id}", None, said)
    return Guardrail(guardrail_id=guardrail_id, pair=pair, standard=False)


def delete_guardrail(store: Store, access: Access, guardrail_id: str) -> None:
    """Watch a pair no more. Audited. Raises ``not_found``, also for those of the system."""
    mine = (_C.workspace_id == access.scope.workspace_id, _C.guardrail_id == guardrail_id)
    with store.write() as conn:
        before = conn.execute(select(_C.spec).where(*mine)).scalar_one_or_none()
        if before is None:
            raise not_found("guardrail", guardrail_id)
        conn.execute(delete(kpi_guardrails).where(*mine))
        audit(conn, access, "guardrail.deleted", f"guardrail:{guardrail_id}", before, None)


def judge(house: House, scope: Scope, guardrails: Sequence[Guardrail], now: datetime) -> list[Verdict]:
    """What the test says of each pair now."""
    found: dict[str, Verdict] = {}
    setups = setups_of(house.store, scope)
    units: tuple[Literal["week", "month"], ...] = ("week", "month")
    for unit in units:
        mine = [one for one in guardrails if one.pair.unit == unit]
        keys = dict.fromkeys(key for one in mine for key in (one.pair.short, one.pair.long))
        answers = _series(house, scope, list(keys), unit, setups, now)
        found |= {one.guardrail_id: verdict(one, answers[one.pair.short], answers[one.pair.long]) for one in mine}
    return [found[one.guardrail_id] for one in guardrails]


def _series(
    house: House, scope: Scope, keys: Sequence[str], unit: Literal["week", "month"], setups: Mapping[str, Any], now: datetime
) -> dict[str, Answer]:
    if not keys:
        return {}
    today = day_of(now, scope.zone)
    metrics = [_metric(house, scope, key) for key in keys]
    # As many more as the slowest metric needs to ripen.
    more = -(-max(metric.ripens_days for metric in metrics) // (7 if unit == "week" else 28))
    first = journeys.following(journeys.bucket_of(today, unit), unit, -(BASELINE + 2 + more))
    frame = frame_of(first, today, None, unit, today)
    question = Question(metric="", unit=unit, compare=False)
    answers = measure_all(house, scope, [(metric, setups.get(metric.key, {})) for metric in metrics], question, frame, now)
    return {answer.metric.key: answer for answer in answers}


class _Gone(MetricBase):
    """In place of a metric that is there no more: it has no value, and the other pairs are judged all the same."""

    def measure(self, view: View, config: BaseModel) -> Sequence[Value]:
        return [nothing("failed", "not_found") for _ in view.windows]


def _metric(house: House, scope: Scope, key: str) -> Metric:
    try:
        return find_metric(house, scope, key)
    except UemsError as error:
        if error.passes:
            raise
        return _Gone(key=key, label_zh=key, label_en=key, formula=Words(zh="", en=""), unit="ratio")


def verdict(guardrail: Guardrail, short: Answer, long: Answer) -> Verdict:
    """The test, on the values of both metrics over the same weeks or months."""
    complete = [place for place, (a, b) in enumerate(zip(short.points, long.points, strict=True)) if a.complete and b.complete]
    if not complete:
        nobody = [Side(metric=one.metric, value=None, baseline=None, deviation=None, moved=None) for one in (short, long)]
        return Verdict(guardrail=guardrail, state="unknown", bucket=None, short=nobody[0], long=nobody[1])
    place = complete[-1]
    sides = [_side(answer, place, guardrail.pair.min_change) for answer in (short, long)]
    moved = [side.moved for side in sides]
    state: State = "green"
    if None in moved:
        state = "unknown"
    elif moved[1] == -1:
        state = "red" if moved[0] == 1 else "watch"
    return Verdict(guardrail=guardrail, state=state, bucket=short.points[place].bucket, short=sides[0], long=sides[1])


def _side(answer: Answer, place: int, min_change: float) -> Side:
    value = answer.points[place].value.value
    earlier = [point.value.value for point in answer.points[max(0, place - BASELINE) : place]]
    while earlier and not earlier[0]:
        earlier = earlier[1:]  # the quiet before it began says nothing of what is usual
    before = [one for one in earlier if one is not None]
    if value is None or len(before) < AT_LEAST:
        return Side(metric=answer.metric, value=value, baseline=None, deviation=None, moved=None)
    usual = spread(before)
    better = (value - usual.expected) * (1 if answer.metric.good == "up" else -1)
    far = max(DEVIATIONS * usual.deviation, min_change * abs(usual.expected))
    moved = 0 if abs(better) <= far else 1 if better > 0 else -1
    return Side(metric=answer.metric, value=value, baseline=usual.expected, deviation=usual.deviation, moved=moved)
