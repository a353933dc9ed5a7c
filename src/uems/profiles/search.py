"""Which people are meant? By the start of any id or of any trait, then by a piece of a trait; nobody twice.

Three lists follow each other, each in the order of its index: ids that start with the words, traits that do, traits that
contain them. A person stands where they are found first, which can be told from their ids and traits alone, so that a
page needs to remember nothing of the pages before it.
"""

import re
from collections.abc import Collection, Sequence
from typing import Final, NamedTuple

from uems.identity import api as identity
from uems.identity.api import Id, Person
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.sql import Param, Sql
from uems.profiles.model import Profile, Trait
from uems.profiles.traits import traits_of

SHORTEST_PIECE: Final = 3
"""A piece of a trait is looked for from this many characters on; shorter ones are in too many."""
_ROUNDS: Final = 8
_FEWEST: Final = 20
_IDS, _STARTS, _PIECES = 0, 1, 2

_ROWS: Final = Sql(
    "SELECT DISTINCT needle, trait, node_id FROM trait_index WHERE workspace_id = {workspace:UInt32} AND needle >= {needle:String}"
    " AND (needle, trait, node_id) > ({needle:String}, {trait:String}, {node:UInt64})"
)
_PAGE: Final = Sql("ORDER BY needle, trait, node_id LIMIT {limit:UInt32}")
_STARTING: Final = Sql(f"{_ROWS} AND startsWith(needle, {{words:String}}) {_PAGE}")
_CONTAINING: Final = Sql(f"{_ROWS} AND needle LIKE {{like:String}} AND NOT startsWith(needle, {{words:String}}) {_PAGE}")


class Place(NamedTuple):
    """Where a search goes on: in which of the three lists, and after which row of its index."""

    stage: int = _IDS
    needle: str = ""
    trait: str = ""
    node: int = 0


class _Known:
    """What is read of the people that a search comes across, each once."""

    def __init__(self, house: House, scope: Scope) -> None:
        self._house = house
        self._scope = scope
        self.ids: dict[int, tuple[Id, ...]] = {}
        self.traits: dict[int, tuple[Trait, ...]] = {}

    def read(self, people: Collection[Person], *, traits: bool) -> None:
        """Read ids, and traits if asked, of those who were not read before."""
        without = [p.person_id for p in people if p.person_id not in self.ids]
        self.ids.update(identity.ids_of(self._house.store, self._scope, without))
        if traits:
            self.traits.update(traits_of(self._house, self._scope, [p for p in people if p.person_id not in self.traits]))

    def profiles(self, people: Sequence[Person]) -> list[Profile]:
        self.read(people, traits=True)
        totals = identity.totals_of(self._house, self._scope, people)
        return [Profile(person_id=n, ids=self.ids[n], traits=self.traits[n], totals=totals[n]) for n in (p.person_id for p in people)]


def search_people(house: House, scope: Scope, words: str, *, after: Place | None = None, limit: int) -> tuple[list[Profile], Place | None]:
    """At most ``limit`` people for ``words``, and where the next page starts, None when there are no more.

    A page may be shorter than ``limit`` although more follow: index rows of values that were replaced since are passed over.
    """
    words = _lower(house, words)
    place: Place | None = after or Place()
    known = _Known(house, scope)
    found: list[Person] = []
    for _ in range(_ROUNDS):
        assert place is not None
        # When the page is full, one row more tells whether another page follows.
        batch = max(limit - len(found) + 1, _FEWEST) if len(found) < limit else 1
        rows = _rows(house, scope, words, place, batch)
        if rows and len(found) == limit:
            break
        people = identity.people_of(house.store, scope, {row.node for row in rows})
        known.read({p.person_id: p for p in people.values()}.values(), traits=place.stage != _IDS)
        for row in rows:
            if len(found) == limit:
                return known.profiles(found), place
            place = row
            person = people.get(row.node)
            if person is not None and _stands_here(known, person, row, words):
                found.append(person)
        if len(rows) < batch:
            place = _next_stage(place, words)
            if place is None:
                break
    return known.profiles(found), place


def _next_stage(place: Place, words: str) -> Place | None:
    last = _PIECES if len(words) >= SHORTEST_PIECE else _STARTS
    return Place(stage=place.stage + 1) if place.stage < last else None


def _lower(house: House, words: str) -> str:
    """The words as the indexes hold them: in lower case, by the engine's idea of it, which differs for a few letters."""
    text = words.strip()[:200]
    if text.isascii():
        return text.lower()
    [row] = house.warehouse.query(Sql("SELECT lowerUTF8({text:String}) AS lower"), {"text": text}).to_pylist()
    return str(row["lower"])


def _id_words(words: str) -> str:
    """What ids start with. A phone number is stored without blanks, however it is written."""
    return identity.search_form(re.sub(r"[^\d+]", "", words) if re.fullmatch(r"\+[\d\s().-]+", words) else words)


def _rows(house: House, scope: Scope, words: str, place: Place, limit: int) -> list[Place]:
    if place.stage == _IDS:
        after = (place.needle, place.node) if place.node else None
        hits = identity.search_ids(house.store, scope, _id_words(words), after=after, limit=limit)
        return [Place(_IDS, text, "", node) for text, node, _ in hits]
    params: dict[str, Param] = {
        "workspace": scope.workspace_id,
        "words": words,
        "limit": limit,
        # A list of starts begins at the words themselves: the first key that can match.
        "needle": place.needle or (words if place.stage == _STARTS else ""),
        "trait": place.trait,
        "node": place.node,
    }
    if place.stage == _PIECES:
        params["like"] = "%" + re.sub(r"([\\%_])", r"\\\1", words) + "%"
    found = house.warehouse.query(_STARTING if place.stage == _STARTS else _CONTAINING, params).to_pylist()
    return [Place(place.stage, row["needle"], row["trait"], row["node_id"]) for row in found]


def _stands_here(known: _Known, person: Person, row: Place, words: str) -> bool:
    """Whether this row is the first at which the search meets the person."""
    id_words = _id_words(words)
    ids = [(identity.search_form(i.value), i.node_id) for i in known.ids[person.person_id]]
    starting = [one for one in ids if one[0].startswith(id_words)]
    if row.stage == _IDS:
        return min(starting, default=None) == (row.needle, row.node)
    traits = [(t.needle, t.trait, t.node_id) for t in known.traits[person.person_id]]
    starts = [one for one in traits if one[0].startswith(words)]
    pieces = [one for one in traits if words in one[0]]
    if starting or (row.stage == _PIECES and starts):
        return False
    return min(starts if row.stage == _STARTS else pieces, default=None) == row[1:]
