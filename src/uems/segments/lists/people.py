"""How does a list come to be of exactly these people, found by a report and not read from a file?"""

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from sqlalchemy import insert, update

from uems.access.api import Access, audit
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.store import allocate, lock
from uems.segments.lists.definitions import PeopleList, create_list, delete_list, people_list
from uems.segments.tables import list_parts, people_lists

KIND: Final = "user_id"
"""Of the ids that may be added to such a list by a file."""
_INSERT: Final = 300_000


def list_of_people(house: House, access: Access, *, name: str, description: str, people: npt.NDArray[np.uint64]) -> PeopleList:
    """A new list of these people, as they are now; each once. Audited. Raises ``nobody_there`` (409), and as ``create_list``.

    Who is merged later is on it as the person they are then; undoing the merge leaves whom it named.
    """
    if not len(people):
        raise UemsError("nobody_there", "Nobody is behind this number, so there is nobody to put on a list.", status=409)
    made = create_list(house.store, access, name=name, description=description, kind=KIND)
    workspace_id = access.scope.workspace_id
    try:
        with house.store.write() as conn:
            lock(conn, f"lists:{workspace_id}")
            part = allocate(conn, f"list_parts:{workspace_id}")
            # Before its first row: rows of a part that counts for no list are removed. Nobody names this list yet.
            conn.execute(insert(list_parts).values(workspace_id=workspace_id, list_id=made.list_id, part=part))
        for number, block in enumerate(_blocks(workspace_id, part, people)):
            house.warehouse.insert("list_members", block, token=f"list:{workspace_id}:{part}:{number}")
        with house.store.write() as conn:
            c = people_lists.c
            filled: dict[str, Any] = {"people": len(people), "filled_at": access.now, "changed_at": access.now}
            conn.execute(update(people_lists).where(c.workspace_id == workspace_id, c.list_id == made.list_id).values(**filled))
            audit(conn, access, "list.filled", f"list:{made.list_id}", None, {"people": len(people), "mode": "people"})
    except BaseException:
        delete_list(house.store, access, made.list_id)
        raise
    return people_list(house.store, access.scope, made.list_id)


def _blocks(workspace_id: int, part: int, people: npt.NDArray[np.uint64]) -> Iterator[pa.Table]:
    for start in range(0, len(people), _INSERT):
        some = people[start : start + _INSERT]
        yield pa.table(
            {
                "workspace_id": pa.array(np.full(len(some), workspace_id, np.uint32)),
                "list_id": pa.array(np.full(len(some), part, np.uint32)),
                "person_id": pa.array(some),
                # A person bears the number of one of their nodes.
                "node_id": pa.array(some),
            }
        )
