"""What does a session look like over HTTP?"""

from dataclasses import asdict
from datetime import date, datetime

from uems.journeys.person_sessions import Session
from uems.kernel.edge import Body, Count, Signed


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
