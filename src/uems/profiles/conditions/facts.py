"""Who are they: what was told of them, which tags, lists and relations they have, when they were first and last here?"""

import math
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final

import xxhash

from uems.kernel.filters import (
    At,
    Bounds,
    Field,
    Fields,
    Grammar,
    Matching,
    Reading,
    Test,
    check_json_name,
    field_check,
    field_sql,
    find,
    json_check,
    json_sql,
    json_text,
    read_named_test,
    write_test,
)
from uems.kernel.sql import Sql, join
from uems.profiles.conditions.asking import Asking, Source, Value
from uems.profiles.conditions.doing import ACTIONS, is_time
from uems.profiles.conditions.kind import Edge, PersonCheck, PersonKind, PersonRecord, a_count, an_object, keys_are
from uems.profiles.conditions.model import PERSON_FACTS, InSegment, Listed, Person, Sample, Tag, Top, Trait, Zone
from uems.profiles.conditions.zones import PERSON, bounds, by_clock, is_own, moments, read_zone, write_zone
from uems.profiles.lists import parts_of

_DAY: Final = timedelta(days=1, hours=2)
"""How far a bare day in a trait may lie from the moment that it stands for, in any zone."""
_LATEST: Final = Sql("(ts, log_offset, log_index)")


def read_timed(body: object, reading: Reading) -> tuple[str, Test, Zone]:
    """A name and a test on it; ``zone`` may stand beside a test on time."""
    given = an_object(body, reading)
    name, test = read_named_test({key: value for key, value in given.items() if key != "zone"}, reading)
    zone = read_zone(given, reading)
    if zone != "workspace" and not is_time(test):
        raise reading.inside(".zone").wrong("only a test on time (before, after, between) goes by somebody's clock; leave it out.", "zone")
    return name, test, zone


def trait_source(names: Sequence[str], asking: Asking, *, zoned: bool = False) -> tuple[Source, Mapping[str, Sql]]:
    """The traits table and, for each name, the JSON text of its latest value over all nodes of the person; "" for none."""
    source = asking.source("traits", zoned=zoned)
    found: dict[str, Sql] = {}
    value, order = source.named(Sql("value")), source.named(_LATEST)
    for name in names:
        is_it = Sql(f"trait = {asking.params.bind(name, 'String')}")
        source.need(is_it)
        found[name] = Sql(f"argMaxIf({value}, {order}, {source.named(is_it)})")
    return source, found


def trait_text(name: str, asking: Asking, *, zoned: bool = False) -> tuple[Source, Sql]:
    """The source of traits, and the JSON text of one trait as told last, "" for none; a dot steps into an object."""
    steps = name.split(".")
    heads = [".".join(steps[: n + 1]) for n in range(len(steps))]
    source, latest = trait_source(heads, asking, zoned=zoned)
    found = latest[name]
    for n, head in enumerate(heads[:-1]):
        path = [asking.params.bind(step, "String") for step in steps[n + 1 :]]
        found = _or_else(found, _stepped(latest[head], path, asking.params.bind(".".join(steps[n + 1 :]), "String")))
    return source, found


def ask_trait(node: Trait, asking: Asking) -> Value:
    """A test on the value of a trait as told last."""
    source, told = trait_text(node.name, asking, zoned=is_own(node.zone, asking))
    value = json_text(lambda name, params: told).value(node.name, asking.params)
    empty = json_check(node.test, asking.at)(None)
    sql = json_sql(node.test, value, asking.params, asking.at, their_bounds(node.test, node.zone, asking))
    return Value(source=source, sql=sql, empty=empty, quote=told)


def their_bounds(test: Test, zone: Zone, asking: Asking, *, days: bool = True) -> Bounds | None:
    """The window of a test on a person's rows by that person's own clock; None where it goes by the workspace's."""
    return bounds(test, zone, PERSON, asking, days=days) if is_own(zone, asking) else None


def _or_else(text: Sql, other: Sql) -> Sql:
    return Sql(f"if({text} IN ('', 'null') OR startsWith({text}, '{{'), {other}, {text})")


def _stepped(text: Sql, path: Sequence[Sql], dotted: Sql) -> Sql:
    """The part of an object at a path, or under the key that is the path with its dots."""
    steps = join(Sql(", "), path)
    if len(path) == 1:
        return Sql(f"JSONExtractRaw({text}, {steps})")
    return Sql(f"if(JSONHas({text}, {steps}), JSONExtractRaw({text}, {steps}), JSONExtractRaw({text}, {dotted}))")


