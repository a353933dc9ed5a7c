"""On which day of the week is somebody usually here?"""

from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from uems.kernel.sql import Sql
from uems.profiles.tag_rules._most import ask_most, most_of
from uems.profiles.tags.ask import Ask, Found
from uems.profiles.tags.columns import TagColumn
from uems.profiles.tags.model import Words
from uems.profiles.tags.registry import Gives, RuleBase, Standard

WEEKDAYS: Final = {
    "monday": ("星期一", "Monday"),
    "tuesday": ("星期二", "Tuesday"),
    "wednesday": ("星期三", "Wednesday"),
    "thursday": ("星期四", "Thursday"),
    "friday": ("星期五", "Friday"),
    "saturday": ("星期六", "Saturday"),
    "sunday": ("星期日", "Sunday"),
}


class Config(BaseModel):
    """least: actions below which nothing is said."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    days: Annotated[int, Field(ge=1, le=3650)] = 90
    least: Annotated[int, Field(ge=1, le=1000)] = 5


class _Rule(RuleBase):
    def gives(self, settings: Config) -> Gives:
        return Gives.one_of(WEEKDAYS)

    def ask(self, settings: Config, ask: Ask) -> None:
        ask_most(ask, Sql("toDayOfWeek(day)"), 7, settings.days)

    def conclude(self, settings: Config, found: Found) -> TagColumn:
        words = {"zh": "{total} 次活动里 {count} 次在这一天。", "en": "{count} of {total} actions were on this day."}
        return most_of(found, list(WEEKDAYS), settings.least, words)


ITEM = _Rule(
    key="preferred_weekday",
    label_zh="常用星期",
    label_en="Preferred weekday",
    text_zh="一周里活动最多的一天。",
    text_en="The day of the week with most of their actions.",
    family="behaviour",
    Config=Config,
    sample=Config(),
    standard=(
        Standard(
            key="preferred_weekday",
            label=Words(zh="常用星期", en="Preferred weekday"),
            description=Words(zh="近 90 天活动最多的星期几。", en="The day of the week with most of their actions within 90 days."),
        ),
    ),
)
