"""What does uplift look like over HTTP? Settings, every action with what was found of it, and the policy that follows."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any, Literal

from pydantic import Field

from uems.kernel.edge import Body, Count
from uems.prediction.bodies import ModelRunBody
from uems.prediction.forecasts import Forecast
from uems.prediction.model import Run
from uems.prediction.uplift_preparing import Reason
from uems.prediction.uplift_settings import UpliftSettings
from uems.prediction.uplift_trials import TrialKind


class UpliftSettingsBody(Body):
    """outcome: whether people buy, or for how much, within ``window_days``. worth: of a conversion, the person's lifetime value or a usual
    purchase. margin_percent: of revenue, what stays. contact_minor: of one contact, beside messages and what evaluation was told."""

    outcome: Literal["conversion", "revenue"] = "conversion"
    window_days: int = Field(30, ge=1, le=180)
    worth: Literal["lifetime_value", "purchase"] = "lifetime_value"
    margin_percent: float = Field(100.0, gt=0, le=100)
    contact_minor: int = Field(0, ge=0, le=10**9)

    def read(self) -> UpliftSettings:
        return UpliftSettings.model_validate(self.model_dump())


class UpliftIntervalBody(Body):
    """A value with its 95% interval."""

    value: float
    low: float
    high: float


class UpliftLearnerBody(Body):
    """key: "t" or "x". risk: squared distance from the doubly robust pseudo-outcome, the smaller the better. area, qini, auuc: as below."""

    key: Literal["t", "x"]
    risk: float
    area: UpliftIntervalBody
    qini: UpliftIntervalBody | None
    auuc: UpliftIntervalBody | None


class UpliftPointBody(Body):
    """share: of people, the highest score first. gain: what treating them adds, a head of everybody. line: as many picked at random."""

    share: float
    gain: float
    low: float
    high: float
    line: float


class UpliftTenthBody(Body):
    """A tenth by score, the highest first. treated, control: mean outcome. change: what the action really changed of them."""

    people: Count
    treated: float | None
    control: float | None
    change: UpliftIntervalBody


class UpliftPolicyBody(Body):
    """What treating these people of today is expected to come to, in minor units."""

    who: Literal["nobody", "everybody", "worth", "harmed"]
    people: Count
    gain: UpliftIntervalBody
    cost: float
    net: UpliftIntervalBody


class UpliftFoundBody(Body):
    """area: between Qini curve and random line, a head. qini, auuc: as scikit-uplift's qini_auc_score and uplift_auc_score; null for
    revenue. sure: the interval of the area lies above 0. average: what the action changes on the whole. cap_minor: revenue above it counts
    as it. value_minor: the mean worth of one conversion. advice: see ``policy``; all, none and unknown where it cannot be told who changes.
    """

    learner: Literal["t", "x"]
    sure: bool
    advice: Literal["policy", "all", "none", "unknown"]
    average: UpliftIntervalBody
    area: UpliftIntervalBody
    qini: UpliftIntervalBody | None
    auuc: UpliftIntervalBody | None
    learners: list[UpliftLearnerBody]
    curve: list[UpliftPointBody]
    tenths: list[UpliftTenthBody]
    people: Count
    cost_minor: float
    usual_minor: float
    cap_minor: float | None
    value_minor: float
    policy: list[UpliftPolicyBody]
    tag: str
    harmed_tag: str


class UpliftActionBody(Body):
    """treated, control: people whose window is over; waiting: those for whom it is not. reason: why it cannot be judged, "" where it can.
    guard: whom it harms is sent nothing by it; guardable: it sends messages, so that there is something to keep back."""

    kind: TrialKind
    key: str
    name: str
    treated: Count
    control: Count
    waiting: Count
    reason: Reason
    guard: bool
    guardable: bool
    found: UpliftFoundBody | None


class UpliftResultBody(Body):
    """people: how many there are. window_days, outcome: by which it was judged, whatever the settings are now."""

    as_of: date
    currency: str
    outcome: Literal["conversion", "revenue"]
    window_days: Count
    people: Count
    actions: list[UpliftActionBody]

    @staticmethod
    def read(result: Mapping[str, Any], guards: Collection[tuple[str, str]]) -> "UpliftResultBody":
        actions = [_action(one, guards) for one in result["actions"]]
        return UpliftResultBody.model_validate({**result, "actions": actions})


def _action(told: Mapping[str, Any], guards: Collection[tuple[str, str]]) -> dict[str, Any]:
    found = told["found"]
    if found is not None:
        # Up to which score a tenth reaches is of use to nobody but the policy.
        found = {**found, "tenths": [{name: value for name, value in one.items() if name != "best"} for one in found["tenths"]]}
    named = {name: value for name, value in told.items() if name != "origin"}
    return {**named, "found": found, "guard": (told["kind"], told["key"]) in guards, "guardable": told["origin"] != ""}


class UpliftBody(Body):
    """settings: as they are now. result: of the newest run that came to something. run: the newest one, whatever became of it."""

    settings: UpliftSettingsBody
    result: UpliftResultBody | None
    result_at: datetime | None
    run_at: datetime | None
    run: ModelRunBody | None

    @staticmethod
    def of(forecast: Forecast | None, run: Run | None, guards: Collection[tuple[str, str]]) -> "UpliftBody":
        return UpliftBody(
            settings=UpliftSettingsBody.model_validate(dict(forecast.settings) if forecast else {}),
            result=UpliftResultBody.read(forecast.result, guards) if forecast and forecast.result else None,
            result_at=forecast.result_at if forecast else None,
            run_at=forecast.run_at if forecast else None,
            run=ModelRunBody.of(run) if run else None,
        )


class UpliftGuardBody(Body):
    """on: from now on the action sends nothing to those whom it harms."""

    on: bool


class UpliftSegmentAsked(Body):
    """who: those whom it pays to treat, or those whom the action harms."""

    who: Literal["worth", "harmed"]


class UpliftSegmentMade(Body):
    """key: of the segment, made now or there already."""

    key: str
