"""When does somebody answer, how soon, and which teams are there?"""

import re
from typing import Annotated, Final

from pydantic import AfterValidator, Field, model_validator
from sqlalchemy import Connection, select

from uems.access.api import Access, audit
from uems.kernel.edge import Body, Clean
from uems.kernel.scope import Scope
from uems.kernel.store import Store, upsert_many
from uems.outreach.talks.hours import Opening
from uems.outreach.talks.tables import conversation_settings as table

_CLOCK: Final = re.compile(r"([01]\d|2[0-3]):[0-5]\d|24:00")
STOCK_PHRASES: Final = (
    "好的", "收到", "谢谢", "感谢您的反馈", "感谢您的支持", "亲，您好", "请稍等", "稍等", "您好", "在的", "不客气", "祝您生活愉快",
    "还有什么可以帮您", "请问有什么可以帮您", "已为您转接", "我们会尽快处理",
    "ok", "thanks", "thank you", "noted", "got it", "you are welcome",
    "thank you for contacting us", "thank you for your feedback", "we will get back to you", "is there anything else i can help you with",
)  # fmt: skip
"""What is said without saying anything. More stand in the settings of the workspace."""


def _clock(value: str) -> str:
    if value and not _CLOCK.fullmatch(value):
        raise ValueError("must be a time such as 09:00, or empty")
    return value


Wall = Annotated[str, Field(max_length=5), AfterValidator(_clock)]
Team = Annotated[str, Field(min_length=1, max_length=64), Clean]


class OfficeDay(Body):
    """opens, closes: on the clock of the workspace; both empty for a day off. "24:00" is the end of the day."""

    opens: Wall = ""
    closes: Wall = ""

    @model_validator(mode="after")
    def _in_order(self) -> "OfficeDay":
        if bool(self.opens) != bool(self.closes) or (self.opens and self.opens >= self.closes):
            raise ValueError("needs a time at which it opens and a later one at which it closes, or neither")
        return self


def _week() -> list[OfficeDay]:
    return [OfficeDay(opens="09:00", closes="18:00")] * 5 + [OfficeDay()] * 2


class ConversationSettings(Body):
    """week: Monday first. answer_within_minutes: office minutes within which they should be answered. teams: their names.

    stock_phrases: what is said without saying anything, beside those that are known everywhere.
    """

    week: Annotated[list[OfficeDay], Field(min_length=7, max_length=7)] = Field(default_factory=_week)
    answer_within_minutes: Annotated[int, Field(ge=1, le=100_000)] = 240
    teams: Annotated[list[Team], Field(max_length=50)] = Field(default_factory=list)
    stock_phrases: Annotated[list[Annotated[str, Field(min_length=1, max_length=200), Clean]], Field(max_length=200)] = Field(
        default_factory=list
    )

    @property
    def openings(self) -> list[Opening]:
        """As ``office_seconds`` reads it."""
        return [(one.opens, one.closes) if one.opens else None for one in self.week]


def read_settings(conn: Connection, workspace_id: int) -> ConversationSettings:
    """The usual ones until somebody says otherwise."""
    spec = conn.execute(select(table.c.spec).where(table.c.workspace_id == workspace_id)).scalar()
    return ConversationSettings.model_validate(spec) if spec else ConversationSettings()


def settings_of(store: Store, scope: Scope) -> ConversationSettings:
    """As ``read_settings``."""
    with store.read() as conn:
        return read_settings(conn, scope.workspace_id)


def save_settings(store: Store, access: Access, said: ConversationSettings) -> None:
    """Count by these from the next message on; what was counted stays. Audited."""
    spec = said.model_dump(mode="json")
    row = {"workspace_id": access.scope.workspace_id, "spec": spec, "saved_at": access.now, "saved_by": access.actor.label[:300]}
    with store.write() as conn:
        before = read_settings(conn, access.scope.workspace_id).model_dump(mode="json")
        upsert_many(conn, table, [row], ("workspace_id",))
        audit(conn, access, "conversation_settings.saved", "conversation_settings", before, spec)
