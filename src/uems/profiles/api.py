"""The door of this room: everything that other rooms, the command line and the web may use."""

from uems.profiles.events import list_events
from uems.profiles.extract import Extractor, trait_rows
from uems.profiles.model import Happening, Profile, TimelineItem, Trait
from uems.profiles.people import Activity, list_people, profile_of, profiles_of
from uems.profiles.schema import MIGRATIONS
from uems.profiles.search import Place, search_people
from uems.profiles.timeline import timeline
from uems.profiles.traits import trait_history, traits_of

__all__ = [
    "MIGRATIONS",
    "Activity",
    "Extractor",
    "Happening",
    "Place",
    "Profile",
    "TimelineItem",
    "Trait",
    "list_events",
    "list_people",
    "profile_of",
    "profiles_of",
    "search_people",
    "timeline",
    "trait_history",
    "trait_rows",
    "traits_of",
]
