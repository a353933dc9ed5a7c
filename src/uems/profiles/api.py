"""The door of this room: everything that other rooms, the command line and the web may use."""

from uems.profiles.conditions import model as nodes
from uems.profiles.conditions.asking import Answers, Asking, Chosen, People, Source, SourceName, Value
from uems.profiles.conditions.grammar import dump_condition, evaluate, expand, kind_of, leaves, parse_condition, segments_in
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
    "Answers",
    "Asking",
    "Chosen",
    "Extractor",
    "Happening",
    "People",
    "Place",
    "Profile",
    "Source",
    "SourceName",
    "TimelineItem",
    "Trait",
    "Value",
    "dump_condition",
    "evaluate",
    "expand",
    "kind_of",
    "leaves",
    "list_events",
    "list_people",
    "nodes",
    "parse_condition",
    "profile_of",
    "profiles_of",
    "search_people",
    "segments_in",
    "timeline",
    "trait_history",
    "trait_rows",
    "traits_of",
]
