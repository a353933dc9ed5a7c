"""How are reports and sessions asked for over HTTP? A report by name and spec; its answer says what was counted, when, and how surely."""

from typing import Annotated, Any

from fastapi import Path, Request
from pydantic import Field

from uems.access.api import Access, guard, house_of
from uems.journeys import asking
from uems.journeys.bodies import ReportAnswer, SessionBody, answer_body
from uems.journeys.map.routes import router as maps
from uems.journeys.people_pages import PeoplePage, page_of_people
from uems.journeys.person_sessions import END, sessions_of
from uems.journeys.progress_routes import router as followed
from uems.journeys.registry import REPORTS, OpensPeople
from uems.journeys.saved.routes import router as saved
from uems.journeys.segment_of import segment_of
from uems.kernel.edge import Body, Clean, Count, Cursor, Id, Key, Limit, Name, Page, decode_cursor, encode_cursor
from uems.kernel.routing import Routes

router = Routes()
router.include(maps)
router.include(saved)
router.include(followed)


class ReportInfo(Body):
    """A report that can be asked for; ``spec_schema`` is the JSON schema of its spec, ``sample`` a spec that works.

    cell_schema: of what names one number of people in its answer; null for a report without people to open.
    """

    name: str
    label_zh: str
    label_en: str
    spec_schema: dict[str, Any]
    sample: dict[str, Any]
    cell_schema: dict[str, Any] | None = None


class ReportList(Body):
    items: list[ReportInfo]
    next_cursor: str | None = None


class PeopleQuestion(Body):
    """Whose people: the number that ``cell`` names in the answer to ``spec``."""

    spec: dict[str, Any]
    cell: dict[str, Any]
    cursor: Cursor | None = None
    limit: Limit = 50


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
                sample=report.sample.model_dump(mode="json", exclude_none=True),
                cell_schema=report.Cell.model_json_schema() if isinstance(report, OpensPeople) else None,
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
    house = house_of(request)
    return answer_body(house, access, name, asking.run_report(house, access.scope, name, spec, access.now))


@router.post("/workspaces/{workspace}/reports/{name}/people")
def report_people(
    request: Request,
    access: Annotated[Access, guard("people:read")],
    name: Annotated[Key, Path(description="Name of the report.")],
    question: PeopleQuestion,
) -> PeoplePage:
    """The people behind one number of a report, exactly those whom it counts."""
    house = house_of(request)
    found = asking.people_of_report(house, access.scope, name, question.spec, question.cell, access.now)
    return page_of_people(house, access.scope, found, question.cursor, question.limit)


class SegmentQuestion(Body):
    """Of whom a segment is to be made: the people of the number that ``cell`` names, as they are now. key: a new one."""

    spec: dict[str, Any]
    cell: dict[str, Any]
    key: Key
    name: Name
    description: Annotated[str, Field(max_length=5_000), Clean] = ""


class MadeSegment(Body):
    """The segment, and the list of exactly those people that it asks."""

    key: str
    name: str
    list_id: Id
    people: Count


@router.post("/workspaces/{workspace}/reports/{name}/segment")
def segment_of_report(
    request: Request,
    access: Annotated[Access, guard("segments:write")],
    name: Annotated[Key, Path(description="Name of the report.")],
    question: SegmentQuestion,
) -> MadeSegment:
    """Make a segment of the people behind one number of a report. It keeps those who are counted now, through a list of its own."""
    house = house_of(request)
    found = asking.people_of_report(house, access.scope, name, question.spec, question.cell, access.now)
    return MadeSegment(**segment_of(house, access, found, question.key, question.name, question.description))


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
    items, following = sessions_of(house_of(request), access.scope, person_id, limit, before)
    return Page(items=[SessionBody.of(one) for one in items], next_cursor=None if following is None else encode_cursor(following))