def check_trait(node: Trait, at: At) -> PersonCheck:
    check = by_clock(node.zone, at, lambda mine: json_check(node.test, mine))
    return lambda record: check(record)(find(record.traits, node.name))


def edges_of_trait(node: Trait, asking: Asking) -> Sequence[Edge]:
    times = moments(node.test, node.zone, asking)
    if not times:
        return ()
    where = Sql(f"trait = {asking.params.bind(node.name.split('.')[0], 'String')}")
    if "." in node.name:  # whoever has it may change: objects are rare, and dates in them rarer
        return (Edge(table="traits", where=where, time=Sql("now64(3, 'UTC')"), moments=times, slack=timedelta(days=100_000)),)
    return (Edge(table="traits", where=where, time=_TOLD, moments=times, slack=_DAY),)


_TOLD: Final = Sql(
    "toDateTime64(ifNull(parseDateTime64BestEffortOrNull(JSONExtractString(value), 3, 'UTC'), toDateTime64(0, 3, 'UTC')), 3, 'UTC')"
)
"""The time that a JSON text in the column ``value`` holds."""


class PersonFactKind(PersonKind[Person]):
    """``{"person": {"name": "first_seen", "op", "value", "zone"}}``."""

    key = "person"
    node = Person

    def read(self, body: object, reading: Reading) -> Person:
        name, test, zone = read_timed(body, reading)
        if name not in PERSON_FACTS:
            known = ", ".join(PERSON_FACTS)
            raise reading.inside(".name").wrong(f"unknown {name[:40]!r}; one of {known}.", "unknown", got=name[:40], known=known)
        found = Person(name=name, test=test, zone=zone)
        _fits(found, reading)
        return found

    def write(self, node: Person, grammar: Grammar) -> object:
        return {"name": node.name, **write_test(node.test), **write_zone(node.zone)}

    def ask(self, node: Person, asking: Asking) -> Value:
        source = asking.source("person_daily", zoned=is_own(node.zone, asking))
        source.need(Sql("1"))
        count, first, last = source.named(Sql("events")), source.named(Sql("first_ts")), source.named(Sql("last_ts"))
        does = source.named(Sql("type IN ('track', 'page', 'screen')"))
        users = Sql(f"(SELECT node_id FROM person_users WHERE workspace_id = {asking.scope.workspace_id})")
        user = source.named(Sql(f"toUInt8(node_id GLOBAL IN {users})"))
        sql = {
            "first_seen": Sql(f"min({first})"),
            "last_seen": Sql(f"max({last})"),
            "events": Sql(f"toInt64(sumIf({count}, {does}))"),
            "days": Sql(f"toInt64(uniqExactIf({source.named(Sql('day'))}, {does}))"),
            "identified": Sql(f"toBool(max({user}))"),
        }[node.name]
        field, theirs = _fact_field(node, sql), their_bounds(node.test, node.zone, asking, days=False)
        return Value(source=source, sql=field_sql(node.test, field, asking.params, asking.at, theirs), quote=sql)

    def check(self, node: Person, at: At, grammar: Grammar) -> PersonCheck:
        field = _fact_field(node, Sql(""))
        check = by_clock(node.zone, at, lambda mine: field_check(node.test, field, mine))

        def fact(record: PersonRecord) -> object:
            times = [deed.ts for deed in record.deeds]
            if node.name == "identified":
                return record.identified
            mine = [deed for deed in record.deeds if deed.type in ACTIONS]
            if node.name in ("events", "days"):
                return len(mine) if node.name == "events" else len({deed.day for deed in mine})
            return (min(times) if node.name == "first_seen" else max(times)) if times else None

        return lambda record: bool(record.deeds) and check(record)(fact(record))

    def edges(self, node: Person, asking: Asking) -> Sequence[Edge]:
        times = moments(node.test, node.zone, asking) if node.name in ("first_seen", "last_seen") else ()
        return (Edge(table="events", where=Sql("1"), time=Sql("ts"), moments=times),) if times else ()


def _fact_field(node: Person, sql: Sql) -> Field:
    type_ = {"first_seen": "time", "last_seen": "time", "events": "number", "days": "number", "identified": "boolean"}[node.name]
    return Field(sql=sql, type=type_)  # type: ignore[arg-type]  # one of the literals, by the table above


