"""What is told of each person in an export, or to a webhook? Ids by kind, chosen traits and tags, and totals, as columns."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa

from uems.identity import api as identity
from uems.kernel.errors import UemsError, invalid
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.sql import Sql
from uems.kernel.warehouse import Limits
from uems.profiles import api as profiles

MAX_NAMES: Final = 200
IDS: Final = ("user_id", "email", "phone")
_TIME: Final = pa.timestamp("ms", "UTC")
_TYPES: Final = {"number": pa.float64(), "boolean": pa.bool_(), "list": pa.list_(pa.string())}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """ids: kinds of ids, each a list of texts. tags: name → type of its values. totals: events, orders, revenue, first and last seen."""

    ids: tuple[str, ...]
    traits: tuple[str, ...]
    tags: tuple[tuple[str, str], ...]
    totals: bool

    def schema(self) -> pa.Schema:
        fields = [pa.field("person_id", pa.uint64())]
        fields += [pa.field(kind, pa.list_(pa.string())) for kind in self.ids]
        fields += [pa.field(f"trait.{name}", pa.string()) for name in self.traits]
        fields += [pa.field(f"tag.{name}", _TYPES.get(type_, pa.string())) for name, type_ in self.tags]
        if self.totals:
            fields += [pa.field(name, pa.int64()) for name in ("events", "orders", "revenue_minor")]
            fields += [pa.field("currency", pa.string()), pa.field("first_seen", _TIME), pa.field("last_seen", _TIME)]
        return pa.schema(fields)

    def as_json(self) -> dict[str, Any]:
        return {"ids": [*self.ids], "traits": [*self.traits], "tags": [[*pair] for pair in self.tags], "totals": self.totals}

    @staticmethod
    def from_json(told: dict[str, Any]) -> "Wanted":
        tags = tuple((name, type_) for name, type_ in told["tags"])
        return Wanted(ids=tuple(told["ids"]), traits=tuple(told["traits"]), tags=tags, totals=told["totals"])


def wanted_of(house: House, scope: Scope, *, ids: Sequence[str], traits: Sequence[str], tags: Sequence[str], totals: bool) -> Wanted:
    """What was asked for, checked.

    Raises ``invalid`` for too much or twice the same; ``unknown_tag``, ``unknown_trait`` and ``unknown_id_kind`` (422) for what
    nobody here has: a column that is always empty is a slip of the pen.
    """
    for field, names in (("ids", ids), ("traits", traits), ("tags", tags)):
        if len(names) > MAX_NAMES:
            raise invalid(field, f"{len(names)} names", f"at most {MAX_NAMES} fit into one file.")
        if len(set(names)) < len(names):
            raise invalid(field, names[0][:60], "names something twice.")
    known = profiles.definitions(house.store, scope)
    missing = [name for name in tags if name not in known]
    if missing:
        raise UemsError("unknown_tag", f"There is no tag {missing[0][:60]!r}; see the catalogue of tags.", status=422)
    told = profiles.traits_told(house, scope, traits)
    missing = [name for name in traits if name not in told]
    if missing:
        message = f"Nobody has a trait {missing[0][:60]!r}; see the traits of a person for their names."
        raise UemsError("unknown_trait", message, status=422, details={"trait": missing[0][:200]})
    missing = [kind for kind in ids if kind not in identity.STANDARD_KINDS and not identity.has_kind(house.store, scope, kind)]
    if missing:
        message = (
            f"Nobody has an id of the kind {missing[0][:60]!r}; take {', '.join(identity.STANDARD_KINDS)}, or a kind that somebody has."
        )
        raise UemsError("unknown_id_kind", message, status=422, details={"kind": missing[0][:200]})
    typed = tuple((name, known[name].tag.value_type) for name in tags)
    return Wanted(ids=tuple(ids), traits=tuple(traits), tags=typed, totals=totals)


def rows_of(house: House, scope: Scope, people: Sequence[int], wanted: Wanted) -> pa.Table:
    """A row for each of these people who exists, in their order; those who were merged since as who they are now, once."""
    known = identity.people_of(house.store, scope, people)
    now = list({known[number].person_id: known[number] for number in people if number in known}.values())
    numbers = [one.person_id for one in now]
    columns: dict[str, list[Any]] = {"person_id": numbers}
    if wanted.ids:
        ids = identity.ids_of(house.store, scope, numbers)
        for kind in wanted.ids:
            columns[kind] = [[one.value for one in ids[number] if one.kind == kind] for number in numbers]
    if wanted.traits:
        traits = {number: {one.trait: one.value for one in found} for number, found in profiles.traits_of(house, scope, now).items()}
        for name in wanted.traits:
            columns[f"trait.{name}"] = [plain(traits[number].get(name)) for number in numbers]
    if wanted.tags:
        values = _tags(house, scope, numbers, [name for name, _ in wanted.tags])
        for name, type_ in wanted.tags:
            columns[f"tag.{name}"] = [_typed(values.get((number, name)), type_) for number in numbers]
    if wanted.totals:
        totals = identity.totals_of(house, scope, now)
        for name in ("events", "orders", "revenue_minor", "first_seen", "last_seen"):
            columns[name] = [getattr(totals[number], name) for number in numbers]
        columns["currency"] = [scope.currency] * len(numbers)
    schema = wanted.schema()
    return pa.table([pa.array(columns[field.name], field.type) for field in schema], schema=schema)


def _tags(house: House, scope: Scope, people: Sequence[int], names: Sequence[str]) -> dict[tuple[int, str], str]:
    rows = house.warehouse.query(
        Sql(
            "SELECT person_id, toString(tag) AS tag, value FROM tag_values FINAL WHERE workspace_id = {workspace:UInt32}"
            " AND tag IN {tags:Array(String)} AND person_id IN {people:Array(UInt64)} AND value != ''"
        ),
        {"workspace": scope.workspace_id, "tags": list(names), "people": list(people)},
        limits=Limits(),
    )
    columns = (rows.column(name).to_pylist() for name in ("person_id", "tag", "value"))
    return {(person, tag): value for person, tag, value in zip(*columns, strict=True)}


def plain(text: str | None) -> str | None:
    """A JSON text as people write it: texts bare, everything else as JSON; None for nothing."""
    if text is None or text == "null":
        return None
    if not text.startswith('"'):
        return text
    found = json.loads(text)
    return str(found)


def _typed(text: str | None, type_: str) -> object:
    """The value of a tag in the type of its definition; None where it is of another type, as after a change of it."""
    if text is None:
        return None
    value = json.loads(text)
    if type_ == "number":
        return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
    if type_ == "boolean":
        return value if isinstance(value, bool) else None
    if type_ == "list":
        return [item if isinstance(item, str) else json.dumps(item) for item in value] if isinstance(value, list) else None
    return value if isinstance(value, str) else text
