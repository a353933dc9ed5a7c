"""Do conditions read as people say them, in both languages?"""

import pytest

from uems.profiles.api import parse_condition, say

BOUGHT = {"did": {"events": ["Bought"], "within": {"op": "after", "value": {"ago": 30, "unit": "day"}}}}
SPENT = {"did": {"events": ["Bought"], "measure": "sum", "property": "$revenue", "op": "between", "value": [1000, 5050]}}
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
            "“Bought” 的 营收 总和介于 10.00 USD 和 50.50 USD 之间",
        ),
        (
            {"did": {"events": [], "where": {"and": [_a := {"property": {"name": "a", "op": "is_set"}}, {"or": [_a, {"not": _a}]}]}}},
            "did any event where a is set and (a is set or not a is set)",
            "做过 任何事件（a 有值，且（a 有值，或非 a 有值））",
        ),
        ({"trait": {"name": "plan", "op": "equals", "value": "pro"}}, "trait plan is “pro”", "用户属性 plan 是 “pro”"),
    ],
)
def test_a_condition_is_a_sentence(condition: object, en: str, zh: str) -> None:
    node = parse_condition(condition)
    assert say(node, "en", "USD") == en
    assert say(node, "zh", "USD") == zh


def test_revenue_without_a_currency_stays_in_its_smallest_unit() -> None:
    assert say(parse_condition(SPENT), "en") == "the sum of revenue of “Bought” is between 1000 and 5050"
