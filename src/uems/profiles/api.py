"""The door of this room: everything that other rooms, the command line and the web may use."""

from uems.profiles.bodies import PersonRow
from uems.profiles.conditions import model as nodes
from uems.profiles.conditions.asking import Answers, Asking, Chosen, Flags, People, Source, SourceName, Value
from uems.profiles.conditions.grammar import (
    Evaluated,
    dump_condition,
    edges_of,
    evaluate,
    expand,
    kind_of,
    leaves,
    parse_condition,
    segments_in,
)
from uems.profiles.conditions.kind import Edge
from uems.profiles.conditions.words import Language, say
from uems.profiles.events import list_events
from uems.profiles.extract import Extractor, trait_rows
from uems.profiles.follow import RECEIPTS, STORED, Touched, range_end, touched_since
from uems.profiles.lists import list_parts
from uems.profiles.model import Happening, Profile, TimelineItem, Trait
from uems.profiles.people import Activity, list_people, profile_of, profiles_of
from uems.profiles.roles.mappings import roles_of
from uems.profiles.schema import MIGRATIONS
from uems.profiles.search import Place, search_people
from uems.profiles.tags.clock import as_of
from uems.profiles.tags.config import is_scored, read_config
from uems.profiles.tags.definitions import definition, definitions, read_definitions
from uems.profiles.tags.lineage import conditions_of_tag
from uems.profiles.tags.live import LiveTags
from uems.profiles.tags.model import Words
from uems.profiles.tags.past import values_before
from uems.profiles.tags.scores import give_back, take_over, write_scores
from uems.profiles.timeline import timeline
from uems.profiles.traits import trait_history, traits_of

__all__ = [
    "MIGRATIONS",
    "RECEIPTS",
    "STORED",
    "Activity",
    "Answers",
    "Asking",
    "Chosen",
    "Edge",
    "Evaluated",
    "Extractor",
    "Flags",
    "Happening",
    "Language",
    "LiveTags",
    "People",
    "PersonRow",
    "Place",
    "Profile",
    "Source",
    "SourceName",
    "TimelineItem",
    "Touched",
    "Trait",
    "Value",
    "Words",
    "as_of",
    "conditions_of_tag",
    "definition",
    "definitions",
    "dump_condition",
    "edges_of",
    "evaluate",
    "expand",
    "give_back",
    "is_scored",
    "kind_of",
    "leaves",
    "list_events",
    "list_parts",
    "list_people",
    "nodes",
    "parse_condition",
    "profile_of",
    "profiles_of",
    "range_end",
    "read_config",
    "read_definitions",
    "roles_of",
    "say",
    "search_people",
    "segments_in",
    "take_over",
    "timeline",
    "touched_since",
    "trait_history",
    "trait_rows",
    "traits_of",
    "values_before",
    "write_scores",
]
