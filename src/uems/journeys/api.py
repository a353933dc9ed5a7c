"""The door of this room: everything that other rooms, the command line and the web may use."""

from uems.journeys.person_sessions import Session, sessions_of
from uems.journeys.schema import MIGRATIONS
from uems.journeys.sessions import Sessioniser

__all__ = ["MIGRATIONS", "Session", "Sessioniser", "sessions_of"]
