"""Of which events, and from which stretch of a person's time, is a metric made? Builds the expressions of one person in one statement.

Every event becomes a row with its instant ``t`` and a few numbers; ``f`` is the instant of the person's first exposure. A metric is an
aggregate over the rows of a person after it, and the same aggregate over the rows before it is the covariate.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated, Final, Literal

from pydantic import Field, model_validator

from uems.experiments.statistics.bootstrap import Statistic
from uems.journeys import api as journeys
from uems.kernel.edge import Body, Key
from uems.kernel.sql import Sql, ident, join

DAY_MS: Final = 86_400_000
WindowDays = Annotated[
    int, Field(strict=True, ge=1, le=365, description="Only so many days after the first exposure; people count when they are over.")
]


class Amount(Body):
    """What is summed up of a person: how often an event was, a property of it, or its revenue in minor units."""

    event: journeys.Step = Field(default_factory=journeys.Step)
    of: Literal["events", "property", "revenue"] = "events"
    property: Key | None = Field(None, description="The property to sum up; values that are no numbers, or beyond 10^15, do not count.")

    @model_validator(mode="after")
    def _property(self) -> "Amount":
        if (self.of == "property") != (self.property is not None):
            raise ValueError(f"of {self.of} " + ("needs a property" if self.property is None else "takes no property"))
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """shape: mean of the first value, the first over the second, a quantile of the first among those whose second is 1, or drawn: what
    ``statistic`` makes of the first of everybody, whose error has no formula.

    values, before: aggregates over the rows of a person, one or two each; before may be empty. ripe_days: people count from so many
    days after their first exposure on. share: of the quantile. cap_share: values above this quantile of those that are not 0 count
    as it.
    """

    shape: Literal["mean", "ratio", "quantile", "drawn"]
    values: Sequence[Sql]
    before: Sequence[Sql] = ()
    ripe_days: int = 0
    share: float = 0.5
    cap_share: float | None = None
    statistic: Statistic | None = None

    def all_sql(self) -> list[Sql]:
        """The aggregates in the order of their columns."""
        return [*self.values, *self.before]


@dataclass(slots=True, kw_only=True)
class Columns:
    """The numbers of one event that a statement needs, each once. query: the statement.

    not_theirs: events that the system or the company writes; they are not meant where any event of people is asked for.
    """

    query: journeys.Query
    not_theirs: Sequence[str] = ()
    made: dict[str, Sql] = field(default_factory=dict)
    names: dict[tuple[str, ...], str] = field(default_factory=dict)
    steps: list[journeys.Step] = field(default_factory=list)

    def of(self, amount: Amount) -> Sql:
        """The column that holds the amount of an event; 0 for other events."""
        key = (amount.event.model_dump_json(include={"event", "filter"}), amount.of, amount.property or "")
        if key not in self.names:
            self.names[key] = f"c{len(self.names)}"
            self.steps.append(amount.event)
            self.made[self.names[key]] = Sql(f"if({self._meant(amount.event)}, {self._value(amount)}, 0)")
        return ident(self.names[key])

    def _meant(self, step: journeys.Step) -> Sql:
        meant = self.query.step_sql(step)
        if step.event is not None or not self.not_theirs:
            return meant
        return Sql(f"({meant} AND event NOT IN {self.query.bind(list(self.not_theirs), 'Array(String)')})")

    def _value(self, amount: Amount) -> Sql:
        if amount.of == "events":
            return Sql("toUInt8(1)")
        if amount.of == "revenue":
            return Sql(f"toFloat64({self.query.revenue_sql()})")
        assert amount.property is not None
        value = self.query.number_sql(amount.property)
        # The square of what is larger still could not be added up; it is no amount of anything.
        return Sql(f"if(abs({value}) <= 1e15, ifNull({value}, 0), 0)")

    def where(self) -> Sql:
        """The events that any of the columns counts."""
        return self.query.any_sql(self.steps)


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """until_ms: rows before this instant count. before_days: so many days before the first exposure are the covariate; 0 for none."""

    columns: Columns
    until_ms: int
    before_days: int

    def amount_sql(self, amount: Amount) -> Sql:
        """The column that holds the amount of an event."""
        return self.columns.of(amount)

    def after_sql(self, days: int | None = None, skip: int = 0) -> Sql:
        """Which rows count: from ``skip`` days after the first exposure to ``days`` after it, or to the end."""
        since = Sql(f"t >= f + {int(skip * DAY_MS)} AND t < {int(self.until_ms)}")
        return since if days is None else Sql(f"{since} AND t < f + {int(days * DAY_MS)}")

    def earlier_sql(self) -> Sql:
        """The rows of the covariate."""
        return Sql(f"t < f AND t >= f - {int(self.before_days * DAY_MS)}")

    def total(self, amount: Amount, days: int | None, cap: float | None = None) -> tuple[Sql, Sequence[Sql]]:
        """(the sum of an amount after the first exposure, that before it; none without a covariate)."""
        column = self.amount_sql(amount)
        after = self.capped_sql(Sql(f"sumIf({column}, {self.after_sql(days)})"), cap)
        if not self.before_days:
            return after, ()
        return after, (self.capped_sql(Sql(f"sumIf({column}, {self.earlier_sql()})"), cap),)

    def ever(self, event: journeys.Step, days: int | None, skip: int = 0) -> tuple[Sql, Sequence[Sql]]:
        """(1 for whoever did it after the first exposure, the same for before it)."""
        column = self.amount_sql(Amount(event=event))
        # The same sums as those of how often it was done, so that the engine keeps one of them for several metrics.
        after = Sql(f"sumIf({column}, {self.after_sql(days, skip)}) > 0")
        return after, (Sql(f"sumIf({column}, {self.earlier_sql()}) > 0"),) if self.before_days else ()

    def capped_sql(self, value: Sql, cap: float | None) -> Sql:
        return value if cap is None else Sql(f"least(toFloat64({value}), {self.columns.query.bind(float(cap), 'Float64')})")

    def reached_sql(self, steps: Sequence[journeys.Step], window_ms: int) -> Sql:
        """How many of the steps a person took in order after the first exposure, each no later than the window after the first step."""
        taken = [Sql(f"{self.amount_sql(Amount(event=step))} != 0") for step in steps]
        return Sql(f"windowFunnelIf({int(window_ms)})(toUInt64(t), {join(Sql(', '), taken)}, {self.after_sql()})")
