"""How are reports and sessions asked for over HTTP? A report by name and spec; its answer says what was counted, when, and how surely."""

from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from pydantic import ValidationError

from uems.access.api import Access, guard
from uems.collect import api as collect
from uems.journeys.bodies import SessionBody
from uems.journeys.person_sessions import END, sessions_of
from uems.journeys.registry import REPORTS
from uems.kernel.edge import Body, Cursor, Id, Key, Limit, Page, decode_cursor, encode_cursor
from uems.kernel.errors import UemsError
from uems.kernel.house import House

router = APIRouter()


class ReportInfo(Body):
    """A report that can be asked for; ``spec_schema`` is the JSON schema of its spec, ``sample`` a spec that works."""

    name: str
    label_zh: str
    label_en: str
    spec_schema: dict[str, Any]
    sample: dict[str, Any]


class ReportList(Body):
    items: list[ReportInfo]
    next_cursor: str | None = None


class ReportAnswer(Body):
    """What was asked of whom, and the answer. ``watermark``: everything that arrived up to then is counted."""

    report: str
    workspace: str
    first_day: date | None
    last_day: date | None
    zone: str
    currency: str
    watermark: datetime | None
    asked_at: datetime
    exact: bool
    data: dict[str, Any]


@router.get("/workspaces/{workspace}/reports")
def list_reports(access: Annotated[Access, guard("reports:read")]) -> ReportList:
    """Every report with the form of its spec."""
    return ReportList(
        items=[
            ReportInfo(
                name=report.key,
                label_zh=report.label_zh,
                label_en=report.label_en,
                spec_schema=report.Config.model_json_schema(),
                sample=report.sample.model_dump(mode="json"),
            )
            for report in REPORTS
        ]
    )


@router.post("/workspaces/{workspace}/reports/{name}")
def run_report(
    request: Request,
    access: Annotated[Access, guard("reports:read")],
    name: Annotated[Key, Path(description="Name of the report.")],
    spec: dict[str, Any],
) -> ReportAnswer:
    """Answer one report for one spec."""
    report = REPORTS.get(name)
    try:
        config = report.Config.model_validate(spec)
    except ValidationError as error:
        faults = [f"{'.'.join(str(p) for p in e['loc']) or 'spec'}: {e['msg']}" for e in error.errors()[:5]]
        raise UemsError(
            "invalid_spec",
            f"The spec of {name} cannot be used: {'; '.join(faults)}. Its schema is in GET /api/workspaces/{{workspace}}/reports.",
            status=422,
        ) from error
    house: House = request.app.state.house
    answer = report.run(house, access.scope, config, access.now)
    return ReportAnswer(
        report=name,
        workspace=access.scope.slug,
        first_day=answer.first_day,
        last_day=answer.last_day,
        zone=access.scope.zone,
        currency=access.scope.currency,
        watermark=collect.watermark(house),
        asked_at=access.now,
        exact=answer.exact,
        data=dict(answer.data),
    )


@router.get("/workspaces/{workspace}/people/{person_id}/sessions")
def person_sessions(
    request: Request,
    access: Annotated[Access, guard("people:read")],
    person_id: Annotated[Id, Path(description="Number of the person, or one that a merged part of them had before.")],
    cursor: Cursor | None = None,
    limit: Limit = 50,
) -> Page[SessionBody]:
    """The visits of a person, the latest first; a few seconds behind their events."""
    before = decode_cursor(cursor, int)[0] if cursor else END
    items, following = sessions_of(request.app.state.house, access.scope, person_id, limit, before)
    return Page(items=[SessionBody.of(one) for one in items], next_cursor=None if following is None else encode_cursor(following))
