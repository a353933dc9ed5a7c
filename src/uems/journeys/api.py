"""The door of this room: everything that other rooms, the command line and the web may use."""

from uems.journeys.asking import people_of_report, run_report
from uems.journeys.person_sessions import Session, sessions_of
from uems.journeys.registry import REPORTS, Answer, Notice
from uems.journeys.schema import MIGRATIONS
from uems.journeys.sessions import Sessioniser

__all__ = [
    "MIGRATIONS",
    "REPORTS",
    "Answer",
    "Notice",
    "Session",
    "Sessioniser",
    "people_of_report",
    "run_report",
    "sessions_of",
]
