"""How good is the connection of each team, flow and campaign, month by month? Read from what was said and what was sent.

A team has the conversations that bear its name, and the contacts that these people had. A flow or a campaign has its contacts, and the
conversations of the people to whom it wrote in that month.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Literal, TypeAlias

from sqlalchemy import ColumnElement, Connection, RowMapping, func, select

from uems.identity import api as identity
from uems.kernel.clock import start_of_day
from uems.kernel.scope import Scope
from uems.kernel.store import Store
from uems.outreach.campaigns.tables import campaigns
from uems.outreach.flows.tables import flows
from uems.outreach.tables import outreach_messages
from uems.outreach.talks.quality import Quality, Talk, Word, quality
from uems.outreach.talks.settings import STOCK_PHRASES, ConversationSettings, read_settings
from uems.outreach.talks.substance import plain
from uems.outreach.talks.tables import conversation_messages, conversations

By: TypeAlias = Literal["team", "flow", "campaign"]
MOST_WORDS: Final = 50_000
"""Of one month: the latest."""
MOST_GROUPS: Final = 100
_SOME: Final = 500
_C, _M, _O = conversations.c, conversation_messages.c, outreach_messages.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """by: "" for all together. key: of the team, flow or campaign; "" for conversations of no team."""

    by: By | Literal["all"]
    key: str
    name: str
    quality: Quality


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """month: such as 2026-11. cut: whether more was said than is read at once."""

    month: str
    groups: Sequence[Group]
    settings: ConversationSettings
    cut: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Month:
    """What a month brought. whose: conversation → the person who has it now. contacts: (origin, person) → (benefit, sales)."""

    talks: Sequence[RowMapping]
    words: Sequence[tuple[RowMapping, bool]]
    whose: Mapping[int, int]
    team: Mapping[int, str]
    contacts: Mapping[tuple[tuple[str, str], int], tuple[int, int]]
    sent: Mapping[tuple[str, str], tuple[int, int]]


def measured(store: Store, scope: Scope, month: str) -> Measured:
    """month: such as "2026-11", on the calendar of the workspace. All together first, then teams, flows and campaigns, most talks first."""
    begin, end = bounds(month, scope.zone)
    with store.read() as conn:
        settings = read_settings(conn, scope.workspace_id)
        read = _read(conn, store, scope, begin, end)
        names = _names(conn, scope)
    stock = {plain(phrase) for phrase in (*STOCK_PHRASES, *settings.stock_phrases)}

    def group(by: By | Literal["all"], key: str, name: str, inside: set[int], benefit: int, sales: int) -> Group:
        talks = [_talk(row) for row in read.talks if row["conversation_id"] in inside]
        words = [_word(row, answers) for row, answers in read.words if row["conversation_id"] in inside]
        return Group(by=by, key=key, name=name, quality=quality(talks, words, benefit, sales, stock, 60 * settings.answer_within_minutes))

    everything = group("all", "", "", set(read.whose), *_sum(read.sent.values()))
    found: list[Group] = []
    for team in sorted({*settings.teams, *read.team.values()}):
        inside = {number for number, name in read.team.items() if name == team}
        people = {read.whose[number] for number in inside}
        found.append(group("team", team, team, inside, *_sum(n for (_, person), n in read.contacts.items() if person in people)))
    for origin, counts in read.sent.items():
        if origin[0] not in ("flow", "campaign"):
            continue
        written = {person for (one, person) in read.contacts if one == origin}
        inside = {number for number, person in read.whose.items() if person in written}
        key, name = names.get(origin, (origin[1], origin[1]))
        found.append(group("flow" if origin[0] == "flow" else "campaign", key, name, inside, *counts))
    order = {"team": 0, "flow": 1, "campaign": 2}
    found.sort(key=lambda one: (order[one.by], -one.quality.talks, one.name))
    return Measured(month=month, groups=[everything, *found[:MOST_GROUPS]], settings=settings, cut=len(read.words) >= MOST_WORDS)


def bounds(month: str, zone: str) -> tuple[datetime, datetime]:
    """The instants between which a month lies."""
    first = date.fromisoformat(f"{month}-01")
    following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return start_of_day(first, zone), start_of_day(following, zone)


def _read(conn: Connection, store: Store, scope: Scope, begin: datetime, end: datetime) -> _Month:
    mine = (_C.workspace_id == scope.workspace_id,)
    heads = (_C.conversation_id, _C.person_id, _C.team, _C.started_by, _C.answer_seconds, _C.created_at)
    talks = conn.execute(select(*heads).where(*mine, _C.created_at >= begin, _C.created_at < end)).mappings().all()
    said = (_M.workspace_id == scope.workspace_id, _M.direction.in_(("in", "out")), _M.taken_back.is_(False))
    query = select(_M.conversation_id, _M.direction, _M.text, _M.at).where(*said, _M.at >= begin, _M.at < end)
    rows = conn.execute(query.order_by(_M.at.desc(), _M.entry_id.desc()).limit(MOST_WORDS)).mappings().all()
    numbers = {row["conversation_id"] for row in rows}
    whose_rows = list(talks)
    for some in _parts(sorted(numbers - {row["conversation_id"] for row in talks})):
        whose_rows += conn.execute(select(*heads).where(*mine, _C.conversation_id.in_(some))).mappings().all()
    before: dict[int, str] = {}
    for some in _parts(sorted(numbers)):
        last = (
            select(_M.conversation_id, _M.direction).where(*said, _M.at < begin, _M.conversation_id.in_(some)).order_by(_M.at, _M.entry_id)
        )
        before |= {row.conversation_id: row.direction for row in conn.execute(last)}
    for row in whose_rows:
        # Whoever answers a campaign answers something, though it is no message of the conversation.
        if row["started_by"] == "us":
            before.setdefault(row["conversation_id"], "out")
    words: list[tuple[RowMapping, bool]] = []
    for word in reversed(rows):
        other = before.get(word["conversation_id"])
        words.append((word, other is not None and other != word["direction"]))
        before[word["conversation_id"]] = word["direction"]
    owners = identity.people_of(store, scope, {row["person_id"] for row in whose_rows})
    whose = {row["conversation_id"]: _now(owners, row["person_id"]) for row in whose_rows}
    nodes = {node: person.person_id for person in owners.values() for node in person.node_ids}
    return _Month(
        talks=talks,
        words=words,
        whose=whose,
        team={row["conversation_id"]: row["team"] for row in whose_rows if row["team"]},
        contacts=_contacts(conn, scope, nodes, begin, end),
        sent=_sent(conn, scope, begin, end),
    )


def _now(owners: Mapping[int, identity.Person], number: int) -> int:
    found = owners.get(number)
    return number if found is None else found.person_id


def _meant(scope: Scope, begin: datetime, end: datetime) -> tuple[ColumnElement[bool], ...]:
    """Contacts: what was sent for their good or for ours; service is about what they did themselves."""
    sent = (_O.workspace_id == scope.workspace_id, _O.sent_at >= begin, _O.sent_at < end)
    return (*sent, _O.kind.in_(("benefit", "sales")), _O.origin_type != "test")


def _sent(conn: Connection, scope: Scope, begin: datetime, end: datetime) -> dict[tuple[str, str], tuple[int, int]]:
    query = select(_O.origin_type, _O.origin_id, _O.kind, func.count().label("n")).where(*_meant(scope, begin, end))
    found: dict[tuple[str, str], tuple[int, int]] = defaultdict(lambda: (0, 0))
    for row in conn.execute(query.group_by(_O.origin_type, _O.origin_id, _O.kind)):
        origin = (row.origin_type, row.origin_id)
        found[origin] = _plus(found[origin], row.kind, row.n)
    return dict(found)


def _contacts(
    conn: Connection, scope: Scope, nodes: Mapping[int, int], begin: datetime, end: datetime
) -> dict[tuple[tuple[str, str], int], tuple[int, int]]:
    found: dict[tuple[tuple[str, str], int], tuple[int, int]] = defaultdict(lambda: (0, 0))
    for some in _parts(sorted(nodes)):
        query = select(_O.origin_type, _O.origin_id, _O.person_id, _O.kind, func.count().label("n"))
        rows = conn.execute(
            query.where(*_meant(scope, begin, end), _O.person_id.in_(some)).group_by(_O.origin_type, _O.origin_id, _O.person_id, _O.kind)
        )
        for row in rows:
            key = ((row.origin_type, row.origin_id), nodes[row.person_id])
            found[key] = _plus(found[key], row.kind, row.n)
    return dict(found)


def _plus(known: tuple[int, int], kind: str, count: int) -> tuple[int, int]:
    return (known[0] + count, known[1]) if kind == "benefit" else (known[0], known[1] + count)


def _sum(counts: Any) -> tuple[int, int]:
    benefit = sales = 0
    for one, other in counts:
        benefit, sales = benefit + one, sales + other
    return benefit, sales


def _parts(numbers: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(numbers), _SOME):
        yield numbers[start : start + _SOME]


def _names(conn: Connection, scope: Scope) -> dict[tuple[str, str], tuple[str, str]]:
    """(kind, how messages name it) → (key, name)."""
    of_flows = select(flows.c.flow_id, flows.c.key, flows.c.name).where(flows.c.workspace_id == scope.workspace_id)
    of_campaigns = select(campaigns.c.key, campaigns.c.name).where(campaigns.c.workspace_id == scope.workspace_id)
    found = {("flow", str(row.flow_id)): (row.key, row.name) for row in conn.execute(of_flows)}
    return found | {("campaign", row.key): (row.key, row.name) for row in conn.execute(of_campaigns)}


def _talk(row: RowMapping) -> Talk:
    return Talk(conversation_id=row["conversation_id"], started_by=row["started_by"], answer_seconds=row["answer_seconds"])


def _word(row: RowMapping, answers: bool) -> Word:
    return Word(conversation_id=row["conversation_id"], by="them" if row["direction"] == "in" else "us", text=row["text"], answers=answers)
