"""How is the monthly review had: as data for the page, as HTML, and as a PDF?"""

from datetime import date
from typing import Annotated, Final, Literal
from urllib.parse import quote

from fastapi import Query, Request
from starlette.responses import Response

from uems.access.api import Access, Workspaces, guard, house_of
from uems.evaluation.review import Topic, review_of
from uems.evaluation.review_words import html_of, lead_of, sections_of, title_of
from uems.kernel.clock import day_of
from uems.kernel.edge import Body
from uems.kernel.routing import Routes
from uems.kpis import api as kpis

router = Routes()
_BASE: Final = "/workspaces/{workspace}/evaluation/review"
_READ = guard("evaluation:read")
_FILES: Final = {
    "text/html": {"schema": {"type": "string"}},
    "application/pdf": {"schema": {"type": "string", "format": "binary"}},
}
Month = Annotated[date | None, Query(description="First day of the month; left out: this month.")]
Words = Annotated[Literal["zh", "en"], Query(description="Of the words in it.")]


class ReviewSection(Body):
    """empty: whether the only line says that there is nothing."""

    topic: Topic
    title: str
    lines: list[str]
    empty: bool


class ReviewBody(Body):
    """What is said at the review of a month, in the language asked for."""

    month: date
    title: str
    lead: str
    over: bool
    sections: list[ReviewSection]


@router.get(_BASE)
def get_review(request: Request, access: Annotated[Access, _READ], month: Month = None, language: Words = "zh") -> ReviewBody:
    """Goals and results, what was tried, worked and was retired, proposals and decisions of a month."""
    found = review_of(house_of(request), access.scope, access.now, month or day_of(access.now, access.scope.zone).replace(day=1))
    sections = [
        ReviewSection(topic=one.topic, title=one.title, lines=list(one.lines), empty=one.empty)
        for one in sections_of(found, access.scope, language)
    ]
    title, lead = title_of(found, language), lead_of(found, language)
    return ReviewBody(month=found.month, title=title, lead=lead, over=found.over, sections=sections)


@router.get(_BASE + "/file", response_class=Response, responses={200: {"content": _FILES, "description": "The review."}})
def download_review(
    request: Request,
    access: Annotated[Access, _READ],
    month: Month = None,
    language: Words = "zh",
    form: Annotated[Literal["html", "pdf"], Query(description="What kind of file.")] = "pdf",
) -> Response:
    """The same to hand around."""
    house, scope = house_of(request), access.scope
    found = review_of(house, scope, access.now, month or day_of(access.now, scope.zone).replace(day=1))
    title, lead, sections = title_of(found, language), lead_of(found, language), sections_of(found, scope, language)
    named = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(f'{title}.{form}')}"}
    if form == "html":
        return Response(html_of(title, lead, sections, language), media_type="text/html; charset=utf-8", headers=named)
    name = Workspaces(house.store).name(scope.workspace_id)
    notes = [(one.title, one.lines) for one in sections]
    made = kpis.draw_notes(scope, title, lead, notes, name, language, access.now)
    return Response(made, media_type="application/pdf", headers=named)
