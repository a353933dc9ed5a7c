"""Which lists does a condition name, and are they there?"""

from sqlalchemy import Connection, select

from uems.kernel.errors import UemsError
from uems.kernel.filters import Node
from uems.profiles import api as profiles
from uems.segments.tables import people_lists


def lists_in(node: Node) -> set[int]:
    """Numbers of the lists that the tree names, also inside conditions on related people."""
    found: set[int] = set()
    for leaf in profiles.leaves(node):
        if isinstance(leaf, profiles.nodes.Listed):
            found.add(leaf.list_id)
        for inner in profiles.kind_of(leaf).inner(leaf):
            found |= lists_in(inner)
    return found


def check_lists(conn: Connection, workspace_id: int, node: Node) -> None:
    """Raises ``bad_filter`` (422) for a list that is not there."""
    wanted = lists_in(node)
    if not wanted:
        return
    c = people_lists.c
    known = set(conn.execute(select(c.list_id).where(c.workspace_id == workspace_id, c.deleted_at.is_(None))).scalars())
    missing = sorted(wanted - known)
    if missing:
        there = ", ".join(str(one) for one in sorted(known)[:20]) or "none yet"
        raise UemsError("bad_filter", f"list: there is no list {missing[0]}; there are {there}.", status=422, details={"path": "list"})
