"""What could not be accepted, why, and how does it get another chance? Kept whole until somebody replays or dismisses it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import msgspec
import pyarrow as pa

from uems.collect.partition import split
from uems.collect.records import Endpoint, Entry, encode_entries
from uems.kernel.errors import UemsError, invalid, not_found
from uems.kernel.house import House
from uems.kernel.ids import new_id
from uems.kernel.scope import Scope
from uems.kernel.sql import Param, Sql
from uems.kernel.warehouse import Warehouse

State = Literal["open", "replayed", "dismissed"]
MAX_AT_ONCE = 1000
_REPLAYABLE: tuple[Endpoint, ...] = ("batch", "track", "page", "screen", "identify", "group", "alias")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """An event that is not stored. ``letter_id`` is ``partition-offset-index`` of its place in the log; ``raw`` its JSON."""

    letter_id: str
    received_at: datetime
    message_id: str
    status: str
    reason: str
    endpoint: str
    raw: str
    state: str


_SELECT = Sql(
    "SELECT concat(toString(log_partition), '-', toString(log_offset), '-', toString(log_index)) AS letter_id,"
    " received_at, message_id, status, reason, endpoint, raw, state FROM dead_letters FINAL"
)


def listed(
    warehouse: Warehouse, scope: Scope, *, state: State = "open", before: tuple[int, int, int] | None = None, limit: int = 50
) -> list[DeadLetter]:
    """Newest first; ``before`` is the place (partition, offset, index) of the last one shown."""
    params: dict[str, Param] = {"workspace": scope.workspace_id, "state": state, "limit": limit}
    behind = Sql("")
    if before is not None:
        behind = Sql(" AND (log_offset, log_partition, log_index) < ({offset:UInt64}, {partition:UInt32}, {index:UInt32})")
        params |= {"partition": before[0], "offset": before[1], "index": before[2]}
    sql = Sql(
        f"{_SELECT} WHERE workspace_id = {{workspace:UInt32}} AND state = {{state:String}}{behind}"
        " ORDER BY log_offset DESC, log_partition DESC, log_index DESC LIMIT {limit:UInt32}"
    )
    return [DeadLetter(**row) for row in warehouse.query(sql, params).to_pylist()]


def one(warehouse: Warehouse, scope: Scope, letter_id: str) -> DeadLetter:
    """The letter of this id, whatever became of it. Raises ``not_found``."""
    partition, offset, index = place_of(letter_id)
    place = Sql("log_partition = {partition:UInt32} AND log_offset = {offset:UInt64} AND log_index = {index:UInt32}")
    params: dict[str, Param] = {"workspace": scope.workspace_id, "partition": min(partition, 2**32 - 1), "offset": offset}
    rows = warehouse.query(
        Sql(f"{_SELECT} WHERE workspace_id = {{workspace:UInt32}} AND {place}"), {**params, "index": min(index, 2**32 - 1)}
    ).to_pylist()
    if not rows:
        raise not_found("dead letter", letter_id)
    return DeadLetter(**rows[0])


def id_of(partition: int, offset: int, index: int) -> str:
    """The id of the letter of an event at this place in the log."""
    return f"{partition}-{offset}-{index}"


def place_of(letter_id: str) -> tuple[int, int, int]:
    """(partition, offset, index) of a letter id; raises ``invalid`` for anything else."""
    parts = letter_id.split("-")
    if len(parts) != 3 or not all(p.isascii() and p.isdigit() and len(p) <= 18 for p in parts):
        raise invalid("letter_id", letter_id, "must be three numbers joined by hyphens, as the list gives it.")
    return int(parts[0]), int(parts[1]), int(parts[2])


def replay(house: House, scope: Scope, letter_ids: Sequence[str], now: datetime) -> int:
    """Send open letters through the pipeline once more; they become ``replayed`` (and a new letter, if refused again).

    A letter that was counted after all is recognised by its messageId, so a repeated call counts nothing twice.
    Returns how many were sent. Rows of files come back by importing the file again.
    """
    letters = _open(house.warehouse, scope, letter_ids)
    entries: list[tuple[int, Entry]] = []
    received = int(now.timestamp() * 1000)
    sent: list[DeadLetter] = []
    for letter in letters:
        if letter.endpoint not in _REPLAYABLE:
            continue
        endpoint: Endpoint = letter.endpoint
        body = letter.raw.encode()
        if endpoint == "batch":
            body = msgspec.json.encode({"batch": [msgspec.Raw(body)]})
        for number, (share, _) in split(Entry(scope.workspace_id, received, endpoint, body), house.settings.log_partitions).items():
            entries.append((number, share))
        sent.append(letter)
    for number in {n for n, _ in entries}:
        group = [entry for n, entry in entries if n == number]
        house.log.append(number, encode_entries(group), len(group)).result()
    _mark(house.warehouse, scope, sent, "replayed")
    return len(sent)


def dismiss(house: House, scope: Scope, letter_ids: Sequence[str]) -> int:
    """Put open letters aside for good; they stay readable under their state. Returns how many."""
    letters = _open(house.warehouse, scope, letter_ids)
    _mark(house.warehouse, scope, letters, "dismissed")
    return len(letters)


def _open(warehouse: Warehouse, scope: Scope, letter_ids: Sequence[str]) -> list[DeadLetter]:
    if len(letter_ids) > MAX_AT_ONCE:
        raise UemsError("too_many", f"{len(letter_ids)} letters at once; at most {MAX_AT_ONCE}. Repeat with the rest.", status=422)
    places = [place_of(i) for i in letter_ids]
    sql = Sql(
        f"{_SELECT} WHERE workspace_id = {{workspace:UInt32}} AND state = 'open' AND log_offset IN {{offsets:Array(UInt64)}}"
        " ORDER BY log_offset, log_index"
    )
    wanted = set(letter_ids)
    rows = warehouse.query(sql, {"workspace": scope.workspace_id, "offsets": sorted({p[1] for p in places})}).to_pylist()
    return [DeadLetter(**row) for row in rows if row["letter_id"] in wanted]


def _mark(warehouse: Warehouse, scope: Scope, letters: Sequence[DeadLetter], state: State) -> None:
    if not letters:
        return
    places = [place_of(letter.letter_id) for letter in letters]
    size = len(letters)
    table = pa.table(
        {
            "workspace_id": pa.array([scope.workspace_id] * size, pa.uint32()),
            "received_at": pa.array([letter.received_at for letter in letters], pa.timestamp("ms", "UTC")),
            "message_id": [letter.message_id for letter in letters],
            "status": [letter.status for letter in letters],
            "reason": [letter.reason for letter in letters],
            "endpoint": [letter.endpoint for letter in letters],
            "raw": [letter.raw for letter in letters],
            "state": [state] * size,
            "version": pa.array([2] * size, pa.uint64()),
            "log_partition": pa.array([p[0] for p in places], pa.uint32()),
            "log_offset": pa.array([p[1] for p in places], pa.uint64()),
            "log_index": pa.array([p[2] for p in places], pa.uint32()),
        }
    )
    warehouse.insert("dead_letters", table, token=new_id("letters"))
