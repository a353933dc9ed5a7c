"""Which tags does every workspace start with? The shipped set, installed once roles are guessed, and brought up to date later.

What a person changed or removed stays as they left it.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, func, select

from uems.access import api as access_room
from uems.access.api import Access
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.profiles.roles.mappings import guess_roles
from uems.profiles.tables import tag_versions as t
from uems.profiles.tags.definitions import read_definitions, write_definition
from uems.profiles.tags.model import Family, Refresh, SavedTag, TagDef, ValueType, Words
from uems.profiles.tags.registry import TAG_RULES, Standard, TagRule

_YEAR: Final = {"op": "after", "value": {"ago": 364, "unit": "day", "whole": True}}
_OWNER: Final = "系统 System"
"""Who answers for a shipped tag until somebody takes it over."""


def standard_tags() -> Iterator[TagDef]:
    """The shipped definitions, those that others ask first."""
    rules = sorted(TAG_RULES, key=lambda rule: (len(rule.tags), rule.key))
    yield from _computed()
    for rule in rules:
        for one in rule.standard:
            yield _of_rule(rule, one)


def install_standard_tags(house: House, where: Access | Scope, now: datetime) -> list[SavedTag]:
    """Guess the roles of a workspace's events, and define the shipped tags that it lacks or has in an older form.

    Gives those that are new or newer. Computing them is ``refresh``. Safe to repeat.
    """
    access = where if isinstance(where, Access) else Access(scope=where, actor=access_room.operator("local"), now=now)
    guess_roles(house, access.scope, now, by=access)
    made = []
    with house.store.write() as conn:
        known, removed = read_definitions(conn, access.scope.workspace_id), _removed(conn, access.scope.workspace_id)
        for tag in standard_tags():
            before = known.get(tag.key)
            if tag.key in removed or (before is not None and not before.standard):
                continue
            saved = write_definition(conn, access, tag, standard=True)
            if before is None or saved.version != before.version:
                made.append(saved)
    return made


def _removed(conn: Connection, workspace_id: int) -> set[str]:
    """Tags that somebody removed."""
    newest = select(t.c.key, func.max(t.c.version).label("version")).where(t.c.workspace_id == workspace_id).group_by(t.c.key).subquery()
    gone = select(t.c.key).join(newest, (t.c.key == newest.c.key) & (t.c.version == newest.c.version))
    return set(conn.execute(gone.where(t.c.workspace_id == workspace_id, t.c.document.is_(None))).scalars())


def _of_rule(rule: TagRule, one: Standard) -> TagDef:
    settings = rule.Config.model_validate(dict(one.settings))
    gives = rule.gives(settings)
    config: dict[str, Any] = {"rule": rule.key, "settings": settings.model_dump(mode="json")}
    return TagDef(
        key=one.key,
        family=rule.family,
        kind="model" if one.model else "rule",
        owner=_OWNER,
        label=one.label,
        description=one.description,
        value_type=gives.value_type,
        allowed=gives.allowed,
        refresh=one.refresh,
        config={"model": "", "fallback": config} if one.model else config,
        unit=gives.unit,
        keeps_history=one.keeps_history,
    )


def _computed() -> Iterator[TagDef]:
    """Plain measures that every business asks for."""
    bought: dict[str, Any] = {"roles": ["purchase"]}
    year = {"within": _YEAR}
    yield _measure("orders_365d", ("一年订单数", "Orders in a year"), {"measure": "count", **bought, **year})
    money: dict[str, Any] = {**bought, **year, "property": "$revenue"}
    yield _measure("revenue_365d", ("一年消费额", "Spending in a year"), {"measure": "sum", **money}, unit="minor")
    yield _measure(
        "average_order_value",
        ("平均客单价", "Average order value"),
        {"measure": "average", **money, "digits": 0},
        unit="minor",
    )
    yield _measure("first_order_at", ("首单时间", "First order"), {"measure": "first_at", **bought}, "date")
    yield _measure("last_order_at", ("最近下单时间", "Latest order"), {"measure": "last_at", **bought}, "date")
    yield _measure("activity_trend", ("活跃趋势", "Trend of activity"), {"measure": "trend", "days": 30, "digits": 2}, refresh="nightly")
    yield _measure(
        "acquisition_source",
        ("来源渠道", "Came from"),
        {"measure": "first", "property": "$utm_source"},
        "text",
        family="attribute",
        refresh="nightly",
    )
    yield _measure(
        "country", ("国家", "Country"), {"measure": "most_frequent", "property": "$country"}, "text", family="attribute", refresh="nightly"
    )
    yield _measure("signup_at", ("注册时间", "Signed up"), {"measure": "first_at", "roles": ["signup"]}, "date", family="attribute")


_TEXTS: Final[Mapping[str, tuple[str, str]]] = {
    "orders_365d": ("近一年的订单数。", "Orders within the last 365 days."),
    "revenue_365d": ("近一年的消费额，以最小货币单位计。", "Spending within the last 365 days, in minor units."),
    "average_order_value": (
        "近一年平均每单金额，以最小货币单位计。",
        "Average amount of an order of the last 365 days, in minor units.",
    ),
    "first_order_at": ("第一次下单的时间。", "When they ordered first."),
    "last_order_at": ("最近一次下单的时间。", "When they ordered last."),
    "activity_trend": ("近 30 天的活动数与前 30 天相比的变化率。", "Actions of the last 30 days against the 30 days before, as a change."),
    "acquisition_source": ("第一次带来用户的广告来源。", "The source of the first campaign that brought them."),
    "country": ("用户最常所在的国家。", "The country they are mostly in."),
    "signup_at": ("第一次注册的时间。", "When they signed up first."),
}


def _measure(
    key: str,
    label: tuple[str, str],
    config: Mapping[str, Any],
    value_type: ValueType = "number",
    *,
    family: Family = "behaviour",
    refresh: Refresh = "live",
    unit: str = "",
) -> TagDef:
    text = _TEXTS[key]
    return TagDef(
        key=key,
        family=family,
        kind="computed",
        owner=_OWNER,
        label=Words(zh=label[0], en=label[1]),
        description=Words(zh=text[0], en=text[1]),
        value_type=value_type,
        refresh=refresh,
        config=config,
        unit=unit,
    )
