"""Do conditions read as people say them, in both languages?"""

from pathlib import Path
from typing import get_args

import pytest

from uems.kernel.errors import UemsError
from uems.kernel.filters import Fault
from uems.profiles.api import parse_condition, say

BOUGHT = {"did": {"events": ["Bought"], "within": {"op": "after", "value": {"ago": 30, "unit": "day"}}}}
SPENT = {"did": {"events": ["Bought"], "measure": "sum", "property": "$revenue", "op": "between", "value": [1000, 5050]}}
LAST = {"op": "after", "value": {"ago": 30, "unit": "day"}}
AGO = {"op": "before", "value": {"ago": 30, "unit": "day"}}
MONTH = {"op": "after", "value": {"ago": 0, "unit": "month", "whole": True}}
VIP = {"segment": {"key": "vip"}}


@pytest.mark.parametrize(
    ("condition", "en", "zh"),
    [
        (BOUGHT, "did “Bought” in the last 30 days", "最近 30 天内做过 “Bought”"),
        ({"and": [BOUGHT]}, "did “Bought” in the last 30 days", "最近 30 天内做过 “Bought”"),
        (
            {"and": [VIP, {"or": [BOUGHT, {"not": VIP}]}]},
            "in segment vip, and (did “Bought” in the last 30 days, or not: in segment vip)",
            "在分群 vip 中，且（最近 30 天内做过 “Bought”，或不满足：在分群 vip 中）",
        ),
        (
            SPENT,
            "the sum of revenue of “Bought” is between 10.00 USD and 50.50 USD",
            "“Bought” 的营收总和介于 10.00 USD 和 50.50 USD 之间",
        ),
        (
            {"did": {"events": [], "where": {"and": [_a := {"property": {"name": "a", "op": "is_set"}}, {"or": [_a, {"not": _a}]}]}}},
            "did any event where a is set and (a is set or not a is set)",
            "做过任何事件（a 有值，且（a 有值，或非 a 有值））",
        ),
        ({"trait": {"name": "plan", "op": "equals", "value": "pro"}}, "trait plan is “pro”", "用户属性 plan 是 “pro”"),
        ({"tag": {"name": "vip", "op": "equals", "value": True}}, "tag vip is true", "标签 vip 为真"),
        ({"person": {"name": "last_seen", **AGO}}, "last seen more than 30 days ago", "最后出现在 30 天以前"),
        ({"person": {"name": "first_seen", **MONTH}}, "first seen after the start of this month", "首次出现在本月初之后"),
        ({"person": {"name": "last_seen", **LAST}}, "last seen in the last 30 days", "最后出现在最近 30 天内"),
        (
            {"did": {"events": ["Bought"], "measure": "last_at", **AGO, "zone": "person"}},
            "the last time they did “Bought” by their own clock is before 30 days ago",
            "（按本人时区）最后一次做 “Bought” 的时间早于 30 天前",
        ),
        (
            {"did": {"events": [], "within": LAST, "measure": "days", "op": "gte", "value": 3}},
            "the number of days on which they did any event in the last 30 days is at least 3",
            "最近 30 天内做任何事件的天数至少为 3",
        ),
        (
            {"regular": {"events": ["Bought"], "unit": "week", "at_least": 3, "out_of": 4, "zone": "person"}},
            "did “Bought” in at least 3 of the last 4 weeks by their own clock",
            "最近 4 周中至少有 3 周（按本人时区）做过 “Bought”",
        ),
        (
            {"sequence": {"steps": [{"events": ["A"]}, {"events": ["B"]}], "amount": 1, "unit": "day", "within": LAST}},
            "did “A” → “B” within 1 day, in the last 30 days",
            "最近 30 天内，在 1 天内依次做了 “A” → “B”",
        ),
        (
            {"trait": {"name": "renewal", **MONTH, "zone": "person"}},
            "trait renewal is after the start of this month by their own clock",
            "用户属性 renewal 晚于本月初（按本人时区）",
        ),
        (
            {"related": {"kind": "invited", "at_least": 1, "who": VIP}},
            "invited at least 1 person (in segment vip)",
            "邀请过至少 1 人（在分群 vip 中）",
        ),
    ],
)
def test_a_condition_is_a_sentence(condition: object, en: str, zh: str) -> None:
    node = parse_condition(condition)
    assert say(node, "en", "USD") == en
    assert say(node, "zh", "USD") == zh


def test_revenue_without_a_currency_stays_in_its_smallest_unit() -> None:
    assert say(parse_condition(SPENT), "en") == "the sum of revenue of “Bought” is between 1000 and 5050"


@pytest.mark.parametrize(
    ("condition", "path", "what"),
    [
        ({"did": {"events": ["A"], "measure": "mode"}}, "did.measure", "unknown"),
        ({"regular": {"events": [], "at_least": 5, "out_of": 4}}, "regular.at_least", "range"),
        ({"sequence": {"steps": [{"events": []}], "amount": 1}}, "sequence.steps", "steps"),
        ({"and": []}, "and", "empty"),
        ({"trait": {"name": "a", "op": "regex", "value": "(?=a)"}}, "trait.value", "regex"),
        ({"tag": {"name": "a", "op": "between", "value": [3, 1]}}, "tag.value", "order"),
        ({"trait": {"name": "a", "op": "equals", "value": "x", "zone": "person"}}, "trait.zone", "zone"),
        ({"person": {"name": "identified", "op": "gt", "value": 1}}, "person", "misfit"),
        ({"wish": {}}, "", "unknown"),
    ],
)
def test_what_is_wrong_has_a_word_that_a_page_can_say_in_its_language(condition: object, path: str, what: str) -> None:
    with pytest.raises(UemsError) as caught:
        parse_condition(condition)
    assert (caught.value.code, caught.value.details["path"], caught.value.details["what"]) == ("bad_filter", path, what)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_pages_know_every_word_for_what_is_wrong(language: str) -> None:
    words = (Path(__file__).parents[3] / "ui" / "src" / "i18n" / language / "faults.ts").read_text()
    assert [what for what in get_args(Fault) if f"    {what}: " not in words] == []
