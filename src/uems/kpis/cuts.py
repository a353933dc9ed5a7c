"""Into which groups is a metric broken down? The frequent values of a dimension, or segments."""

from collections.abc import Sequence

from uems.journeys import api as journeys
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.sql import Sql
from uems.kpis.facts import Facts
from uems.kpis.model import Cut, Group
from uems.segments import api as segments


def by_dimension(facts: Facts, dimension: journeys.Dimension, limit: int) -> Cut:
    """The values with the most events in the period, then by the alphabet; all others are one group."""
    query = facts.ask.query()
    start, end = facts.instants_of_period()
    rows = query.events_sql({"word": query.text_sql(dimension)}, facts.these_sql(query, None), start, end)
    most = query.bind(limit + 1, "UInt32")
    found = query.run(Sql(f"SELECT word, count() AS n FROM {rows} GROUP BY word ORDER BY n DESC, word LIMIT {most}"))
    words = tuple(str(word) for word in found.column("word").to_pylist())
    named = tuple(Group(value=word) for word in words[:limit])
    others = (Group(other=True),) if len(words) > limit else ()
    return Cut(groups=named + others, dimension=dimension, words=words[:limit])


def by_segments(house: House, scope: Scope, keys: Sequence[str]) -> Cut:
    """Who is in each segment now. Raises ``not_found``, and ``segment_not_ready`` where it is not known who is in one."""
    found = [journeys.usable(segments.segment(house.store, scope, key)) for key in keys]
    return Cut(groups=tuple(Group(segment=one.key) for one in found), segment_ids=tuple(one.segment_id for one in found))
