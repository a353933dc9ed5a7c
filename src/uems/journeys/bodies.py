"""What do the answer of a report and a session look like over HTTP?"""

from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from uems.access.api import Access
from uems.collect import api as collect
from uems.journeys.person_sessions import Session
from uems.journeys.registry import Answer
from uems.kernel.edge import Body, Count, Signed
from uems.kernel.house import House


class NoticeBody(Body):
    """What the reader of an answer should know: "unknown_event" names an event that nobody ever had, and names like it.

    "events_left_out" and "sessions_left_out": so many lie on other days than those of all time; near: the first and last of them."""

    code: str
    subject: str
    near: list[str]


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
    warnings: list[NoticeBody]
    data: dict[str, Any]


def answer_body(house: House, access: Access, name: str, answer: Answer) -> ReportAnswer:
    """The answer of the report called ``name``, as whoever asked gets it."""
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
        warnings=[NoticeBody(code=one.code, subject=one.subject, near=list(one.near)) for one in answer.warnings],
        data=dict(answer.data),
    )


class SessionBody(Body):
    """One visit. seconds: from its first to its last event. engaged_seconds: reported by the browser
    SDK; 0 where nothing reports. revenue_minor: in the workspace's currency. "" for what nobody said."""

    started_at: datetime
    ended_at: datetime
    day: date
    seconds: float
    events: Count
    pages: Count
    entry_path: str
    exit_path: str
    referrer: str
    utm_source: str
    utm_medium: str
    utm_campaign: str
    device: str
    country: str
    channel: str
    revenue_minor: Signed
    bounce: bool
    engaged_seconds: float

    @staticmethod
    def of(session: Session) -> "SessionBody":
        return SessionBody(**asdict(session), seconds=(session.ended_at - session.started_at).total_seconds())
