"""Who became somebody else since I last looked? For rooms that keep something of each person and must follow merges and undo."""

from typing import Final

from sqlalchemy import select

from uems.identity.tables import identity_overrides
from uems.kernel.store import Store, sequences

_VERSIONS: Final = "identity:"


def last_changes(store: Store) -> dict[int, int]:
    """workspace → the version of its last change of person; without those workspaces that never had one."""
    columns = (sequences.c.name, sequences.c.next_value)
    with store.read() as conn:
        rows = conn.execute(select(*columns).where(sequences.c.name.startswith(_VERSIONS))).all()
    return {int(row.name.removeprefix(_VERSIONS)): row.next_value - 1 for row in rows}


def changed_people(store: Store, workspace_id: int, after: int, limit: int) -> tuple[set[int], int]:
    """(everybody who lost or gained a node, the version up to which that is said): the changes behind ``after``, at most ``limit``.

    Versions are dense and become visible in their order, so what is asked for from the last one on misses nothing.
    """
    c = identity_overrides.c
    query = select(c.version, c.old_person_id, c.person_id).where(c.workspace_id == workspace_id, c.version > after)
    with store.read() as conn:
        rows = conn.execute(query.order_by(c.version).limit(limit)).all()
    return {person for row in rows for person in (row.old_person_id, row.person_id)}, rows[-1].version if rows else after
