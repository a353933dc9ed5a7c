"""What do ties look like over HTTP? Settings, what was found, how well it foretold, and the work under way."""

from datetime import date, datetime
from typing import Any, Literal

from pydantic import Field

from uems.kernel.edge import Body, Count, Key
from uems.profiles.api import PersonRow
from uems.superusers.ties.model import Level
from uems.superusers.ties.settings import TieSettings, Weight
from uems.superusers.ties.signals import WEIGHTS, SignalKey
from uems.superusers.work import State, Work


class TieSettingsBody(Body):
    """As ``TieSettings``. strong_at, medium_at: null puts them where strong_percent and medium_percent of people were at the start."""

    window_days: int = Field(90, ge=14, le=365)
    reply_hours: int = Field(48, ge=1, le=336)
    strong_at: float | None = Field(None, gt=0, le=100)
    medium_at: float | None = Field(None, gt=0, le=100)
    strong_percent: float = Field(2.0, gt=0, le=50)
    medium_percent: float = Field(20.0, gt=0, le=90)
    change_points: float = Field(10.0, ge=1, le=100)
    weights: dict[SignalKey, Weight] = Field(default_factory=lambda: dict(WEIGHTS))
    answers: list[Key] = Field(default_factory=list, max_length=50)
    heard: list[Key] = Field(default_factory=list, max_length=50)
    advice: list[Key] = Field(default_factory=list, max_length=50)
    benefits: list[Key] = Field(default_factory=list, max_length=50)

    def read(self) -> TieSettings:
        return TieSettings.model_validate(self.model_dump())


class WorkBody(Body):
    """state "failed" has an error; "idle" is done, or never began."""

    state: State
    step: str
    progress: float
    error: dict[str, Any] | None
    started_at: datetime | None

    @staticmethod
    def of(work: Work) -> "WorkBody":
        error = None if work.error is None else dict(work.error)
        return WorkBody(state=work.state, step=work.step, progress=work.progress, error=error, started_at=work.started_at)


class TieLevelsBody(Body):
    weak: Count
    medium: Count
    strong: Count


class TieScaleBody(Body):
    """as_of: the day whose people it was measured on. halves: signal → what is worth 50 of 100 points."""

    as_of: date
    key: str
    halves: dict[str, float]
    weights: dict[str, float]
    strong_at: float
    medium_at: float


class TieSignalBody(Body):
    """weight: share of the score; null where the workspace has none of it. people: who have it."""

    key: SignalKey
    weight: float | None
    half: float | None
    people: Count


class TieMoveBody(Body):
    """From which level to which; "away" is not seen within the window."""

    from_: Literal["away", "weak", "medium", "strong"] = Field(alias="from")
    to: Literal["away", "weak", "medium", "strong"]
    people: Count


class TieMonthBody(Body):
    """How it stood on a first of a month; moves since the one before, null for the oldest."""

    cut: date
    people: Count
    levels: TieLevelsBody
    moves: list[TieMoveBody] | None


class TieTenthBody(Body):
    """A tenth of people by score a quarter back, and what came of them: share that came, net revenue (minor units), people brought."""

    tenth: int
    people: Count
    score: float | None
    retained: float | None
    value: float | None
    brought: float | None


class TieRankBody(Body):
    """Spearman's rank correlation of score and outcome with limits of 95%, and that of days with contact alone."""

    outcome: Literal["retained", "value", "brought"]
    rho: float
    low: float
    high: float
    naive: float


class TieValidationBody(Body):
    """reason: "" or why nobody could be judged: "too_young" or "too_few"."""

    reason: Literal["", "too_young", "too_few"]
    cut: date
    people: Count
    days: int = 0
    tenths: list[TieTenthBody] = Field(default_factory=list)
    ranks: list[TieRankBody] = Field(default_factory=list)


class TieChangeBody(Body):
    """change: points against 30 days before; null in a list of the strongest."""

    person_id: Count
    score: float
    change: float | None = None


class TiesResultBody(Body):
    """window_days: shorter than asked for while the workspace is young. people: who did something within it. spread: people by score, 20
    steps of 5. episodes: strong ties that cooled and are not strong again. told: of how many of them the last run told."""

    as_of: date
    currency: str
    window_days: Count
    people: Count
    levels: TieLevelsBody
    levels_before: TieLevelsBody
    scale: TieScaleBody
    signals: list[TieSignalBody]
    spread: list[int]
    moves: list[TieMoveBody]
    months: list[TieMonthBody]
    validation: TieValidationBody
    rising: list[TieChangeBody]
    cooling: list[TieChangeBody]
    strongest: list[TieChangeBody]
    episodes: Count
    told: Count


class TiesBody(Body):
    settings: TieSettingsBody
    result: TiesResultBody | None
    result_at: datetime | None
    work: WorkBody | None

    @staticmethod
    def of(work: Work | None) -> "TiesBody":
        if work is None:
            return TiesBody(settings=TieSettingsBody(), result=None, result_at=None, work=None)
        settings = TieSettingsBody.model_validate(TieSettings.model_validate(dict(work.settings)).model_dump())
        result = None if work.result is None else TiesResultBody.model_validate(dict(work.result))
        return TiesBody(settings=settings, result=result, result_at=work.result_at, work=WorkBody.of(work))


class TiePerson(Body):
    """Somebody of a list, as who they are now."""

    person: PersonRow
    score: float
    change: float | None
    level: Level
