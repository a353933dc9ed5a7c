"""Which flags are targeted by which segments, and which tags are on trial? So that none goes while somebody is let in by it."""

from collections.abc import Iterator

from sqlalchemy import Connection, select

from uems.experiments.tables import flag_versions, flags
from uems.experiments.trials.tables import trials
from uems.kernel.scope import Scope
from uems.profiles import api as profiles
from uems.segments import api as segments

_F, _V, _T = flags.c, flag_versions.c, trials.c


def segment_uses(conn: Connection, scope: Scope) -> Iterator[segments.SegmentUse]:
    """Flags whose rules name segments, also while they are off."""
    for key, spec in _flags(conn, scope):
        for one in sorted(segments.named_in(spec, "segment")):
            yield segments.SegmentUse(segment=one, kind="flag", key=key)


def tag_uses(conn: Connection, scope: Scope) -> Iterator[profiles.TagUse]:
    """Experiments that try a tag, designed or under way: shown with the tag, which cannot be removed meanwhile."""
    mine = (_T.workspace_id == scope.workspace_id, _T.tag != "", _T.state.in_(("draft", "running")))
    for row in conn.execute(select(_T.key, _T.name, _T.tag).where(*mine)):
        yield profiles.TagUse(tag=row.tag, kind="experiment", key=row.key, label=row.name)


def _flags(conn: Connection, scope: Scope) -> Iterator[tuple[str, object]]:
    """(key, what counts)."""
    joined = (_V.workspace_id == _F.workspace_id) & (_V.flag_id == _F.flag_id) & (_V.version == _F.version)
    query = select(_F.key, _V.spec).join(flag_versions, joined)
    for row in conn.execute(query.where(_F.workspace_id == scope.workspace_id, _F.state != "archived")):
        yield row.key, row.spec
