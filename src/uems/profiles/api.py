"""The door of this room: everything that other rooms, the command line and the web may use."""

from uems.profiles.bodies import PersonRow
from uems.profiles.conditions import model as nodes
from uems.profiles.conditions.asking import Answers, Asking, Chosen, Flags, People, Source, SourceName, Value
from uems.profiles.conditions.carrying import carried_in, only_lets_in, without_tags
from uems.profiles.conditions.grammar import (
    Evaluated,
    combine,
    dump_condition,
    edges_of,
    evaluate,
    expand,
    kind_of,
    leaves,
    parse_condition,
    people_sql,
    questions,
    segments_in,
)
from uems.profiles.conditions.kind import Edge
from uems.profiles.conditions.past import PastAsking, check_past
from uems.profiles.conditions.until import Until
from uems.profiles.conditions.words import Language, say
from uems.profiles.conditions.words_told import words_sql
from uems.profiles.erasing import ERASER
from uems.profiles.events import list_events
from uems.profiles.extract import Extractor, trait_rows
from uems.profiles.follow import RECEIPTS, STORED, Touched, marks_now, range_end, touched_since
from uems.profiles.lists import list_parts
from uems.profiles.model import Happening, Profile, TimelineItem, Trait
from uems.profiles.people import Activity, list_people, profile_of, profiles_now
from uems.profiles.roles.mappings import forget_role, guess_roles, roles_of, set_role
from uems.profiles.roles.model import ROLES, Mapped, Role, Roles
from uems.profiles.roles.words import plain as plain_name
from uems.profiles.schema import MIGRATIONS
from uems.profiles.search import Place, search_people
from uems.profiles.tags.as_code import (
    FieldChange,
    TagChange,
    apply_tags,
    apply_tags_in,
    plan_tags,
    planned_tags,
    remove_tags_in,
    tags_to_yaml,
)
from uems.profiles.tags.asked import asked_in, check_asked
from uems.profiles.tags.batches import Batch, batches_of, import_values, set_tag, undo_batch
from uems.profiles.tags.catalogue import Listed, catalogue, distribution, tags_of
from uems.profiles.tags.clock import as_of, stand_still
from uems.profiles.tags.config import is_scored, read_config, value_problem
from uems.profiles.tags.definitions import (
    check_tags,
    definition,
    definitions,
    read_definitions,
    remove_definition,
    remove_tag,
    save_tag,
    tags_of_all,
)
from uems.profiles.tags.lineage import conditions_of_tag, tops_of
from uems.profiles.tags.live import LiveTags
from uems.profiles.tags.measured import measure_cuts
from uems.profiles.tags.model import SavedTag, TagDef, TagState, TagValue, Words
from uems.profiles.tags.past import values_before
from uems.profiles.tags.properties import texts_in
from uems.profiles.tags.refresh import Refreshed, refresh
from uems.profiles.tags.scores import give_back, give_back_in, scores_of, take_over, write_scores
from uems.profiles.tags.standard import install_standard_tags, standard_tags
from uems.profiles.tags.uses import TagUse, TagUsers, broken, check_uses, uses_among
from uems.profiles.timeline import timeline
from uems.profiles.traits import common_values, trait_history, traits_of, traits_told

__all__ = [
    "ERASER",
    "MIGRATIONS",
    "RECEIPTS",
    "ROLES",
    "STORED",
    "Activity",
    "Answers",
    "Asking",
    "Batch",
    "Chosen",
    "Edge",
    "Evaluated",
    "Extractor",
    "FieldChange",
    "Flags",
    "Happening",
    "Language",
    "Listed",
    "LiveTags",
    "Mapped",
    "PastAsking",
    "People",
    "PersonRow",
    "Place",
    "Profile",
    "Refreshed",
    "Role",
    "Roles",
    "SavedTag",
    "Source",
    "SourceName",
    "TagChange",
    "TagDef",
    "TagState",
    "TagUse",
    "TagUsers",
    "TagValue",
    "TimelineItem",
    "Touched",
    "Trait",
    "Until",
    "Value",
    "Words",
    "apply_tags",
    "apply_tags_in",
    "as_of",
    "asked_in",
    "batches_of",
    "broken",
    "carried_in",
    "catalogue",
    "check_asked",
    "check_past",
    "check_tags",
    "check_uses",
    "combine",
    "common_values",
    "conditions_of_tag",
    "definition",
    "definitions",
    "distribution",
    "dump_condition",
    "edges_of",
    "evaluate",
    "expand",
    "forget_role",
    "give_back",
    "give_back_in",
    "guess_roles",
    "import_values",
    "install_standard_tags",
    "is_scored",
    "kind_of",
    "leaves",
    "list_events",
    "list_parts",
    "list_people",
    "marks_now",
    "measure_cuts",
    "nodes",
    "only_lets_in",
    "parse_condition",
    "people_sql",
    "plain_name",
    "plan_tags",
    "planned_tags",
    "profile_of",
    "profiles_now",
    "questions",
    "range_end",
    "read_config",
    "read_definitions",
    "refresh",
    "remove_definition",
    "remove_tag",
    "remove_tags_in",
    "roles_of",
    "save_tag",
    "say",
    "scores_of",
    "search_people",
    "segments_in",
    "set_role",
    "set_tag",
    "stand_still",
    "standard_tags",
    "tags_of",
    "tags_of_all",
    "tags_to_yaml",
    "take_over",
    "texts_in",
    "timeline",
    "tops_of",
    "touched_since",
    "trait_history",
    "trait_rows",
    "traits_of",
    "traits_told",
    "undo_batch",
    "uses_among",
    "value_problem",
    "values_before",
    "without_tags",
    "words_sql",
    "write_scores",
]
