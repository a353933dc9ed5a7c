"""The door of this room: everything that other rooms, the command line and the web may use."""

from uems.identity.model import Id, Merge, MergePreview, Person, Profile, Rules, Totals, Undone
from uems.identity.normal import is_junk, normalise
from uems.identity.outbox import flush_overrides
from uems.identity.resolver import Resolver
from uems.identity.rules import change_rules, rules_of
from uems.identity.schema import MIGRATIONS

__all__ = [
    "MIGRATIONS",
    "Id",
    "Merge",
    "MergePreview",
    "Person",
    "Profile",
    "Resolver",
    "Rules",
    "Totals",
    "Undone",
    "change_rules",
    "flush_overrides",
    "is_junk",
    "normalise",
    "rules_of",
]
