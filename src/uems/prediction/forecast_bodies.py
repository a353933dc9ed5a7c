"""What does a forecast look like over HTTP? Its settings, what was found, how well it did on the past, and the run under way."""

from datetime import date, datetime
from typing import Any, Literal

from pydantic import Field

from uems.kernel.edge import Body, Count, Key
from uems.prediction.bodies import ModelRunBody
from uems.prediction.forecasts import Forecast
from uems.prediction.model import Run
from uems.prediction.value_settings import ValueSettings


class ValueSettingsBody(Body):
    """margin_percent: of revenue, what stays; 100 tells revenue. discount_percent: a year. period_days: days whose purchases count as
    one; null takes the day, or the week where people buy more often than every two weeks. events: which are purchases; none: every
    event with revenue. contract: with "renewals" people renew every ``renewal_days``, and their end is seen."""

    margin_percent: float = Field(100.0, gt=0, le=100)
    discount_percent: float = Field(10.0, ge=0, le=100)
    horizon_days: int = Field(365, ge=30, le=1825)
    period_days: Literal[1, 7, 30] | None = None
    contract: Literal["none", "renewals"] = "none"
    renewal_days: int = Field(30, ge=1, le=400)
    events: list[Key] = Field(default_factory=list, max_length=50)

    def read(self) -> ValueSettings:
        return ValueSettings.model_validate(self.model_dump())


class MoneyIntervalBody(Body):
    """A sum in minor units with the limits that hold 80%."""

    value: int
    low: int
    high: int


class JudgedTenthBody(Body):
    """People of like forecasts: what they were said to bring on average, and what they brought. In minor units."""

    people: Count
    predicted: float
    observed: float


class JudgedWayBody(Body):
    """One way of foretelling beside the months it had not seen. key "pace" is the naive one. bias: of the total, 0.1 for 10% too much.

    coverage: of the limits that should hold 80% of people; null for a way without limits.
    """

    key: str
    deviance: float
    mean_error: float
    square_error: float
    bias: float
    rank: float
    coverage: float | None
    tenths: list[JudgedTenthBody]
    parameters: dict[str, float]


class HeldOutBody(Body):
    """The months that were held out: from the day of the cut to the day before ``until``."""

    cut: date
    until: date
    days: Count
    people: Count


class ValueBarBody(Body):
    """People whose value lies from ``low`` up to ``high``, in minor units, and what they bring together."""

    low: int
    high: int
    people: Count
    value: int


class ValueTenthBody(Body):
    """A tenth of people, the least first. share: of the whole value. The others are medians; alive is a mean."""

    people: Count
    low: int
    high: int
    mean: int
    share: float
    purchases: float
    since_days: float
    spend: int
    alive: float


class ValueCohortBody(Body):
    """Those who first bought in a month: what they brought so far, and what they still will."""

    month: str
    people: Count
    spent: int
    alive: float
    value: int
    low: int
    high: int


class ValueNotesBody(Body):
    """Who is odd. once: bought once only. refunded: refunds reach purchases. capped: purchases above ``limit`` count at it."""

    once: Count
    refunded: Count
    capped: Count
    limit: int


class ValueResultBody(Body):
    """What everybody is expected to bring. way: what was used; beats: it does better than the naive way on the months held out.

    customers: people who are expected to be still customers. uncertainty: relative standard error that the parameters bring.
    """

    as_of: date
    currency: str
    period_days: Count
    window: HeldOutBody
    way: str
    beats: bool
    judged: list[JudgedWayBody]
    parameters: dict[str, dict[str, float]]
    uncertainty: float
    limit: float
    people: Count
    total: MoneyIntervalBody
    mean: int
    median: int
    customers: float
    purchases: float
    histogram: list[ValueBarBody]
    tenths: list[ValueTenthBody]
    cohorts: list[ValueCohortBody]
    notes: ValueNotesBody


class LifetimeValueBody(Body):
    """settings: as they are now. result: of the newest run that came to something. run: the newest one, whatever became of it."""

    settings: ValueSettingsBody
    result: ValueResultBody | None
    result_at: datetime | None
    run_at: datetime | None
    run: ModelRunBody | None

    @staticmethod
    def of(forecast: Forecast | None, run: Run | None) -> "LifetimeValueBody":
        settings: dict[str, Any] = dict(forecast.settings) if forecast else {}
        return LifetimeValueBody(
            settings=ValueSettingsBody.model_validate(settings),
            result=ValueResultBody.model_validate(forecast.result) if forecast and forecast.result else None,
            result_at=forecast.result_at if forecast else None,
            run_at=forecast.run_at if forecast else None,
            run=ModelRunBody.of(run) if run else None,
        )
