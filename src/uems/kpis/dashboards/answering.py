"""What does a tile show? The answer of the metric or the report itself, so that tile, page, export and paper always agree."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from uems.collect import api as collect
from uems.journeys import api as journeys
from uems.kernel.clock import day_of
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kpis.asked import answer_metric
from uems.kpis.dashboards.bodies import TileAnswer, TileReport
from uems.kpis.dashboards.model import MetricTile, PeriodForAll, ReportTile, Tile, TilePeriod
from uems.kpis.dashboards.summaries import summarise
from uems.kpis.measuring import Question, find_metric
from uems.segments import api as segments

_DAYS: Final = ("first_day", "last_day", "last_days")


def answer_tile(
    house: House, scope: Scope, tile: Tile, now: datetime, *, period: PeriodForAll | None = None, until: date | None = None
) -> TileAnswer:
    """The answer of one tile; empty for a note.

    period: in place of the tile's own. until: where a period that goes up to today ends instead. Raises what measuring and reports raise.
    """
    if isinstance(tile, MetricTile):
        return _metric(house, scope, tile, now, period, until)
    if isinstance(tile, ReportTile):
        return _report(house, scope, tile, now, period, until)
    return TileAnswer(id=tile.id, kind="text")


def _metric(house: House, scope: Scope, tile: MetricTile, now: datetime, period: PeriodForAll | None, until: date | None) -> TileAnswer:
    metric = find_metric(house, scope, tile.metric)
    asked = period or tile.period
    question = Question(
        metric=tile.metric,
        first=asked.first_day,
        last=asked.last_day or until,
        last_days=asked.last_days,
        unit=(period.unit if period else None) or tile.unit,
        dimension=tile.dimension,
        limit=tile.limit,
        segments=tile.segments,
    )
    return TileAnswer(
        id=tile.id,
        kind="metric",
        label_zh=metric.label_zh,
        label_en=metric.label_en,
        metric=answer_metric(house, scope, question, now),
        segments={key: segments.segment(house.store, scope, key).name for key in tile.segments},
    )


def _report(house: House, scope: Scope, tile: ReportTile, now: datetime, period: PeriodForAll | None, until: date | None) -> TileAnswer:
    saved = journeys.saved_report(house, scope, tile.report)
    spec = spec_for(saved.spec, tile, period, until or day_of(now, scope.zone))
    found = journeys.run_report(house, scope, saved.report, spec, now)
    answer = TileReport(
        report=saved.report,
        workspace=scope.slug,
        spec=spec,
        first_day=found.first_day,
        last_day=found.last_day,
        zone=scope.zone,
        currency=scope.currency,
        watermark=collect.watermark(house),
        asked_at=now,
        exact=found.exact,
        warnings=[{"code": one.code, "subject": one.subject, "near": list(one.near)} for one in found.warnings],
        summary=summarise(saved.report, found.data, spec),
        data=dict(found.data),
    )
    return TileAnswer(id=tile.id, kind="report", label_zh=saved.name, label_en=saved.name, report=answer)


def spec_for(kept: Mapping[str, Any], tile: ReportTile, period: TilePeriod | None, until: date) -> dict[str, Any]:
    """The spec of a saved report as its tile asks it: over the days for all, or those of the tile, and of the sample that it keeps to.

    A period up to today ends on ``until``.
    """
    found = dict(kept)
    days = period or tile.period
    if days is not None:
        found = {name: value for name, value in found.items() if name not in _DAYS}
        found |= days.model_dump(mode="json", exclude_none=True, include=set(_DAYS))
    if found.get("last_days") is not None and found.get("last_day") is None:
        found["last_day"] = until.isoformat()
    if tile.sample_percent is not None:
        found["sample_percent"] = tile.sample_percent
    return found
