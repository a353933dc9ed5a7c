"""Through which channel does somebody usually come: web, app, or by which device or advertisement?"""

from typing import Annotated, Final, Literal
from weakref import WeakKeyDictionary

from pydantic import BaseModel, ConfigDict, Field

from uems.kernel.sql import Sql, ident
from uems.profiles.conditions.asking import Asking
from uems.profiles.tag_rules._most import ask_most, most_of
from uems.profiles.tags.ask import Ask, Found
from uems.profiles.tags.columns import TagColumn
from uems.profiles.tags.model import Words
from uems.profiles.tags.registry import Gives, RuleBase, Standard

Column = Literal["channel", "device", "os", "browser", "utm_source", "utm_medium"]
_MOST: Final = 255
_NOT_THEIRS: Final = ("", "import", "source", "system", "server")


class Config(BaseModel):
    """by: which column of events. least: actions below which nothing is said."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    by: Column = "channel"
    days: Annotated[int, Field(ge=1, le=3650)] = 90
    least: Annotated[int, Field(ge=1, le=1000)] = 3


class _Rule(RuleBase):
    def gives(self, settings: Config) -> Gives:
        return Gives(value_type="text")

    def ask(self, settings: Config, ask: Ask) -> None:
        names = _names(settings, ask)
        places = ask.bind(list(range(1, len(names) + 1)), "Array(UInt8)")
        place = Sql(f"transform(toString({ident(settings.by)}), {ask.bind(names, 'Array(String)')}, {places}, toUInt8(0))")
        ask_most(ask, place, len(names), settings.days)

    def conclude(self, settings: Config, found: Found) -> TagColumn:
        words = {"zh": "{total} 次活动里 {count} 次经由 {value}。", "en": "{count} of {total} actions came through {value}."}
        return most_of(found, _names(settings, found.ask), settings.least, words)


def _names(settings: Config, ask: Ask) -> list[str]:
    """The most frequent values of the column, in their order."""
    asking = ask.asking
    column = ident(settings.by)
    query = Sql(
        f"SELECT toString({column}) AS name FROM events WHERE {ask.rows_condition(None, settings.days)}"
        f" AND workspace_id = {asking.scope.workspace_id} AND {column} NOT IN {ask.bind(_NOT_THEIRS, 'Array(String)')}"
        f" GROUP BY name ORDER BY count() DESC, name LIMIT {_MOST}"
    )
    known = _NAMES.setdefault(asking, {})
    if settings not in known:
        found = asking.house.warehouse.query(query, asking.values_of(query))
        known[settings] = sorted(found.column("name").to_pylist())
    return known[settings]


_NAMES: "WeakKeyDictionary[Asking, dict[Config, list[str]]]" = WeakKeyDictionary()


ITEM = _Rule(
    key="preferred_channel",
    label_zh="常用渠道",
    label_en="Preferred channel",
    text_zh="用户最常经由的渠道、设备或广告来源。",
    text_en="The channel, device or advertisement they mostly come through.",
    family="behaviour",
    Config=Config,
    sample=Config(),
    standard=(
        Standard(
            key="preferred_channel",
            label=Words(zh="常用渠道", en="Preferred channel"),
            description=Words(zh="近 90 天最常用的渠道。", en="The channel most used within 90 days."),
        ),
        Standard(
            key="preferred_device",
            label=Words(zh="常用设备", en="Preferred device"),
            description=Words(zh="近 90 天最常用的设备。", en="The device most used within 90 days."),
            settings={"by": "device"},
        ),
    ),
)
