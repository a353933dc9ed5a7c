"""What is most frequent in what somebody does themselves? Shared by the rules on hour, weekday and channel.

There are few different values and very many actions: each action is kept as the place of its value in a short list, which takes
a quarter of the time of counting by value.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa

from uems.kernel.sql import Sql
from uems.profiles.tags.ask import Ask, Found
from uems.profiles.tags.columns import TagColumn, coded, said


def ask_most(ask: Ask, place: Sql, size: int, days: int) -> None:
    """Ask which place in the list is the most frequent over their actions, the first of equally frequent ones.

    place: over a row of events, from 1 to ``size`` (at most 255); 0 for a row that does not count.
    """
    ask = ask.of("recent")
    source, rows = ask.events(), ask.event_rows(None, days)
    sent = ask.roles.events("sent")
    theirs = Sql(f"active AND event NOT IN {ask.bind(sorted(sent), 'Array(String)')}") if sent else Sql("active")
    named = ask.event_column(Sql(f"toUInt8(if({theirs}, {place}, 0))"))
    places = Sql(f"groupArrayIf({named}, {rows} AND {named} > 0)")
    counts = Sql(f"arrayMap(n -> countEqual({places}, toUInt8(n)), range(1, {int(size) + 1}))")
    ask.number("place", source, Sql(f"toFloat64(if(empty({places}), 0, indexOf({counts}, arrayMax({counts}))))"))
    ask.number("count", source, Sql(f"toFloat64(arrayMax({counts}))"))
    ask.number("total", source, Sql(f"toFloat64(length({places}))"))


def most_of(found: Found, values: Sequence[object], least: int, words: Mapping[str, str]) -> TagColumn:
    """The tag made of it: for those with ``least`` actions or more, with its share as the confidence. values: the list."""
    total, count = np.nan_to_num(found.number("total")), np.nan_to_num(found.number("count"))
    places = np.nan_to_num(found.number("place")).astype(np.int64)
    enough = (total >= least) & (places > 0)
    codes = np.where(enough, places - 1, -1)
    share = np.where(enough, np.round(count / np.maximum(total, 1), 2), 1)
    names = pa.array([str(value) for value in values] or [""], pa.string())
    facts = {"total": total, "count": count, "value": names.take(pa.array(np.maximum(codes, 0)))}
    return TagColumn(values=coded(codes, values), confidence=share.astype(np.float32), evidence=said(words, facts, enough))
