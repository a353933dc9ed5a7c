"""How are metrics listed, measured and set up over HTTP?"""

from typing import Annotated

from fastapi import Path, Request

from uems.access.api import Access, guard, house_of
from uems.journeys import api as journeys
from uems.kernel.clock import day_of
from uems.kernel.edge import Key
from uems.kernel.routing import Routes
from uems.kpis import measuring, setup, targets
from uems.kpis.asked import answer_metric
from uems.kpis.behind import people_behind
from uems.kpis.bodies import (
    KpiAnswer,
    KpiBoard,
    KpiBoardQuestion,
    KpiPeopleQuestion,
    KpiQuestion,
    KpiSetup,
    KpiTarget,
    KpiTargetList,
    MetricBody,
    MetricList,
)
from uems.kpis.frames import frame_of
from uems.kpis.goals import goals_of
from uems.kpis.more_routes import router as more
from uems.profiles import api as profiles

router = Routes()
router.include(more)

_BASE = "/workspaces/{workspace}/kpis"
MetricKey = Annotated[Key, Path(description="Key of the metric.")]


@router.get(_BASE)
def list_metrics(request: Request, access: Annotated[Access, guard("kpis:read")]) -> MetricList:
    """Every metric with its formula in words, and what it still needs."""
    house = house_of(request)
    roles = profiles.roles_of(house.store, access.scope)
    setups = setup.setups_of(house.store, access.scope)
    found = measuring.all_metrics(house, access.scope)
    return MetricList(
        items=[MetricBody.of(one, roles.missing(one.needs), setups.get(one.key, {}), custom=measuring.is_custom(one)) for one in found]
    )


@router.post(f"{_BASE}/board")
def ask_board(request: Request, access: Annotated[Access, guard("kpis:read")], body: KpiBoardQuestion) -> KpiBoard:
    """Many metrics of one period, each beside the period before and the last year."""
    house, scope = house_of(request), access.scope
    keys = body.metrics if body.metrics is not None else [one.key for one in measuring.all_metrics(house, scope)]
    setups = setup.setups_of(house.store, scope)
    wanted = [(measuring.find_metric(house, scope, key), setups.get(key, {})) for key in dict.fromkeys(keys)]
    frame = frame_of(body.first_day, body.last_day, body.last_days, body.unit, day_of(access.now, scope.zone))
    question = measuring.Question(metric="", unit=body.unit, compare=body.compare)
    found = measuring.measure_all(house, scope, wanted, question, frame, access.now)
    goals = goals_of(house, scope, wanted, body.unit, min(frame.last, frame.today), access.now)
    return KpiBoard(items=[KpiAnswer.of(one, scope.zone, scope.currency, access.now, goals.get(one.metric.key)) for one in found])


@router.post(f"{_BASE}/{{metric}}")
def ask_metric(request: Request, access: Annotated[Access, guard("kpis:read")], metric: MetricKey, body: KpiQuestion) -> KpiAnswer:
    """The values of one metric over time, compared and broken down."""
    return answer_metric(house_of(request), access.scope, body.of_metric(metric), access.now)


@router.post(f"{_BASE}/{{metric}}/people")
def metric_people(
    request: Request, access: Annotated[Access, guard("people:read")], metric: MetricKey, body: KpiPeopleQuestion
) -> journeys.PeoplePage:
    """The people that a metric counts in a period, or those of one group of its breakdown."""
    house = house_of(request)
    found = people_behind(house, access.scope, body.of_metric(metric), body.of_group(), access.now)
    return journeys.page_of_people(house, access.scope, found, body.cursor, body.page)


@router.put(f"{_BASE}/{{metric}}/setup")
def set_up_metric(request: Request, access: Annotated[Access, guard("kpis:write")], metric: MetricKey, body: KpiSetup) -> KpiSetup:
    """Choose the parameters with which a metric is shown to everybody."""
    house = house_of(request)
    found = setup.set_up(house.store, access, measuring.find_metric(house, access.scope, metric), body.config)
    return KpiSetup(config=found.model_dump(mode="json"))


@router.get(f"{_BASE}/{{metric}}/targets")
def list_targets(request: Request, access: Annotated[Access, guard("kpis:read")], metric: MetricKey) -> KpiTargetList:
    """Every target of a metric."""
    house = house_of(request)
    measuring.find_metric(house, access.scope, metric)
    found = targets.targets_of(house.store, access.scope, metric)
    return KpiTargetList(items=[KpiTarget(unit=unit, bucket=bucket, value=value) for (unit, bucket), value in sorted(found.items())])


@router.put(f"{_BASE}/{{metric}}/targets")
def put_target(request: Request, access: Annotated[Access, guard("kpis:write")], metric: MetricKey, body: KpiTarget) -> KpiTarget:
    """Set a target for a day, a week or a month, or take it back."""
    house = house_of(request)
    measuring.find_metric(house, access.scope, metric)
    targets.set_target(house.store, access, metric, body.unit, body.bucket, body.value)
    return body
