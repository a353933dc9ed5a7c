"""At which hour of the day is somebody usually here? In the workspace's time zone."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from uems.kernel.sql import Sql
from uems.profiles.tag_rules._most import ask_most, most_of
from uems.profiles.tags.ask import Ask, Found
from uems.profiles.tags.columns import TagColumn
from uems.profiles.tags.model import Words
from uems.profiles.tags.registry import Gives, RuleBase, Standard


class Config(BaseModel):
    """least: actions below which nothing is said."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    days: Annotated[int, Field(ge=1, le=3650)] = 90
    least: Annotated[int, Field(ge=1, le=1000)] = 5


class _Rule(RuleBase):
    def gives(self, settings: Config) -> Gives:
        return Gives(value_type="number", allowed=tuple(range(24)), unit="hour")

    def ask(self, settings: Config, ask: Ask) -> None:
        ask_most(ask, Sql(f"toHour(ts, {ask.zone()}) + 1"), 24, settings.days)

    def conclude(self, settings: Config, found: Found) -> TagColumn:
        words = {"zh": "{total} 次活动里 {count} 次在 {value} 点。", "en": "{count} of {total} actions were at {value} o'clock."}
        return most_of(found, range(24), settings.least, words)


ITEM = _Rule(
    key="preferred_hour",
    label_zh="常用时段",
    label_en="Preferred hour",
    text_zh="一天里活动最多的钟点。",
    text_en="The hour of the day with most of their actions.",
    family="behaviour",
    Config=Config,
    sample=Config(),
    standard=(
        Standard(
            key="preferred_hour",
            label=Words(zh="常用时段", en="Preferred hour"),
            description=Words(zh="近 90 天活动最多的钟点。", en="The hour with most of their actions within 90 days."),
        ),
    ),
)
