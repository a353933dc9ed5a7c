"""What do people in a scene need, by what they said and by what they did, and does what we offer them speak of it?

Of the last people who were found in the scene: what they did in the day before. Said outright are the words they searched, what they
asked for help with, and what they put into the cart; seen from what they did are things that they looked at more than once, and what
the model of needs expects of them next.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, TypeAlias

from sqlalchemy import select

from uems.collect import api as collect
from uems.identity import api as identity
from uems.kernel.filters import Params
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.sql import Sql, join
from uems.kernel.store import to_microseconds
from uems.outreach.flows.tables import flows
from uems.outreach.scenes.definitions import Scene, flows_by_scene
from uems.outreach.scenes.tables import scene_matches
from uems.outreach.tables import outreach_template_versions, outreach_templates
from uems.outreach.templates.compiled import as_text
from uems.profiles import api as profiles

Source: TypeAlias = Literal["searched", "asked", "carted", "viewed_again", "expected"]
EXPLICIT: Final[frozenset[Source]] = frozenset({"searched", "asked", "carted"})
LOOKED_BACK: Final = timedelta(days=1)
_EXPECTED_BACK: Final = timedelta(days=30)
_MOST_PEOPLE: Final = 1_000
_MOST_ROWS: Final = 200_000
_MOST_NEEDS: Final = 12
_MOST_WITNESSES: Final = 5
_LONGEST: Final = 60
_EXPECTED: Final = "need.predicted"
_AGAIN: Final = 2
_M = scene_matches.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """words: as they were said or as the thing is called. people: of those looked at. witnesses: some of them. offered: whether what
    the scene shows or sends speaks of it."""

    source: Source
    words: str
    people: int
    witnesses: Sequence[int]
    offered: bool

    @property
    def explicit(self) -> bool:
        """Whether they said so themselves."""
        return self.source in EXPLICIT


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """people: who were looked at, the last ones found. with_need: of them. met: of those, whose need is spoken of. missing: roles of
    events and properties that nothing plays, so that a source stays empty. offer: what the scene shows and sends, as plain words."""

    people: int
    with_need: int
    met: int
    needs: Sequence[Need]
    missing: Sequence[str]
    offer: Sequence[str]


def needs_of(house: House, scope: Scope, scene: Scene, now: datetime) -> Needs:
    """By the roles that say what a search, a look at a product, a cart and a complaint are; guessed where nobody has looked at them."""
    found = _last_found(house, scope, scene)
    known = profiles.roles_of(house.store, scope)
    roles = known if known.mapped else profiles.guess_roles(house, scope, now)
    sources: dict[Source, tuple[Sequence[str], str]] = {
        "searched": (roles.events("search"), roles.property("query")),
        "asked": (roles.events("complaint"), roles.property("words")),
        "carted": (roles.events("cart"), roles.property("category") or roles.property("product")),
        "viewed_again": (roles.events("view"), roles.property("category") or roles.property("product")),
        "expected": ((_EXPECTED,), "need"),
    }
    usable = {source: one for source, one in sources.items() if one[0] and one[1]}
    said = _said(house, scope, found, usable) if found else {}
    offer = _offer(house, scope, scene)
    text = "\n".join(offer).casefold()
    needs, met, having = [], set(), set()
    for (source, words), people in said.items():
        offered = words.casefold() in text
        having |= people
        met |= people if offered else set()
        witnesses = sorted(people)[:_MOST_WITNESSES]
        needs.append(Need(source=source, words=words, people=len(people), witnesses=witnesses, offered=offered))
    needs.sort(key=lambda one: (not one.explicit, -one.people, one.source, one.words))
    explicit = [one for one in needs if one.explicit][:_MOST_NEEDS]
    implicit = [one for one in needs if not one.explicit][:_MOST_NEEDS]
    missing = roles.missing(("search", "query", "complaint", "words", "cart", "view"))
    return Needs(
        people=len(found),
        with_need=len(having),
        met=len(met),
        needs=[*explicit, *implicit],
        missing=missing,
        offer=[one[:200] for one in offer],
    )


def _last_found(house: House, scope: Scope, scene: Scene) -> dict[int, datetime]:
    """Person now → when they were found last, of the last ones."""
    mine = (_M.workspace_id == scope.workspace_id, _M.scene_id == scene.scene_id)
    query = select(_M.person_id, _M.at).where(*mine).order_by(_M.at.desc(), _M.match_id.desc()).limit(_MOST_PEOPLE)
    with house.store.read() as conn:
        rows = conn.execute(query).all()
    owners = identity.people_of(house.store, scope, {row.person_id for row in rows})
    found: dict[int, datetime] = {}
    for row in rows:
        if row.person_id in owners:
            found.setdefault(owners[row.person_id].person_id, row.at)
    return found


def _said(
    house: House, scope: Scope, found: Mapping[int, datetime], sources: Mapping[Source, tuple[Sequence[str], str]]
) -> dict[tuple[Source, str], set[int]]:
    """(source, words) → people."""
    params = Params("n")
    those = params.bind(sorted(found), "Array(UInt64)")
    first = params.bind(to_microseconds(min(found.values()) - _EXPECTED_BACK), "Int64")
    last = params.bind(to_microseconds(max(found.values())), "Int64")
    parts = []
    for source, (events, name) in sources.items():
        value = _text_of(name, params)
        names, said = params.bind(list(events), "Array(String)"), params.bind(source, "String")
        within = Sql(
            f"ts >= fromUnixTimestamp64Micro({first}, 'UTC') AND ts <= fromUnixTimestamp64Micro({last}, 'UTC')"
            f" AND {identity.EVENT_NAME} IN {names}"
        )
        rows = identity.rows_of_people(
            house.store, scope, Sql("events"), {"us": Sql("toUnixTimestamp64Milli(ts) * 1000"), "words": value}, within
        )
        parts.append(Sql(f"SELECT {said} AS source, person, us, words FROM {rows} WHERE person IN {those} AND words != ''"))
    most = params.bind(_MOST_ROWS, "UInt64")
    told = house.warehouse.query(Sql(f"{join(Sql(' UNION ALL '), parts)} LIMIT {most}"), params.values).to_pylist()
    seen: dict[tuple[Source, str], dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for row in told:
        until = to_microseconds(found[row["person"]])
        back = _EXPECTED_BACK if row["source"] == "expected" else LOOKED_BACK
        words = " ".join(str(row["words"]).split())[:_LONGEST]
        if words and until - back / timedelta(microseconds=1) <= row["us"] <= until:
            seen[row["source"], words][row["person"]] += 1
    least = {"viewed_again": _AGAIN}
    kept = {key: {person for person, times in people.items() if times >= least.get(key[0], 1)} for key, people in seen.items()}
    return {key: who for key, who in kept.items() if who}


def _text_of(name: str, params: Params) -> Sql:
    """The property as text; empty where it is none."""
    source = collect.event_fields().properties
    read = None if source is None else source.value(name, params).scalars.text
    return Sql("''") if read is None else join(Sql(""), [Sql("ifNull("), read, Sql(", '')")])


def _offer(house: House, scope: Scope, scene: Scene) -> list[str]:
    """What the scene shows in its place, and what the flows that begin with it send: titles and texts."""
    contents = [*scene.spec.content, *(one for variant in scene.spec.variants for one in variant.content)]
    said = [text for one in contents for text in (one.title, one.text) if text]
    t, v = outreach_templates.c, outreach_template_versions.c
    with house.store.read() as conn:
        keys = flows_by_scene(conn, scope.workspace_id, scene.key)
        drafts = (
            conn.execute(select(flows.c.draft).where(flows.c.workspace_id == scope.workspace_id, flows.c.key.in_(keys))).scalars().all()
        )
        names = {node["config"].get("template", "") for draft in drafts for node in draft["nodes"] if node["type"] == "send"}
        both = (v.workspace_id == t.workspace_id) & (v.template_id == t.template_id) & (v.version == t.version)
        query = select(v.spec).join(outreach_templates, both).where(t.workspace_id == scope.workspace_id, t.template_id.in_(sorted(names)))
        specs = conn.execute(query.order_by(t.template_id)).scalars().all()
    for spec in specs:
        for variant in spec["variants"].values():
            said += [text for text in (variant.get("subject", ""), as_text(variant.get("body", ""))) if text]
    return said
