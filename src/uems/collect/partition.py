"""Which partition of the event log does a person's event belong to? The same person always to the same one."""

import msgspec
import xxhash

from uems.collect.records import Entry


class _Keys(msgspec.Struct):
    userId: object = None
    anonymousId: object = None


class _Batch(msgspec.Struct):
    batch: list[msgspec.Raw]


_keys = msgspec.json.Decoder(_Keys)
_batch = msgspec.json.Decoder(_Batch)


def partition_of(workspace_id: int, person_key: str, partitions: int) -> int:
    """A stable number in [0, partitions) for the id by which an event names its person."""
    return xxhash.xxh3_64_intdigest(f"{workspace_id}:{person_key}".encode()) % partitions


def _of_item(entry: Entry, raw: bytes | msgspec.Raw, partitions: int) -> int:
    try:
        keys = _keys.decode(raw)
    except (msgspec.DecodeError, RecursionError):
        return 0  # not an object: the pipeline gives it a receipt; any partition will do
    return partition_of(entry.workspace_id, str(keys.userId or keys.anonymousId or ""), partitions)


def split(entry: Entry, partitions: int) -> dict[int, tuple[Entry, int]]:
    """The entry cut by partition: number → (its share of the entry, events in it)."""
    if entry.endpoint != "batch":
        return {_of_item(entry, entry.body, partitions): (entry, 1)}
    shares: dict[int, list[msgspec.Raw]] = {}
    for raw in _batch.decode(entry.body).batch:
        shares.setdefault(_of_item(entry, raw, partitions), []).append(raw)
    if len(shares) == 1:
        return {number: (entry, len(items)) for number, items in shares.items()}
    outer = msgspec.json.decode(entry.body, type=dict[str, msgspec.Raw])
    return {
        number: (
            Entry(entry.workspace_id, entry.received_at, "batch", msgspec.json.encode({**outer, "batch": items})),
            len(items),
        )
        for number, items in shares.items()
    }
