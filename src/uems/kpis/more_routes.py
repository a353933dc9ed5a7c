"""Which routes has this room beside those of metrics? Metrics by formula and guardrails here, the others in their own files."""

from typing import Annotated

from fastapi import Path, Request

from uems.access.api import Access, guard, house_of
from uems.kernel.clock import day_of
from uems.kernel.edge import Key
from uems.kernel.routing import Routes
from uems.kpis import guardrails
from uems.kpis.alerts.routes import router as alerts
from uems.kpis.bodies import KpiAnswer
from uems.kpis.custom import definitions
from uems.kpis.custom.model import UNNAMED
from uems.kpis.dashboards.link_routes import router as dashboard_links
from uems.kpis.dashboards.paper_routes import router as papers
from uems.kpis.dashboards.routes import router as dashboards
from uems.kpis.frames import frame_of
from uems.kpis.measuring import Question, check_formula, measure_all, values_of
from uems.kpis.more_bodies import (
    CustomMetricBody,
    CustomMetricDraft,
    CustomMetricTrial,
    CustomMetricVersion,
    CustomMetricVersions,
    GuardrailBody,
    GuardrailList,
    GuardrailMade,
)
from uems.kpis.spend_routes import router as spend

router = Routes()
router.include(spend)
router.include(alerts)
router.include(dashboards)
router.include(dashboard_links)
router.include(papers)
_BASE = "/workspaces/{workspace}"
CustomKey = Annotated[Key, Path(description="Key of the metric.")]
GuardrailId = Annotated[Key, Path(description="Id of the guardrail.")]


@router.get(f"{_BASE}/guardrails")
def list_guardrails(request: Request, access: Annotated[Access, guard("kpis:read")]) -> GuardrailList:
    """Every pair of a short-term and a long-term metric, and whether the first rises at the cost of the second."""
    house = house_of(request)
    found = guardrails.judge(house, access.scope, guardrails.guardrails_of(house.store, access.scope), access.now)
    rule = guardrails.RULE
    return GuardrailList(items=[GuardrailBody.of(one) for one in found], rule_zh=rule.zh, rule_en=rule.en)


@router.post(f"{_BASE}/guardrails", status_code=201)
def create_guardrail(request: Request, access: Annotated[Access, guard("kpis:write")], body: guardrails.Pair) -> GuardrailMade:
    """Watch one more pair."""
    made = guardrails.add_guardrail(house_of(request), access, body)
    return GuardrailMade(guardrail_id=made.guardrail_id, pair=made.pair)


@router.delete(f"{_BASE}/guardrails/{{guardrail_id}}", status_code=204)
def delete_guardrail(request: Request, access: Annotated[Access, guard("kpis:write")], guardrail_id: GuardrailId) -> None:
    """Watch a pair of your own no more."""
    guardrails.delete_guardrail(house_of(request).store, access, guardrail_id)


@router.post(f"{_BASE}/custom-metrics/try")
def try_custom_metric(request: Request, access: Annotated[Access, guard("kpis:read")], body: CustomMetricTrial) -> KpiAnswer:
    """What a metric by formula would say; nothing is saved."""
    house, scope = house_of(request), access.scope
    saved = definitions.custom_metrics(house.store, scope)
    metric = definitions.trial_metric(body.key or UNNAMED, body.spec, saved, values_of)
    frame = frame_of(body.first_day, body.last_day, body.last_days, body.unit, day_of(access.now, scope.zone))
    question = Question(metric="", unit=body.unit, compare=body.compare)
    [found] = measure_all(house, scope, [(metric, {})], question, frame, access.now, strict=True)
    return KpiAnswer.of(found, scope.zone, scope.currency, access.now)


@router.put(f"{_BASE}/custom-metrics/{{metric}}")
def put_custom_metric(
    request: Request, access: Annotated[Access, guard("kpis:write")], metric: CustomKey, body: CustomMetricDraft
) -> CustomMetricBody:
    """Make or change a metric by formula."""
    house, scope = house_of(request), access.scope
    made = definitions.trial_metric(metric, body.spec, definitions.custom_metrics(house.store, scope), values_of)
    check_formula(house, scope, made, access.now)
    return CustomMetricBody.of(definitions.save_metric(house.store, access, metric, body.spec, values_of, base_version=body.base_version))


@router.delete(f"{_BASE}/custom-metrics/{{metric}}", status_code=204)
def archive_custom_metric(request: Request, access: Annotated[Access, guard("kpis:write")], metric: CustomKey) -> None:
    """Take a metric by formula out of use; saving it again brings it back."""
    definitions.archive_metric(house_of(request).store, access, metric)


@router.get(f"{_BASE}/custom-metrics/{{metric}}/versions")
def list_custom_versions(request: Request, access: Annotated[Access, guard("kpis:read")], metric: CustomKey) -> CustomMetricVersions:
    """What the metric said over time, the latest first."""
    found = definitions.versions_of(house_of(request).store, access.scope, metric)
    return CustomMetricVersions(items=[CustomMetricVersion.of(one) for one in found])
