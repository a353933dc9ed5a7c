"""What is known of each person now, beside their events: the word to group them by, and whether they count at all."""

from collections.abc import Mapping
from typing import Any

from uems.journeys.reports._spec import PersonKind
from uems.kernel.errors import UemsError, invalid, not_found
from uems.kernel.filters import At, Params
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.sql import Sql
from uems.profiles import api as profiles
from uems.segments import api as segments

IN, OUT = "in", "out"
"""The words of a segment."""


def usable(segment: segments.Segment) -> segments.Segment:
    """Raises ``segment_not_ready`` where it is not known who is in it."""
    if segment.state == "live":
        return segment
    why = {"building": "is still being computed; ask again in a moment", "archived": "is archived; restore it, or choose another"}
    text = why.get(segment.state, f"cannot be computed ({segment.failure}); change its condition, or choose another")
    raise UemsError(
        "segment_not_ready", f"The segment {segment.key} {text}.", status=409, details={"segment": segment.key, "state": segment.state}
    )


def word_rows(house: House, scope: Scope, kind: PersonKind, name: str, at: At, params: Params) -> Sql:
    """A subquery (person, word) of everybody who has one; its values go into ``params``.

    Raises ``not_found`` for a tag or segment that is not there, ``invalid`` for a trait that nobody was ever told to have.
    """
    if kind == "segment":
        segment = usable(segments.segment(house.store, scope, name))
        return Sql(f"(SELECT person_id AS person, 'in' AS word FROM {segments.members_sql(scope, segment.segment_id)})")
    if kind == "tag" and name not in profiles.definitions(house.store, scope):
        raise not_found("tag", name)
    head = name.split(".")[0]
    if kind == "trait" and not profiles.traits_told(house, scope, {name, head}):
        raise invalid("trait", name, "must be a trait that somebody was told to have, by identify or an import. Check its spelling.")
    asking = _asking(house, scope, at, params)
    rows = profiles.words_sql(kind, name, asking)
    params.values.update(asking.params.values)
    return rows


def who_sql(house: House, scope: Scope, tree: Mapping[str, Any], person: Sql, at: At, params: Params) -> Sql:
    """The condition on people over a column with the person now; its values go into ``params``. Raises ``bad_filter``."""
    asking = _asking(house, scope, at, params)
    node = segments.resolve_node(profiles.parse_condition(dict(tree)), house.store, scope)
    condition = profiles.people_sql(node, person, asking)
    params.values.update(asking.params.values)
    return condition


def _asking(house: House, scope: Scope, at: At, params: Params) -> profiles.Asking:
    # Behind a prefix that no other part of the statement has: the number of values that it has so far.
    return profiles.Asking(house, scope, at, prefix=f"{params.prefix}{len(params.values)}_")
