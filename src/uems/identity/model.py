"""What are the things of this room? Ids, claims that two ids are one person, and what became of them.

An **id** is a kind and a value. Every id that was ever seen is a **node**, a dense integer of its workspace. A **link** says
that two nodes are the same person; a **person** is a set of linked nodes and bears the number of its smallest node.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal

Cause = Literal["external", "identify", "alias", "manual"]
"""Why two ids are linked: an external id or trait, an event that carries both, an alias call, a decision in this program."""

CAUSES: Final[tuple[Cause, ...]] = ("external", "identify", "alias", "manual")
"""From the weakest to the strongest; of several claims of one link the strongest cause counts."""

EXPLICIT: Final = frozenset(("alias", "manual"))
"""Causes that may join two user ids: somebody said outright that they are one person."""

USER_ID: Final = "user_id"
ANONYMOUS_ID: Final = "anonymous_id"
EMAIL: Final = "email"
PHONE: Final = "phone"

NOBODY: Final = 0
"""Node and person of an event without any usable id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """How a workspace decides who is who.

    limits: most ids of a kind that one person may have; kinds that are not named have ``other_limit``.
    aliased_user_ids: most user ids of one person when aliases or people joined them; without those ``limits["user_id"]`` holds.
    max_ids, max_merges: most ids of one person, and most joins of two groups of ids in it.
    shared_after: distinct other ids after which an id is known to be shared (a kiosk, a "guest") and joins nobody; by kind.
    blocked: ids that name nobody, beside the built-in list; compared without case, spaces and quotes.
    email_is_id, phone_is_id: whether the traits email and phone of an identify call are ids.
    phone_region: ISO country of phone numbers without +, such as CN; empty: none.
    erased_may_return: whether an id that was erased can become a new person, once it identifies itself anew.
    """

    limits: Mapping[str, int] = field(default_factory=lambda: {USER_ID: 1, ANONYMOUS_ID: 1000})
    other_limit: int = 5
    aliased_user_ids: int = 5
    max_ids: int = 1000
    max_merges: int = 100
    shared_after: Mapping[str, int] = field(default_factory=lambda: {USER_ID: 2000})
    other_shared_after: int = 200
    blocked: tuple[str, ...] = ()
    email_is_id: bool = True
    phone_is_id: bool = True
    phone_region: str = ""
    erased_may_return: bool = True

    def limit(self, kind: str) -> int:
        return self.limits.get(kind, self.other_limit)

    def shared_limit(self, kind: str) -> int:
        return self.shared_after.get(kind, self.other_shared_after)


@dataclass(frozen=True, slots=True, kw_only=True)
class Id:
    """An id of a person, and the number of its node."""

    node_id: int
    kind: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One person as known now.

    person_id: the smallest of ``node_ids``. stored_ids: every person number under which rows of these nodes may stand in the
    warehouse; a read of one person's rows asks for ``person_id IN stored_ids AND node_id IN node_ids``.
    """

    person_id: int
    node_ids: tuple[int, ...]
    stored_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """What a person, or one of several that are about to become one, has done."""

    events: int
    orders: int
    revenue_minor: int
    first_seen: datetime | None
    last_seen: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A person with its ids and totals, as a preview shows it."""

    person_id: int
    ids: tuple[Id, ...]
    totals: Totals


MergeState = Literal["active", "rejected", "undone"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """One link of the ledger.

    merge_id: ``<a>-<b>`` of the two nodes. a_person_id, b_person_id: who has the two ids now. ts, message_id: of the earliest
    event that claims it (of a merge by hand: its moment and number). state: "rejected" is kept but not in force, and ``reason``
    says why (``limit:<kind>``, ``limit:ids``, ``limit:merges``, ``shared``); "undone" was taken back by ``undo_id``.
    """

    merge_id: str
    a: Id
    b: Id
    a_person_id: int
    b_person_id: int
    cause: Cause
    state: MergeState
    reason: str
    ts: datetime
    message_id: str
    undo_id: str | None
    undone_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MergePreview:
    """What a merge would do. profiles: the people it joins, with what each has. refused: why it cannot be done, or empty."""

    profiles: tuple[Profile, ...]
    refused: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Undone:
    """What an undo did. undo_id: what ``redo_merge`` takes. merges: every link that was taken back. people: the people it left."""

    undo_id: str
    merges: tuple[str, ...]
    people: tuple[int, ...]
