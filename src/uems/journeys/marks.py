"""How far do the sessions follow the events? Marks by name, moved under the lease of the one who keeps the sessions."""

from collections.abc import Mapping

from sqlalchemy import select

from uems.journeys.tables import journey_marks
from uems.kernel import leases
from uems.kernel.store import Store, upsert_many


def read_marks(store: Store) -> dict[str, int]:
    """name → value of every mark that was ever moved; the others stand at 0."""
    with store.read() as conn:
        return {row.name: row.value for row in conn.execute(select(journey_marks))}


def move_marks(store: Store, lease: leases.Lease, marks: Mapping[str, int]) -> None:
    """Close a round. Raises ``lease_lost`` when another process took over; then it does the round again."""
    with store.write() as conn:
        leases.check(conn, lease)
        upsert_many(conn, journey_marks, [{"name": name, "value": value} for name, value in marks.items()], ["name"])
