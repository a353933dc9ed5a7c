"""Which scenes does the program bring along to begin with? Ready to be saved under a name of one's own, in both languages."""

from dataclasses import dataclass
from typing import Any, Final

from uems.outreach.scenes.spec import SceneContent, SceneHours, SceneSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """key: a good one for the scene."""

    key: str
    name_zh: str
    name_en: str
    says_zh: str
    says_en: str
    spec: SceneSpec


def _last(minutes: int) -> dict[str, Any]:
    return {"op": "after", "value": {"ago": minutes, "unit": "minute"}}


def _has(name: str, *words: str) -> dict[str, Any]:
    return {"or": [{"property": {"name": name, "op": "contains", "value": word, "ignore_case": True}} for word in words]}


LATE_NIGHT: Final = Example(
    key="late_night_skin",
    name_zh="深夜战痘",
    name_en="Up late over a breakout",
    says_zh="深夜里搜索痘痘，又在半小时内看了至少两次舒缓、修护类商品，却没有下单的人。",
    says_en="Late at night, searched for acne and within half an hour looked at soothing products twice, without buying.",
    spec=SceneSpec(
        condition={
            "and": [
                {
                    "did": {
                        "events": ["Products Searched"],
                        "where": _has("query", "痘", "acne", "pimple", "breakout"),
                        "within": _last(30),
                        "op": "gte",
                        "value": 1,
                    }
                },
                {
                    "did": {
                        "events": ["Product Viewed"],
                        "where": {"or": [_has("name", "舒缓", "修护", "sooth", "calm"), _has("category", "舒缓", "修护", "sooth", "calm")]},
                        "within": _last(30),
                        "op": "gte",
                        "value": 2,
                    }
                },
                {"not": {"did": {"events": ["Order Completed"], "within": _last(30), "op": "gte", "value": 1}}},
            ]
        },
        hours=SceneHours(since="22:00", until="02:00"),
        stays_minutes=30,
        cool_down_minutes=1_440,
        slot="home_top",
        content=[
            SceneContent(language="zh", title="夜里皮肤不舒服？", text="先别急着上猛药：三步舒缓，明早会好一些。"),
            SceneContent(
                language="en", title="Skin acting up tonight?", text="Go gently: three calming steps, and it looks better by morning."
            ),
        ],
    ),
)
REPEATED: Final = Example(
    key="looks_again",
    name_zh="反复看、没下单",
    name_en="Looks again and again",
    says_zh="一小时内看了至少四次商品，却没有加购也没有下单的人。",
    says_en="Viewed products four times within an hour, and neither put any into the cart nor bought.",
    spec=SceneSpec(
        condition={
            "and": [
                {"did": {"events": ["Product Viewed"], "within": _last(60), "op": "gte", "value": 4}},
                {"not": {"did": {"events": ["Product Added", "Order Completed"], "within": _last(60), "op": "gte", "value": 1}}},
            ]
        },
        stays_minutes=60,
        cool_down_minutes=4_320,
    ),
)
EXAMPLES: Final = (LATE_NIGHT, REPEATED)
