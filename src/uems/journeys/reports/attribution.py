"""Which touches led to the conversions? Credit for channels by seven models, in conversions and in money.

The path of a conversion are the same person's touches before it (in order; the conversion itself is none) and not longer ago than
``lookback_seconds``, also those before the period. A touch counts for every conversion that follows in time. Touches whose channel is
not set are none, unless ``unset`` is "channel". Models: "first" and "last" touch; "linear", all alike; "position", 40% to the first, 40%
to the last and 20% to those between (``position_weights``; of two touches, in the ratio of first to last); "time_decay", half as much
for every ``half_life_seconds`` before the conversion; "markov", by how many conversions would be lost without the channel, on a
first-order chain of the paths and of the touches that led to nothing (for each person one path, those in the period); "shapley", each
conversion in equal parts to the different channels of its path, which is the Shapley value of the number of conversions that a set
of channels brings by itself.

data: ``conversions``, ``people``, ``revenue_minor``, ``currency``; ``attributed`` and ``unattributed`` (no touch) with ``conversions`` and
``revenue_minor``; ``channels`` one entry each: ``channel`` (a group), ``touches`` in the period, ``assisted`` conversions with a touch of
it, ``people``, ``models`` with ``conversions`` and ``revenue_minor`` by model; money is in whole minor units and adds up to what was
attributed. Cell: ``channel`` (left out: any), ``touch`` "any", "first" or "last"; ``attributed``
for those with any touch, ``unattributed`` for those without, ``touched`` for whoever has a touch in the period, also without converting.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Literal

import numpy as np
from pydantic import BaseModel, Field, model_validator

from uems.journeys.registry import Answer
from uems.journeys.reports._arrays import different
from uems.journeys.reports._ask import NOBODY, Ask, People, Query, answer, ask, group_code, group_place, groups, no_answer, numbers
from uems.journeys.reports._credit import CONVERSION, MODELS, TOUCH, Credit, Model, Rules, credit, joined, removal_shares, shared_out
from uems.journeys.reports._hours import milliseconds
from uems.journeys.reports._spec import ANY, Asked, EventBreakdown, Group, Spec, Step
from uems.journeys.reports._stories import Column, each_part
from uems.journeys.reports.overview import ORDER_EVENT
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.sql import Sql


class Config(Asked):
    """What converts, and what touches."""

    conversion: Step = Step(event=ORDER_EVENT)
    touch: Step = Field(ANY, description="The events that can be touches.")
    channel: EventBreakdown = Field(
        EventBreakdown(column="utm_source", limit=20), description="What a channel is; rarer ones are one together."
    )
    unset: Literal["skip", "channel"] = Field("skip", description="Whether events without a value are touches, of a channel of their own.")
    lookback_seconds: int = Field(30 * 86_400, strict=True, ge=1, le=366 * 86_400)
    half_life_seconds: int = Field(7 * 86_400, strict=True, ge=1, le=366 * 86_400)
    position_weights: tuple[float, float, float] = Field((0.4, 0.2, 0.4), description="First, all in between, last; they add up to 1.")
    models: list[Model] = Field(list(MODELS), min_length=1, max_length=len(MODELS))

    @model_validator(mode="after")
    def _whole(self) -> "Config":
        first, middle, last = self.position_weights
        if not all(0 <= weight <= 1 for weight in self.position_weights) or abs(first + middle + last - 1) > 1e-9 or first + last <= 0:
            raise ValueError(f"position_weights are {self.position_weights}; must add up to 1, and first or last be above 0")
        return self


class AttributionCell(Spec):
    """The people of conversions with such a touch."""

    channel: Group | None = None
    touch: Literal["any", "first", "last"] = "any"
    attributed: bool = False
    unattributed: bool = False
    touched: bool = Field(False, description="Whoever touched the channel in the period, whether they converted or not.")

    @model_validator(mode="after")
    def _one(self) -> "AttributionCell":
        if self.attributed and self.unattributed:
            raise ValueError("attributed and unattributed exclude each other; leave one out")
        if self.touched and (self.attributed or self.unattributed or self.touch != "any"):
            raise ValueError("touched is told of all touches; leave out attributed, unattributed and touch")
        return self


class Attribution:
    """Credit for the channels that people came by."""

    key = "attribution"
    label_zh = "归因"
    label_en = "Attribution"
    Config = Config
    sample = Config(last_days=30)
    Cell = AttributionCell
    sample_cell = AttributionCell(unattributed=True)

    def run(self, house: House, scope: Scope, spec: BaseModel, now: datetime) -> Answer:
        """What each model gives each channel."""
        assert isinstance(spec, Config)
        steps = [spec.conversion, spec.touch]
        asked = ask(house, scope, spec, now)
        if asked is None:
            nothing = {"conversions": 0, "revenue_minor": 0}
            kept: dict[str, Any] = {"people": 0, "currency": scope.currency, "models": spec.models, "channels": []}
            return no_answer(house, scope, spec, {**nothing, **kept, "attributed": nothing, "unattributed": nothing}, steps)
        words = _channels(asked, spec)
        return answer(asked, _data(scope, spec, words, _credit(asked, spec, words)), steps)

    def people(self, house: House, scope: Scope, spec: BaseModel, cell: BaseModel, now: datetime) -> People:
        """Who converted after such a touch, or without any."""
        assert isinstance(spec, Config)
        assert isinstance(cell, AttributionCell)
        asked = ask(house, scope, spec, now)
        if asked is None:
            return NOBODY
        words = _channels(asked, spec)
        place = group_place(spec.channel, words, cell.channel)
        if cell.touched:
            return _touched(asked, spec, words, place)
        found = _credit(asked, spec, words)
        chosen = np.ones(len(found.person), np.bool_)
        if cell.unattributed:
            chosen = found.first < 0
        elif place is not None and cell.touch == "any":
            chosen[:] = False
            chosen[found.assisted[found.assisted[:, 1] == place, 0]] = True
        elif place is not None:
            chosen = (found.first if cell.touch == "first" else found.last) == place
        elif cell.attributed:
            chosen = found.first >= 0
        return different(found.person[chosen])


def _channels(asked: Ask, spec: Config) -> list[str]:
    """The channels with the most touches in the period, look-back included."""
    query = asked.query()
    start = asked.period.start - timedelta(seconds=spec.lookback_seconds)
    rows = query.events_sql({"word": query.text_sql(spec.channel)}, _touch(query, spec), start)
    limit = query.bind(spec.channel.limit, "UInt32")
    found = query.run(Sql(f"SELECT word, count() AS n FROM {rows} GROUP BY word ORDER BY n DESC, word LIMIT {limit}"))
    return [str(word) for word in found.column("word").to_pylist()]


def _touch(query: Query, spec: Config) -> Sql:
    if spec.unset == "channel":
        return query.step_sql(spec.touch)
    return Sql(f"({query.step_sql(spec.touch)} AND {query.text_sql(spec.channel)} != '')")


def _touched(asked: Ask, spec: Config, words: list[str], place: int | None) -> People:
    """Who has a touch of a channel in the period. place: its code; None for any channel."""
    query = asked.query()
    rows = query.events_sql({"code": group_code(query, spec.channel, words)}, _touch(query, spec))
    mine = Sql("1") if place is None else Sql(f"code = {query.bind(place, 'UInt8')}")
    found = query.run(Sql(f"SELECT DISTINCT person FROM {rows} WHERE {mine} ORDER BY person"))
    return numbers(found, "person", np.uint64)


def _credit(asked: Ask, spec: Config, words: list[str]) -> Credit:
    def wanted(query: Query) -> tuple[Mapping[str, Column], Sql]:
        conversion, touch = query.step_sql(spec.conversion), _touch(query, spec)
        mask = Sql(f"toUInt8(toUInt8({conversion}) * {CONVERSION} + toUInt8({touch}) * {TOUCH})")
        columns = {
            "mask": Column(sql=mask, bits=2),
            "code": Column(sql=group_code(query, spec.channel, words), bits=len(words).bit_length()),
            "amount": Column(sql=query.revenue_sql(), bits=64),
        }
        return columns, Sql(f"({conversion} OR {touch})")

    period = asked.period
    rules = Rules(
        start=milliseconds(period.start),
        end=milliseconds(period.end),
        lookback_ms=spec.lookback_seconds * 1000,
        half_life_ms=spec.half_life_seconds * 1000,
        weights=spec.position_weights,
        channels=len(words) + 1,
    )
    start = period.start - timedelta(seconds=spec.lookback_seconds)
    return joined(each_part(asked, wanted, [spec.conversion, spec.touch], start, period.end, lambda told: credit(told, rules)))


def _data(scope: Scope, spec: Config, words: list[str], found: Credit) -> dict[str, Any]:
    touched = found.first >= 0
    attributed, money = int(touched.sum()), int(found.money[touched].sum())
    shares = removal_shares(found.moves)
    conversions = {**found.conversions, "markov": shares * attributed}
    revenue = {**found.revenue, "markov": shares * money}
    minor = {model: shared_out(revenue[model], money) for model in spec.models}
    pairs = found.assisted
    channels = []
    for place, group in enumerate(groups(spec.channel, words)):
        assisted = pairs[pairs[:, 1] == place, 0]
        if group is not None and (not group.other or len(assisted) or found.touches[place]):
            models = {m: {"conversions": float(conversions[m][place]), "revenue_minor": minor[m][place]} for m in spec.models}
            row = {"channel": group.model_dump(), "touches": int(found.touches[place]), "assisted": len(assisted)}
            channels.append({**row, "people": len(different(found.person[assisted])), "models": models})
    return {
        "conversions": len(found.person),
        "people": len(different(found.person)),
        "revenue_minor": int(found.money.sum()),
        "currency": scope.currency,
        "attributed": {"conversions": attributed, "revenue_minor": money},
        "unattributed": {"conversions": len(found.person) - attributed, "revenue_minor": int(found.money.sum()) - money},
        "models": spec.models,
        "channels": channels,
    }


ITEM = Attribution()