def _fits(node: Person, reading: Reading) -> None:
    numeric = node.test.op in ("equals", "not_equals", "gt", "gte", "lt", "lte", "between", "in", "not_in")
    ok = {"first_seen": is_time(node.test), "last_seen": is_time(node.test), "identified": isinstance(node.test.value, bool)}
    values = node.test.value if isinstance(node.test.value, tuple) else (node.test.value,)
    numbers = numeric and all(isinstance(v, int | float) and not isinstance(v, bool) for v in values)
    if not ok.get(node.name, numbers):
        raise reading.wrong(f"{node.name} cannot be tested by {node.test.op} with {str(node.test.value)[:60]!r}.", "misfit")


class TagKind(PersonKind[Tag]):
    """``{"tag": {"name": "lifecycle_stage", "op": "equals", "value": "active"}}``; with ``zone`` beside a test on time."""

    key = "tag"
    node = Tag

    def read(self, body: object, reading: Reading) -> Tag:
        name, test, zone = read_timed(body, reading)
        return Tag(name=name, test=test, zone=zone)

    def write(self, node: Tag, grammar: Grammar) -> object:
        return {"name": node.name, **write_test(node.test), **write_zone(node.zone)}

    def ask(self, node: Tag, asking: Asking) -> Value:
        source, told = tag_text(node.name, asking, zoned=is_own(node.zone, asking))
        value = json_text(lambda name, params: told).value(node.name, asking.params)
        empty = json_check(node.test, asking.at)(None)
        sql = json_sql(node.test, value, asking.params, asking.at, their_bounds(node.test, node.zone, asking))
        return Value(source=source, sql=sql, empty=empty, quote=told)

    def check(self, node: Tag, at: At, grammar: Grammar) -> PersonCheck:
        check = by_clock(node.zone, at, lambda mine: json_check(node.test, mine))
        return lambda record: check(record)(record.tags.get(node.name))

    def edges(self, node: Tag, asking: Asking) -> Sequence[Edge]:
        times = moments(node.test, node.zone, asking)
        where = Sql(f"tag = {asking.params.bind(node.name, 'String')} AND value != ''")
        return (Edge(table="tag_values", where=where, time=_TOLD, moments=times, slack=_DAY),) if times else ()


def tag_text(name: str, asking: Asking, *, zoned: bool = False) -> tuple[Source, Sql]:
    """The source of tags, and the JSON text of one tag's value; "" for none."""
    source = asking.source("tag_values", zoned=zoned)
    is_it = Sql(f"tag = {asking.params.bind(name, 'String')} AND value != ''")
    source.need(is_it)
    return source, Sql(f"anyIf({source.named(Sql('value'))}, {source.named(is_it)})")


class TopKind(PersonKind[Top]):
    """``{"top": {"tag": "value_90d", "percent": 10, "lowest": false}}``."""

    key = "top"
    node = Top

    def read(self, body: object, reading: Reading) -> Top:
        given = an_object(body, reading)
        keys_are(given, ("tag", "percent", "lowest"), reading)
        name, lowest = given.get("tag"), given.get("lowest", False)
        if not isinstance(name, str) or not 1 <= len(name) <= 200:
            raise reading.inside(".tag").wrong("must be the name of a tag.", "text", most=200)
        if not isinstance(lowest, bool):
            raise reading.inside(".lowest").wrong("must be true or false.")
        return Top(name=name, percent=a_percent(given, reading), lowest=lowest)

    def write(self, node: Top, grammar: Grammar) -> object:
        return {"tag": node.name, "percent": node.percent, **({"lowest": True} if node.lowest else {})}

    def ask(self, node: Top, asking: Asking) -> Value:
        source, text = tag_text(node.name, asking)
        told: Sql = text
        number = Sql(f"JSONExtract({told}, 'Nullable(Float64)')")
        name = asking.params.bind(node.name, "String")
        share = asking.params.bind(float(node.percent if node.lowest else -node.percent), "Float64")
        cut = Sql(
            "(SELECT argMax(cut, version) FROM tag_cuts"
            f" WHERE workspace_id = {asking.scope.workspace_id} AND tag = {name} AND share = {share})"
        )
        operator = Sql("<=" if node.lowest else ">=")
        return Value(source=source, sql=Sql(f"ifNull({number} {operator} {cut}, 0)"), quote=told)

    def check(self, node: Top, at: At, grammar: Grammar) -> PersonCheck:
        def holds(record: PersonRecord) -> bool:
            value, cut = record.tags.get(node.name), record.tags.get(f"{node.name} {node.percent} {node.lowest}")
            if isinstance(value, bool) or not isinstance(value, int | float) or not isinstance(cut, int | float):
                return False
            return value <= cut if node.lowest else value >= cut

        return holds


