"""What does this room forget of a person? Nodes and links go with the request itself; this is what the warehouse copied of them."""

from datetime import datetime
from typing import Final

from sqlalchemy import func, select

from uems.identity.outbox import flush_overrides
from uems.identity.tables import identity_links
from uems.kernel.erasure import RoomEraser, Subject, WarehouseBits, WarehouseRows
from uems.kernel.house import House

_L = identity_links.c


def _count(house: House, subject: Subject) -> dict[str, int]:
    """Ids, and the links of the ledger that name them."""
    mine = (_L.workspace_id == subject.scope.workspace_id) & (_L.a_node.in_(subject.numbers) | _L.b_node.in_(subject.numbers))
    with house.store.read() as conn:
        links = conn.execute(select(func.count()).select_from(identity_links).where(mine)).scalar_one()
    return {"ids": len(subject.ids), "links": links}


def _send_first(house: House, subject: Subject, now: datetime) -> bool:
    """What the store still has to tell the warehouse goes there before its rows are deleted, not after."""
    flush_overrides(house.store, house.warehouse)
    return True


ERASER: Final = RoomEraser(
    key="identity",
    counts=_count,
    steps=(_send_first,),
    warehouse=(
        WarehouseRows(table="person_overrides", columns=("node_id",), handed_out=False),
        WarehouseRows(table="person_users", columns=("node_id",), handed_out=False),
    ),
    bits=(WarehouseBits(table="person_identified"),),
    more={
        "identity_nodes.node_id": "deleted",
        "identity_nodes.person_id": "deleted",
        "identity_links.a_node": "deleted",
        "identity_links.b_node": "deleted",
        "identity_overrides.node_id": "deleted",
        "identity_overrides.person_id": "deleted",
        "identity_overrides.old_person_id": "deleted",
        "person_overrides.old_person_id": "deleted",
        # Rows of others may stand under a number of theirs since a merge that was undone: it says where to look.
        "person_affected.people": "kept",
        # Numbers that are nobody any more: the ledger of merges by hand, how far the outbox is, and the erasures themselves.
        "identity_merges.links": "kept",
        "identity_undos.links": "kept",
        "identity_flushed.node_id": "kept",
        "identity_erasures.person_id": "kept",
        "identity_erasures.ids": "deleted",
        "identity_erased_numbers.node_id": "kept",
        "identity_tombstones.id_hash": "kept",
    },
)
