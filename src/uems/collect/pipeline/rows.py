"""What exactly goes into which table? From staged rows and a judgement of each, the rows of events, receipts and dead letters."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from uems.collect.pipeline.lists import holdable
from uems.collect.pipeline.seen import Keys, Seen, first_in_batch, keys_of
from uems.collect.pipeline.staged import Rejected, Staged
from uems.collect.pipeline.stages import Checker, Claim, People
from uems.kernel.clock import days_of
from uems.kernel.scope import Scope

_RECEIPT_COLUMNS = ("received_at", "message_id", "type", "event", "ts", "log_offset", "log_index")
_NOT_IN_EVENTS = ("external_ids", "previous_id")


class _Contact(msgspec.Struct):
    email: object = None
    phone: object = None


_CONTACT = msgspec.json.Decoder(_Contact)
_EXTERNAL = msgspec.json.Decoder(list[tuple[str, str]])


@dataclass(slots=True)
class Output:
    """What one batch writes. Tables of several workspaces follow each other; ``keys`` are the ids to remember."""

    events: list[pa.Table] = field(default_factory=list)
    receipts: list[pa.Table] = field(default_factory=list)
    dead: list[pa.Table] = field(default_factory=list)
    keys: list[Keys] = field(default_factory=list)
    accepted: dict[int, int] = field(default_factory=dict)


def judge(staged: Staged, scope: Scope, seen: Seen, checker: Checker | None, people: People, now: datetime, partition: int) -> Output:
    """All rows of one workspace: drop what came before, ask the plan, find the people, build the tables."""
    table = staged.table
    size = table.num_rows
    keys = keys_of(scope.workspace_id, table.column("message_id").to_pylist())
    fresh = first_in_batch(keys) & ~seen.known(keys)
    status = np.where(fresh, "accepted", "duplicate").astype(object)
    reason = np.full(size, "", object)
    if checker is not None:
        _ask_plan(checker, table, fresh, status, reason)
    out = Output()
    person = np.zeros(size, np.uint64)
    node = np.zeros(size, np.uint64)
    asked = (status == "accepted") | (status == "warned")
    if asked.any():
        _turn_away(people.barred(scope, _only(table, asked), now), asked, status, reason)
    if asked.any():
        node[asked], person[asked] = _people(_only(table, asked), scope, people, now)
        nobody = asked & (node == 0)
        if nobody.any():  # erased since the rows were looked at
            before = nobody.copy()
            _turn_away(people.barred(scope, _only(table, nobody), now), nobody, status, reason)
            asked &= nobody | ~before
        status[nobody], reason[nobody] = "invalid", "junk_id: no id of the event names anybody; values such as null or 0 are blocked"
    good = asked & (node != 0)
    if good.any():
        rows = _only(table, good)
        out.events.append(_events(rows, scope, node[good], person[good], partition))
        out.accepted[scope.workspace_id] = rows.num_rows
    # Only what was stored is remembered: a dead letter may be replayed under the same messageId.
    out.keys.append(keys if good.all() else keys.take(np.flatnonzero(good)))
    if size:
        out.receipts.append(_receipts(table, scope, status, reason, person, partition))
    for kind in ("blocked", "invalid"):
        refused = status == kind
        if refused.any():
            out.dead.append(dead_rows(_refused(table, refused, reason), scope, kind, partition))
    if staged.rejected:
        out.receipts.append(_rejected_receipts(staged.rejected, scope, partition))
        out.dead.append(dead_rows(staged.rejected, scope, "invalid", partition))
    return out


def _ask_plan(
    checker: Checker,
    table: pa.Table,
    fresh: npt.NDArray[np.bool_],
    status: npt.NDArray[np.object_],
    reason: npt.NDArray[np.object_],
) -> None:
    types, events = table.column("type").to_pylist(), table.column("event").to_pylist()
    properties = table.column("properties").cast(pa.binary()).to_pylist()
    for row in np.flatnonzero(fresh):
        verdict = checker.check(types[row], events[row], properties[row])
        if verdict is not None:
            status[row] = "blocked" if verdict.blocked else "warned"
            reason[row] = verdict.reason


def _turn_away(
    barred: Sequence[int], asked: npt.NDArray[np.bool_], status: npt.NDArray[np.object_], reason: npt.NDArray[np.object_]
) -> None:
    """Events of whoever was erased leave a receipt and nothing else: no letter, for that would keep what they say."""
    gone = np.flatnonzero(asked)[np.asarray(barred, np.intp)]
    status[gone], reason[gone], asked[gone] = "erased", "erased: whoever this id names was erased", False


def _people(rows: pa.Table, scope: Scope, people: People, now: datetime) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.uint64]]:
    """(node ids, person ids) of the rows: each distinct pair of ids is asked for once."""
    users = rows.column("user_id").combine_chunks().dictionary_encode()
    anonymous = rows.column("anonymous_id").combine_chunks().dictionary_encode()
    width = max(1, len(anonymous.dictionary))
    codes = users.indices.to_numpy().astype(np.int64) * width + anonymous.indices.to_numpy()
    distinct, inverse = np.unique(codes, return_inverse=True)
    user_names, anonymous_names = users.dictionary.to_pylist(), anonymous.dictionary.to_pylist()
    pairs = [(user_names[code // width], anonymous_names[code % width]) for code in distinct.tolist()]
    resolved = people.resolve(scope, pairs, _claims(rows, pairs, inverse), now)
    nodes, persons = np.array(resolved.node_ids, np.uint64), np.array(resolved.person_ids, np.uint64)
    return nodes[inverse], persons[inverse]


def _claims(rows: pa.Table, pairs: Sequence[tuple[str, str]], inverse: npt.NDArray[np.intp]) -> list[Claim]:
    """What the rows say of ids that belong together; a pair of ids is claimed once, by its earliest row."""
    claims: list[Claim] = []
    both = np.array([bool(user) and bool(anonymous) for user, anonymous in pairs], np.bool_)
    messages = rows.column("message_id")
    ts = rows.column("ts").cast(pa.int64()).to_numpy()
    if both.any():
        order = np.argsort(ts, kind="stable")
        _, first = np.unique(inverse[order], return_index=True)
        for code in np.flatnonzero(both).tolist():
            row = int(order[first[code]])
            # Of several rows in one millisecond the smallest id speaks, whatever the order they came in.
            ties = np.flatnonzero((inverse == code) & (ts == ts[row])) if len(pairs) < 64 else (row,)
            message = min(messages[int(r)].as_py() for r in ties)
            user, anon = pairs[code]
            claims.append(_claim("user_id", user, "anonymous_id", anon, int(ts[row]), message, "identify"))
    for row in _where(pc.equal(rows.column("type"), "alias")):
        user, previous = rows.column("user_id")[row].as_py(), rows.column("previous_id")[row].as_py()
        if user != previous:  # aliasing an id to itself happens in real traffic and means nothing
            claims.append(_claim("user_id", user, "anonymous_id", previous, int(ts[row]), messages[row].as_py(), "alias"))
    for row in _where(pc.not_equal(rows.column("external_ids"), "")):
        user, anon = rows.column("user_id")[row].as_py(), rows.column("anonymous_id")[row].as_py()
        kind, value = ("user_id", user) if user else ("anonymous_id", anon)
        for type_, id_ in _EXTERNAL.decode(rows.column("external_ids")[row].as_py()):
            claims.append(_claim(kind, value, type_, id_, int(ts[row]), messages[row].as_py(), "external"))
    for row in _where(pc.and_(pc.equal(rows.column("type"), "identify"), _mentions(rows, "email", "phone"))):
        user, anon = rows.column("user_id")[row].as_py(), rows.column("anonymous_id")[row].as_py()
        kind, value = ("user_id", user) if user else ("anonymous_id", anon)
        contact = _CONTACT.decode(rows.column("properties")[row].as_py())
        for name, given in (("email", contact.email), ("phone", contact.phone)):
            if isinstance(given, str) and given:
                claims.append(_claim(kind, value, name, given, int(ts[row]), messages[row].as_py(), "external"))
    return claims


def _mentions(rows: pa.Table, *names: str) -> pa.ChunkedArray:
    found = [pc.match_substring(rows.column("properties"), f'"{name}"') for name in names]
    return pc.or_(found[0], found[1])


def _claim(
    a_kind: str, a_value: str, b_kind: str, b_value: str, ts_ms: int, message_id: str, cause: Literal["identify", "alias", "external"]
) -> Claim:
    return Claim(a_kind=a_kind, a_value=a_value, b_kind=b_kind, b_value=b_value, ts_ms=ts_ms, message_id=message_id, cause=cause)


def _where(condition: pa.ChunkedArray) -> list[int]:
    found: list[int] = np.flatnonzero(condition.combine_chunks().to_numpy(zero_copy_only=False)).tolist()
    return found


def _constant(size: int, value: int, kind: pa.DataType) -> pa.Array:
    return pa.repeat(pa.scalar(value, kind), size)


def _events(rows: pa.Table, scope: Scope, node_ids: npt.NDArray[np.uint64], person_ids: npt.NDArray[np.uint64], partition: int) -> pa.Table:
    ts = rows.column("ts").cast(pa.int64()).to_numpy()
    size = rows.num_rows
    return (
        rows.drop_columns(["properties", *_NOT_IN_EVENTS])
        .append_column("properties", holdable(rows.column("properties")))
        .append_column("workspace_id", _constant(size, scope.workspace_id, pa.uint32()))
        .append_column("person_id", pa.array(person_ids))
        .append_column("node_id", pa.array(node_ids))
        .append_column("day", pa.array(days_of(ts, scope.zone)).cast(pa.date32()))
        .append_column("log_partition", _constant(size, partition, pa.uint32()))
    )


def _receipts(
    table: pa.Table,
    scope: Scope,
    status: npt.NDArray[np.object_],
    reason: npt.NDArray[np.object_],
    person: npt.NDArray[np.uint64],
    partition: int,
) -> pa.Table:
    size = table.num_rows
    return (
        table.select(_RECEIPT_COLUMNS)
        .append_column("workspace_id", _constant(size, scope.workspace_id, pa.uint32()))
        .append_column("status", pa.array(status, pa.string()))
        .append_column("reason", pa.array(reason, pa.string()))
        .append_column("person_id", pa.array(person))
        .append_column("log_partition", _constant(size, partition, pa.uint32()))
    )


def _only(table: pa.Table, rows: npt.NDArray[np.bool_]) -> pa.Table:
    return table if rows.all() else table.filter(pa.array(rows))


def _refused(table: pa.Table, rows: npt.NDArray[np.bool_], reason: npt.NDArray[np.object_]) -> list[Rejected]:
    found = []
    for row, why in zip(table.filter(pa.array(rows)).to_pylist(), reason[rows], strict=True):
        found.append(
            Rejected(
                received_at=int(row["received_at"].timestamp() * 1000),
                message_id=row["message_id"],
                type=row["type"],
                event=row["event"],
                reason=str(why),
                endpoint="batch",
                raw=as_sent(row),
                log_offset=row["log_offset"],
                log_index=row["log_index"],
            )
        )
    return found


def as_sent(row: dict[str, object]) -> bytes:
    """A staged row as the item that a client would send to get the same row again."""
    ts = row["ts"]
    item: dict[str, object] = {
        "type": row["type"],
        "messageId": row["message_id"],
        "timestamp": ts.isoformat() if isinstance(ts, datetime) else None,
        "traits" if row["type"] in ("identify", "group") else "properties": msgspec.Raw(str(row["properties"]).encode()),
    }
    if row["context"]:
        item["context"] = msgspec.Raw(str(row["context"]).encode())
    names = (("userId", "user_id"), ("anonymousId", "anonymous_id"), ("previousId", "previous_id"), ("groupId", "group_id"))
    for theirs, ours in (*names, *((("event", "event"),) if row["type"] == "track" else ())):
        if row[ours]:
            item[theirs] = row[ours]
    return msgspec.json.encode(item)


def _stamps(values: Sequence[int]) -> pa.Array:
    return pa.array(values, pa.int64()).cast(pa.timestamp("ms", "UTC"))


def _rejected_receipts(rejected: Sequence[Rejected], scope: Scope, partition: int) -> pa.Table:
    size = len(rejected)
    received = _stamps([r.received_at for r in rejected])
    return pa.table(
        {
            "received_at": received,
            "message_id": pa.array([r.message_id for r in rejected], pa.string()),
            "type": pa.array([r.type for r in rejected], pa.string()),
            "event": pa.array([r.event for r in rejected], pa.string()),
            "ts": received,
            "log_offset": pa.array([r.log_offset for r in rejected], pa.uint64()),
            "log_index": pa.array([r.log_index for r in rejected], pa.uint32()),
            "workspace_id": _constant(size, scope.workspace_id, pa.uint32()),
            "status": pa.array(["invalid"] * size, pa.string()),
            # The detail of a reason differs from event to event; the receipt keeps it, cut to a bearable length.
            "reason": pa.array([r.reason[:200] for r in rejected], pa.string()),
            "person_id": _constant(size, 0, pa.uint64()),
            "log_partition": _constant(size, partition, pa.uint32()),
        }
    )


def dead_rows(rejected: Sequence[Rejected], scope: Scope, status: str, partition: int) -> pa.Table:
    size = len(rejected)
    return pa.table(
        {
            "workspace_id": _constant(size, scope.workspace_id, pa.uint32()),
            "received_at": _stamps([r.received_at for r in rejected]),
            "message_id": pa.array([r.message_id for r in rejected], pa.string()),
            "status": pa.array([status] * size, pa.string()),
            "reason": pa.array([r.reason[:500] for r in rejected], pa.string()),
            "endpoint": pa.array([r.endpoint for r in rejected], pa.string()),
            "raw": pa.array([r.raw.decode("utf-8", "replace") for r in rejected], pa.string()),
            "state": pa.array(["open"] * size, pa.string()),
            "version": _constant(size, 1, pa.uint64()),
            "log_partition": _constant(size, partition, pa.uint32()),
            "log_offset": pa.array([r.log_offset for r in rejected], pa.uint64()),
            "log_index": pa.array([r.log_index for r in rejected], pa.uint32()),
        }
    )
