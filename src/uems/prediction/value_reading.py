"""What has everybody bought, until a day and after it? One statement over the events, by the people as they are known now."""

from collections.abc import Sequence
from datetime import date
from typing import Final

import numpy as np
import pyarrow.compute as pc

from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.sql import Sql
from uems.prediction.lifetime.buyers import Buyers
from uems.prediction.metrics import Floats
from uems.prediction.past import Past
from uems.profiles.api import Source, Value

EPOCH: Final = date(1970, 1, 1)


def day_number(day: date) -> int:
    """Days since 1970."""
    return (day - EPOCH).days


def buyers_at(house: House, scope: Scope, cut: date, *, until: date | None, period: int, events: Sequence[str]) -> Buyers:
    """Everybody who bought before ``cut``, and what they brought from then until ``until`` (None: not known).

    A purchase is an event with revenue above 0 in the currency of the workspace; what is below 0 is a refund. ``later`` counts all
    revenue after the cut. Raises what ``Warehouse.query`` raises.
    """
    past = Past(house, scope, end=until or cut)
    source = past.source("events")
    mine = past.params.bind(scope.currency, "String")
    first_after = past.params.bind(cut, "Date")
    row = Sql(f"type = 'track' AND currency = {mine} AND ifNull(revenue_minor, 0) != 0")
    source.need(row)
    counted = Sql(f"{row} AND revenue_minor > 0")
    if events:
        counted = Sql(f"{counted} AND event IN {past.params.bind(list(events), 'Array(String)')}")
    bought = source.named(Sql(f"{counted} AND day < {first_after}"))
    gone = source.named(Sql(f"{row} AND revenue_minor < 0 AND day < {first_after}"))
    after = source.named(Sql(f"{row} AND (revenue_minor < 0 OR ({counted})) AND day >= {first_after}"))
    place = source.named(Sql(f"intDiv(toInt32(day), {int(period)})"))
    number = source.named(Sql("toInt32(day)"))
    money = source.named(Sql("toFloat64(ifNull(revenue_minor, 0))"))
    asked = [
        _number(source, Sql(f"uniqExactIf({place}, {bought})")),
        _number(source, Sql(f"minIf({place}, {bought})")),
        _number(source, Sql(f"maxIf({place}, {bought})")),
        _number(source, Sql(f"sumIf({money}, {bought})")),
        _number(source, Sql(f"-sumIf({money}, {gone})")),
        _number(source, Sql(f"sumIf({money}, {after})")),
        _number(source, Sql(f"minIf({number}, {bought})")),
    ]
    answers = past.run(asked)
    count, first, last, gross, refunds, later, day = (_numbers(answers.column(one)) for one in asked)
    rows = np.flatnonzero(count > 0)
    return Buyers(
        people=answers.people[rows],
        first=day[rows],
        x=count[rows] - 1,
        last=last[rows] - first[rows],
        age=np.maximum(day_number(cut) / period - first[rows], last[rows] - first[rows]),
        gross=gross[rows],
        refunds=refunds[rows],
        later=later[rows] if until is not None else np.full(len(rows), np.nan),
        matrix=np.zeros((len(rows), 0)),
    )


def _number(source: Source, sql: Sql) -> Value:
    return Value(source=source, sql=Sql(f"toNullable(toFloat64({sql}))"), kind="number")


def _numbers(column: object) -> Floats:
    found: Floats = pc.fill_null(column, 0.0).to_numpy(zero_copy_only=False)
    return found


def usual_gap(buyers: Buyers) -> float:
    """The median over people with three purchases of the mean time between two; nan when nobody has so many."""
    often = buyers.x >= 2
    return float(np.median(buyers.last[often] / buyers.x[often])) if often.any() else float("nan")
