"""What do schedules, and what came of them, look like over HTTP?"""

from datetime import datetime

from pydantic import AwareDatetime

from uems.kernel.edge import Body
from uems.kpis.dashboards.schedules import Letter, Mailing, Schedule, ScheduleSpec
from uems.kpis.dashboards.slots import next_slot
from uems.kpis.delivering import DeliveryState


class ScheduleBody(Body):
    """next_at: when it is due again; null while it is paused. failure: why the last paper could not be made; it is tried again."""

    schedule_id: str
    spec: ScheduleSpec
    enabled: bool
    next_at: datetime | None
    failure: str
    saved_at: datetime
    saved_by: str

    @staticmethod
    def of(one: Schedule, zone: str, now: datetime) -> "ScheduleBody":
        return ScheduleBody(
            schedule_id=one.schedule_id,
            spec=one.spec,
            enabled=one.enabled,
            next_at=next_slot(one.spec, zone, now).at if one.enabled else None,
            failure=one.failure,
            saved_at=one.saved_at,
            saved_by=one.saved_by,
        )


class ScheduleList(Body):
    items: list[ScheduleBody]


class ScheduleChange(Body):
    """What is left out stays. enabled: false pauses it. if_saved_at: ``saved_at`` of what was edited; refused when it is another now."""

    spec: ScheduleSpec | None = None
    enabled: bool | None = None
    if_saved_at: AwareDatetime | None = None


class LetterBody(Body):
    """state: "delivered" once the mail server has taken it; "uncertain" when it gave no answer, and it is then not sent again."""

    whom: str
    state: DeliveryState
    attempts: int
    next_at: datetime | None
    message: str
    changed_at: datetime

    @staticmethod
    def of(one: Letter) -> "LetterBody":
        return LetterBody(
            whom=one.whom, state=one.state, attempts=one.attempts, next_at=one.next_at, message=one.message, changed_at=one.changed_at
        )


class MailingBody(Body):
    """A paper. slot: the local day and hour for which it was made."""

    slot: str
    pdf_bytes: int
    at: datetime
    letters: list[LetterBody]

    @staticmethod
    def of(one: Mailing) -> "MailingBody":
        return MailingBody(slot=one.slot, pdf_bytes=one.pdf_bytes, at=one.at, letters=[LetterBody.of(letter) for letter in one.letters])
