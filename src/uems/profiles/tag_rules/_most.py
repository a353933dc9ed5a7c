"""What is most frequent in what somebody does themselves? Shared by the rules on hour, weekday and channel."""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from uems.kernel.sql import Sql
from uems.profiles.tags.ask import Ask, Found
from uems.profiles.tags.columns import TagColumn, float_of, numbers, said, texts


def ask_most(ask: Ask, value: Sql, days: int) -> None:
    """Ask for the most frequent text that ``value`` is over their actions; of equally frequent ones the first by order, never ""."""
    source, rows = ask.events(), ask.event_rows(None, days)
    sent = ask.roles.events("sent")
    theirs = Sql(f"active AND event NOT IN {ask.bind(sorted(sent), 'Array(String)')}") if sent else Sql("active")
    named = ask.event_column(Sql(f"arrayFilter(x -> x != '' AND {theirs}, [{value}])"))
    counted = Sql(f"sumMapIf({named}, arrayMap(x -> toUInt64(1), {named}), {rows})")
    ask.text("value", source, Sql(f"arraySort((k, v) -> (-toInt64(v), k), ({counted}).1, ({counted}).2)[1]"))
    ask.number("count", source, Sql(f"toFloat64(arrayMax(({counted}).2))"))
    ask.number("total", source, Sql(f"toFloat64(arraySum(({counted}).2))"))


def most_of(found: Found, least: int, words: Mapping[str, str], *, number: bool = False) -> TagColumn:
    """The tag made of it: for those with ``least`` actions or more, with its share as the confidence."""
    total, count = np.nan_to_num(found.number("total")), np.nan_to_num(found.number("count"))
    enough = total >= least
    value = pc.if_else(pa.array(enough), found.text("value"), pa.scalar(None, pa.string()))
    share = np.where(enough, np.round(count / np.maximum(total, 1), 2), 1)
    facts = {"total": total, "count": count, "value": pc.fill_null(value, "")}
    return TagColumn(
        values=numbers(float_of(value), 0) if number else texts(value),
        confidence=share.astype(np.float32),
        evidence=said(words, facts, enough),
    )
