"""Where in the life of the relationship is somebody? From a new visitor to lost, and back again."""

from collections.abc import Sequence
from typing import Annotated, Any, Final, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

from uems.kernel.filters import Ago, Node, Test
from uems.kernel.sql import Sql
from uems.profiles.conditions.model import Person
from uems.profiles.tags.ask import Ask, Found, day_text
from uems.profiles.tags.columns import TagColumn, coded, said
from uems.profiles.tags.model import Words
from uems.profiles.tags.registry import Gives, RuleBase, Standard

STAGES: Final = {
    "new_visitor": ("新访客", "New visitor"),
    "not_activated": ("注册未激活", "Registered, not activated"),
    "new": ("新用户", "New"),
    "active": ("活跃", "Active"),
    "silent": ("沉默", "Silent"),
    "churn_risk": ("流失风险", "At risk of leaving"),
    "lost": ("流失", "Lost"),
    "returned": ("回流", "Returned"),
}
_CODE: Final = {stage: code for code, stage in enumerate(STAGES)}
Days = Annotated[int, Field(ge=1, le=3650)]


class Config(BaseModel):
    """Whole days without activity after which somebody is no longer active, then silent, then lost."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    active_days: Days = Field(default=14, description="活跃：最近几天内有过活动 / active: did something within so many days")
    silent_days: Days = Field(default=30, description="超过则为流失风险 / after so many days at risk of leaving")
    lost_days: Days = Field(default=90, description="超过则为流失 / after so many days lost")
    new_days: Days = Field(default=30, description="激活后几天内算新用户 / new for so many days after activation")
    returned_days: Days = Field(default=30, description="回来后几天内算回流 / returned for so many days after coming back")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.active_days < self.silent_days < self.lost_days:
            raise ValueError("active_days must be below silent_days, and that below lost_days")
        if self.returned_days >= self.lost_days:
            raise ValueError("returned_days must be below lost_days")
        return self


class _Rule(RuleBase):
    """Days are business days. Activity is what people do themselves: not what is sent to them, nor what says ``active: false``."""

    def gives(self, settings: Config) -> Gives:
        return Gives.one_of(STAGES)

    def ask(self, settings: Config, ask: Ask) -> None:
        source, day = ask.days(), ask.day_column(Sql("toInt32(day)"))
        source.need(Sql("1"))
        active = ask.active_rows()
        ask.number("first", source, Sql(f"min({day})"))
        ask.number("last", source, Sql(f"maxOrNullIf({day}, {active})"))
        back = ask.bind(ask.today.toordinal() - _EPOCH - settings.returned_days, "Int32")
        ask.number("left", source, Sql(f"maxOrNullIf({day}, {active} AND {day} <= {back})"))
        ask.number("came", source, Sql(f"minOrNullIf({day}, {active} AND {day} > {back})"))
        users = Sql(f"(SELECT node_id FROM person_users WHERE workspace_id = {ask.asking.scope.workspace_id})")
        known = ask.day_column(Sql(f"toUInt8(node_id GLOBAL IN {users})"))
        signup = ask.roles.events("signup")
        signed = ask.day_rows(signup) if signup else Sql("0")
        ask.flag("registered", source, Sql(f"max({known} OR {signed})"))
        value = ask.roles.events("activation", "purchase")
        begun = ask.day_rows(value) if value else Sql(f"({known} OR {signed})")
        ask.number("activated", source, Sql(f"minOrNullIf({day}, {begun})"))

    def conclude(self, settings: Config, found: Found) -> TagColumn:
        first, activated = found.number("first"), found.number("activated")
        last = np.where(np.isnan(found.number("last")), first, found.number("last"))
        idle = found.today - last
        gap = found.number("came") - found.number("left")
        begun = ~np.isnan(activated)
        codes = np.select(
            [
                np.isnan(last),
                idle >= settings.lost_days,
                ~begun & ~found.flag("registered"),
                ~begun,
                idle >= settings.silent_days,
                idle >= settings.active_days,
                np.nan_to_num(gap) >= settings.lost_days,
                found.today - activated < settings.new_days,
            ],
            [-1, *(_CODE[s] for s in ("lost", "new_visitor", "not_activated", "churn_risk", "silent", "returned", "new"))],
            _CODE["active"],
        )
        evidence = said({"zh": "最近一次活动在 {day}。", "en": "Last active on {day}."}, {"day": day_text(last)}, codes >= 0)
        return TagColumn(values=coded(codes, list(STAGES)), evidence=evidence)

    def edges(self, settings: Config) -> Sequence[Node]:
        days = {settings.active_days, settings.silent_days, settings.lost_days, settings.new_days, settings.returned_days}
        return [Person(name="last_seen", test=Test(op="after", value=Ago(amount=n - 1, unit="day", whole=True))) for n in sorted(days)]


_EPOCH: Final = 719_163
"""The ordinal of 1970-01-01."""
_STANDARD: Final[dict[str, Any]] = {"refresh": "live", "keeps_history": True}

ITEM = _Rule(
    key="lifecycle_stage",
    label_zh="生命周期阶段",
    label_en="Lifecycle stage",
    text_zh="按注册、激活和最近活动，判断用户处在新访客、注册未激活、新用户、活跃、沉默、流失风险、流失、回流中的哪一个阶段。",
    text_en="By sign-up, activation and latest activity: new visitor, registered, new, active, silent, at risk, lost or returned.",
    family="behaviour",
    Config=Config,
    sample=Config(),
    uses=("signup", "activation", "purchase", "sent"),
    standard=(
        Standard(
            key="lifecycle_stage",
            label=Words(zh="生命周期阶段", en="Lifecycle stage"),
            description=Words(
                zh="用户处在关系的哪个阶段：14 天内有活动为活跃，30 天无活动有流失风险，90 天无活动为流失。",
                en="Where in the relationship: active within 14 days, at risk after 30 days without activity, lost after 90.",
            ),
            **_STANDARD,
        ),
    ),
)
