"""The door of this room: everything that other rooms, the command line and the web may use."""

from uems.identity.active import EVENT_NAME, Who, active_people, people_by_event
from uems.identity.bodies import IdBody, TotalsBody
from uems.identity.changes import changed_people, last_changes
from uems.identity.erasing import ERASER
from uems.identity.erasure.job import Forgetter, finish_now
from uems.identity.erasure.tombstones import erased_numbers, tombstone_key
from uems.identity.erasures import Erasure, erasure_of, erasures, preview_erasure, request_erasure, subject_of
from uems.identity.ledger import merge, preview_merge, redo_merge, undo_merge
from uems.identity.links import merges, place_of
from uems.identity.model import Cause, Id, Merge, MergePreview, MergeState, Person, Profile, Rules, Totals, Undone
from uems.identity.normal import is_junk, normal_kind, normalise, search_form
from uems.identity.outbox import flush_overrides
from uems.identity.people import (
    STANDARD_KINDS,
    Owner,
    find_nodes,
    find_owners,
    find_person,
    has_kind,
    ids_of,
    newest_people,
    people_of,
    person,
    search_ids,
)
from uems.identity.queries import (
    PeopleCount,
    actives_by_day,
    affected_ids,
    affected_people,
    count_people,
    everybody,
    has_overrides,
    overrides,
    rows_of_people,
)
from uems.identity.resolver import Resolver
from uems.identity.rules import change_rules, count_touched, rules_of
from uems.identity.schema import MIGRATIONS
from uems.identity.telling import tell_of_people
from uems.identity.totals import totals_of

__all__ = [
    "ERASER",
    "EVENT_NAME",
    "MIGRATIONS",
    "STANDARD_KINDS",
    "Cause",
    "Erasure",
    "Forgetter",
    "Id",
    "IdBody",
    "Merge",
    "MergePreview",
    "MergeState",
    "Owner",
    "PeopleCount",
    "Person",
    "Profile",
    "Resolver",
    "Rules",
    "Totals",
    "TotalsBody",
    "Undone",
    "Who",
    "active_people",
    "actives_by_day",
    "affected_ids",
    "affected_people",
    "change_rules",
    "changed_people",
    "count_people",
    "count_touched",
    "erased_numbers",
    "erasure_of",
    "erasures",
    "everybody",
    "find_nodes",
    "find_owners",
    "find_person",
    "finish_now",
    "flush_overrides",
    "has_kind",
    "has_overrides",
    "ids_of",
    "is_junk",
    "last_changes",
    "merge",
    "merges",
    "newest_people",
    "normal_kind",
    "normalise",
    "overrides",
    "people_by_event",
    "people_of",
    "person",
    "place_of",
    "preview_erasure",
    "preview_merge",
    "redo_merge",
    "request_erasure",
    "rows_of_people",
    "rules_of",
    "search_form",
    "search_ids",
    "subject_of",
    "tell_of_people",
    "tombstone_key",
    "totals_of",
    "undo_merge",
]