class SampleKind(PersonKind[Sample]):
    """``{"sample": {"percent": 10, "salt": "spring"}}``."""

    key = "sample"
    node = Sample

    def read(self, body: object, reading: Reading) -> Sample:
        given = an_object(body, reading)
        keys_are(given, ("percent", "salt"), reading)
        salt = given.get("salt", "")
        if not isinstance(salt, str) or len(salt) > 100 or "\0" in salt or any("\ud800" <= c <= "\udfff" for c in salt):
            raise reading.inside(".salt").wrong("must be a text of at most 100 characters.", "long", most=100)
        return Sample(percent=a_percent(given, reading), salt=salt)

    def write(self, node: Sample, grammar: Grammar) -> object:
        return {"percent": node.percent, "salt": node.salt}

    def ask(self, node: Sample, asking: Asking) -> Value:
        source = asking.source("person_daily")
        source.need(Sql("1"))
        salt = asking.params.bind(node.salt, "String")
        hashed = Sql(f"xxh3(concat({salt}, ':', toString(person))) % 1000000")
        return Value(source=source, sql=Sql(f"{hashed} < {share_of(node)}"), quote=hashed)

    def check(self, node: Sample, at: At, grammar: Grammar) -> PersonCheck:
        limit = share_of(node)
        return lambda r: bool(r.deeds) and xxhash.xxh3_64_intdigest(f"{node.salt}:{r.person}".encode()) % 1_000_000 < limit


def share_of(node: Sample) -> int:
    """How many of a million."""
    return round(node.percent * 10_000)


def a_percent(given: Mapping[str, object], reading: Reading) -> float:
    """A percentage above 0, up to 100."""
    value = given.get("percent")
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or not 0 < value <= 100:
        message = f"must be a number above 0 and up to 100; it is {str(value)[:40]!r}."
        raise reading.inside(".percent").wrong(message, "range", least=0, most=100)
    return float(value)


class ListedKind(PersonKind[Listed]):
    """``{"list": {"id": 3}}``: on an uploaded list."""

    key = "list"
    node = Listed

    def read(self, body: object, reading: Reading) -> Listed:
        given = an_object(body, reading)
        keys_are(given, ("id",), reading)
        return Listed(list_id=a_count(given, "id", reading, least=1, most=2**31 - 1))

    def write(self, node: Listed, grammar: Grammar) -> object:
        return {"id": node.list_id}

    def ask(self, node: Listed, asking: Asking) -> Value:
        source = asking.source("list_members")
        # No part has the number 0: nobody is on a list without parts.
        parts = parts_of(asking.house.store, asking.scope, node.list_id) or [0]
        is_it = Sql(f"list_id IN {asking.params.bind(parts, 'Array(UInt32)')}")
        source.need(is_it)
        return Value(source=source, sql=Sql(f"toUInt8(max({source.named(is_it)}))"))

    def check(self, node: Listed, at: At, grammar: Grammar) -> PersonCheck:
        return lambda record: node.list_id in record.lists


class InSegmentKind(PersonKind[InSegment]):
    """``{"segment": {"key": "vip"}}``; whoever evaluates puts that segment's own condition in its place first."""

    key = "segment"
    node = InSegment

    def read(self, body: object, reading: Reading) -> InSegment:
        given = an_object(body, reading)
        keys_are(given, ("key",), reading)
        key = given.get("key")
        if not isinstance(key, str) or not 1 <= len(key) <= 100:
            raise reading.inside(".key").wrong("must be the key of a segment.", "text", most=100)
        return InSegment(key=check_json_name(key, reading.inside(".key")))

    def write(self, node: InSegment, grammar: Grammar) -> object:
        return {"key": node.key}

    def ask(self, node: InSegment, asking: Asking) -> Value:
        raise Reading(grammar=Grammar({})).wrong(f"segment {node.key!r} was not put in place before this was evaluated.")

    def check(self, node: InSegment, at: At, grammar: Grammar) -> PersonCheck:
        raise Matching(grammar=grammar, fields=_NO_FIELDS, at=at).wrong(f"segment {node.key!r} was not put in place.")


_NO_FIELDS: Final = Fields()
