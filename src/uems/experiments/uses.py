"""Which flags are targeted by which segments? So that none goes while somebody is let in by it."""

from collections.abc import Iterator

from sqlalchemy import Connection, select

from uems.experiments.tables import flag_versions, flags
from uems.kernel.scope import Scope
from uems.segments import api as segments

_F, _V = flags.c, flag_versions.c


def segment_uses(conn: Connection, scope: Scope) -> Iterator[segments.SegmentUse]:
    """Flags whose rules name segments, also while they are off."""
    for key, spec in _flags(conn, scope):
        for one in sorted(segments.named_in(spec, "segment")):
            yield segments.SegmentUse(segment=one, kind="flag", key=key)


def _flags(conn: Connection, scope: Scope) -> Iterator[tuple[str, object]]:
    """(key, what counts)."""
    joined = (_V.workspace_id == _F.workspace_id) & (_V.flag_id == _F.flag_id) & (_V.version == _F.version)
    query = select(_F.key, _V.spec).join(flag_versions, joined)
    for row in conn.execute(query.where(_F.workspace_id == scope.workspace_id, _F.state != "archived")):
        yield row.key, row.spec
