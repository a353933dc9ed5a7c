"""What do the ladder and its programme look like over HTTP?"""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from uems.kernel.edge import Body, Count, Id
from uems.profiles.api import PersonRow
from uems.superusers.ladder.criteria import Criteria, Step
from uems.superusers.ladder.programme import Answer, EntryState, LadderProgramme
from uems.superusers.ties.bodies import WorkBody


class LadderSettingsBody(Body):
    """steps: step → its criteria; null for the ready-made ones, which follow the roles of the workspace."""

    steps: dict[Step, Criteria] | None = None


class LadderCriterionCount(Body):
    """people: who fulfil it. only: who stand one step below and lack nothing but this."""

    key: str
    people: Count
    only: Count


class LadderStepBody(Body):
    """people: who stand there. reached: there or higher."""

    step: Step
    people: Count
    reached: Count
    criteria: list[LadderCriterionCount]


class LadderResultBody(Body):
    """people: everybody ever seen. entered: into the programme, by the last run."""

    as_of: datetime
    people: Count
    steps: list[LadderStepBody]
    entered: Count


class LadderBody(Body):
    """criteria: those in force, ready-made or set. own: whether they were set."""

    criteria: dict[Step, Criteria]
    own: bool
    result: LadderResultBody | None
    result_at: datetime | None
    work: WorkBody | None


class LadderCountsBody(Body):
    """Of those entered: held out, and by what became of the others."""

    held: Count
    waiting: Count
    invited: Count
    accepted: Count
    declined: Count


class LadderProgrammeBody(Body):
    programme: LadderProgramme
    counts: LadderCountsBody


class LadderEntryBody(Body):
    """Somebody entered and not held out. score: of their tie, when they were entered. zh, en: why they stand where they stand."""

    person: PersonRow
    state: EntryState
    score: float
    entered_on: str
    invited_at: datetime | None
    invited_by: str
    zh: str
    en: str


class LadderInvitations(Body):
    people: Annotated[list[Id], Field(min_length=1, max_length=200)]


class LadderInvited(Body):
    """How many were invited now; whoever was invited before is left as they are."""

    invited: Count


class LadderAnswerBody(Body):
    answer: Answer


class LadderArmBody(Body):
    """One side of the comparison, of everybody watched for the whole horizon. value: net revenue a person in minor units."""

    people: Count
    retained: float | None
    value: float | None


class LadderEffectBody(Body):
    """Everybody to be invited beside everybody held out, by intention: whether they were in fact invited does not matter. Limits of 95%;
    null where either side is too small, which ``reason`` tells."""

    horizon_days: int
    invited: LadderArmBody
    held: LadderArmBody
    value_difference: float | None
    value_low: float | None
    value_high: float | None
    retained_difference: float | None
    retained_low: float | None
    retained_high: float | None
    reason: str


class LadderEffects(Body):
    currency: str
    items: list[LadderEffectBody]
