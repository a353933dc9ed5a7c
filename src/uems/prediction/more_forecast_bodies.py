"""What do forecasts of needs and of staying look like over HTTP?"""

from datetime import date, datetime

from pydantic import Field

from uems.kernel.edge import Body, Count, Key
from uems.prediction.bodies import ModelRunBody
from uems.prediction.forecasts import Forecast
from uems.prediction.model import Run
from uems.prediction.needs_settings import NeedsSettings
from uems.prediction.survival_settings import Origin, SurvivalSettings


class NeedsSettingsBody(Body):
    """lead_days: so many days before its early limit a need is told of. chance_percent: only needs at least so likely to come within
    ``horizon_days``. kinds: of the most frequent categories. events: which are purchases; none: every event with revenue."""

    lead_days: int = Field(3, ge=0, le=60)
    chance_percent: float = Field(60.0, gt=0, le=100)
    horizon_days: int = Field(90, ge=7, le=365)
    kinds: int = Field(200, ge=1, le=500)
    events: list[Key] = Field(default_factory=list, max_length=50)

    def read(self) -> NeedsSettings:
        return NeedsSettings.model_validate(self.model_dump())


class NeedsJudgedBody(Body):
    """What was said of a held-out window beside what was bought in it. loss, naive_loss: mean pinball loss in days, ours and that of the
    person's own mean gap. coverage: of the 80% limits. calibration: share of needs in each tenth of the chances, 0.1 if right."""

    pairs: Count
    days: Count
    loss: float
    naive_loss: float
    coverage: float
    came: float
    calibration: list[float]


class NeedKindBody(Body):
    """A kind of thing; $visit is being there, $order is buying at all. due: how many needs are expected within so many days."""

    kind: str
    people: Count
    usual_days: float
    due_7: float
    due_28: float
    loss: float | None
    naive_loss: float | None
    coverage: float | None


class NeedDayBody(Body):
    day: date
    expected: float


class NeedsResultBody(Body):
    """pairs: people and kinds that are foretold. told: needs told of by the newest run. anniversaries: of first orders, within 28 days."""

    as_of: date
    people: Count
    pairs: Count
    told: Count
    judged: NeedsJudgedBody
    kinds: list[NeedKindBody]
    calendar: list[NeedDayBody]
    anniversaries: Count


class NextNeedBody(Body):
    """settings: as they are now. result: of the newest run that came to something. run: the newest one, whatever became of it."""

    settings: NeedsSettingsBody
    result: NeedsResultBody | None
    result_at: datetime | None
    run_at: datetime | None
    run: ModelRunBody | None

    @staticmethod
    def of(forecast: Forecast | None, run: Run | None) -> "NextNeedBody":
        return NextNeedBody(
            settings=NeedsSettingsBody.model_validate(dict(forecast.settings) if forecast else {}),
            result=NeedsResultBody.model_validate(forecast.result) if forecast and forecast.result else None,
            result_at=forecast.result_at if forecast else None,
            run_at=forecast.run_at if forecast else None,
            run=ModelRunBody.of(run) if run else None,
        )


class SurvivalSettingsBody(Body):
    """silent_days: so long a silence is leaving; null takes four usual gaps, from 14 to 60 days. by: what people are told apart by, as on
    their first day. saved_percent: of those who would not come back, how many an action brings back. return_days: to come back counts."""

    silent_days: int | None = Field(None, ge=7, le=365)
    by: Origin = "channel"
    action_cost_minor: int = Field(100, ge=0, le=10**9)
    saved_percent: float = Field(5.0, gt=0, le=100)
    return_days: int = Field(30, ge=7, le=365)

    def read(self) -> SurvivalSettings:
        return SurvivalSettings.model_validate(self.model_dump())


class SurvivalPointBody(Body):
    """The share that is still there so many days after the first one, with its 95% limits."""

    day: float
    share: float
    low: float
    high: float


class SurvivalGroupBody(Body):
    """People of one origin. median_days: after which half have left; null when fewer have."""

    value: str
    people: Count
    left: Count
    median_days: float | None
    day_30: float
    day_90: float
    day_180: float


class HazardBody(Body):
    """What goes with leaving: the risk is multiplied by ``ratio`` (95%: low to high). name: visits, orders, spent (logarithms, of the first
    30 days), or origin: and a value, against the most frequent one."""

    name: str
    ratio: float
    low: float
    high: float
    p: float


class ActingPointBody(Body):
    """After so many days of silence: the chance to come back by themselves, and what acting gains on average, in minor units."""

    day: Count
    returning: float
    gain: float


class ActingBody(Body):
    """day: of silence, from which acting pays; null when it never does. value: of a person on average, minor units."""

    day: int | None
    value: int
    curve: list[ActingPointBody]


class AtRiskBody(Body):
    """value: what is expected of everybody times the chance that they do not come back; whole: what is expected of them in all."""

    people: Count
    value: int
    whole: int


class SurvivalResultBody(Body):
    """group_p: how likely groups so unlike come from people who leave alike. concordance: of the effects, on the half held out."""

    as_of: date
    currency: str
    people: Count
    left: Count
    silent_days: Count
    median_days: float | None
    curve: list[SurvivalPointBody]
    groups: list[SurvivalGroupBody]
    group_p: float | None
    effects: list[HazardBody]
    concordance: float | None
    judged_people: Count
    acting: ActingBody
    at_risk: AtRiskBody


class SurvivalBody(Body):
    """settings: as they are now. result: of the newest run that came to something. run: the newest one, whatever became of it."""

    settings: SurvivalSettingsBody
    result: SurvivalResultBody | None
    result_at: datetime | None
    run_at: datetime | None
    run: ModelRunBody | None

    @staticmethod
    def of(forecast: Forecast | None, run: Run | None) -> "SurvivalBody":
        return SurvivalBody(
            settings=SurvivalSettingsBody.model_validate(dict(forecast.settings) if forecast else {}),
            result=SurvivalResultBody.model_validate(forecast.result) if forecast and forecast.result else None,
            result_at=forecast.result_at if forecast else None,
            run_at=forecast.run_at if forecast else None,
            run=ModelRunBody.of(run) if run else None,
        )
