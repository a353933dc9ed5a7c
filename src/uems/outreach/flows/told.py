"""What did everybody last say of themselves under one name? For dates and time zones, of a whole workspace at once."""

import json
from collections.abc import Sequence

from uems.identity import api as identity
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.sql import Sql
from uems.outreach.messages.reaching import ZONES, zone_by
from uems.profiles.api import People


def told_by_all(house: House, scope: Scope, trait: str) -> list[tuple[int, str]]:
    """(person, JSON of what they said last), by person."""
    rows = identity.rows_of_people(
        house.store, scope, Sql("traits"), ("value", "ts", "log_offset", "log_index"), Sql("trait = {trait:String}")
    )
    found = house.warehouse.query(
        Sql(f"SELECT person, argMax(value, (ts, log_offset, log_index)) AS told FROM {rows} GROUP BY person ORDER BY person"),
        {"trait": trait},
    )
    return list(zip(found.column("person").to_pylist(), found.column("told").to_pylist(), strict=True))


def zones_of_people(house: House, scope: Scope, people: Sequence[int] | People) -> list[str]:
    """The time zone of each, by the same rule as messages; that of the workspace where none is known."""
    known = _zones(house, scope)
    return [known.get(int(person), scope.zone) for person in people]


def zones_there(house: House, scope: Scope) -> list[str]:
    """Every time zone that somebody has."""
    return sorted(set(_zones(house, scope).values()))


def _zones(house: House, scope: Scope) -> dict[int, str]:
    told: dict[int, dict[str, object]] = {}
    for name in ZONES:
        for person, text in told_by_all(house, scope, name):
            told.setdefault(person, {})[name] = _decoded(text)
    return {person: zone_by(values, scope.zone) for person, values in told.items()}


def _decoded(text: str) -> object:
    try:
        found: object = json.loads(text)
    except ValueError:
        return None
    return found
