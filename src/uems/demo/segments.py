"""Which groups of people does the demo show? Segments such as an operations manager would build, on what is really there.

Those of the grocer look at the last months of 2017, where that workspace stands still.
"""

import time
from typing import Any, Final, Literal, NamedTuple, Protocol, TypeAlias

from uems.kernel.errors import UemsError

Language: TypeAlias = Literal["zh", "en"]
WAIT_SECONDS: Final = 20.0
_ORDERS: Final = ["Order Completed"]


class Words(NamedTuple):
    """The same in both languages."""

    zh: str
    en: str

    def said(self, language: Language) -> str:
        return self.zh if language == "zh" else self.en


class Api(Protocol):
    """The HTTP API, as the command line has it."""

    def get(self, path: str) -> Any: ...
    def put(self, path: str, body: object) -> Any: ...


def _last(days: int) -> dict[str, Any]:
    return {"op": "after", "value": {"ago": days, "unit": "day"}}


def _tag(name: str, *values: str) -> dict[str, Any]:
    return {"tag": {"name": name, "op": "in", "value": [*values]}}


def _orders(days: int, **more: Any) -> dict[str, Any]:
    return {"did": {"events": _ORDERS, "within": _last(days), **more}}


GROCER: Final[dict[str, tuple[Words, Words, dict[str, Any]]]] = {
    "loyal_weekly": (
        Words("每周忠实顾客", "Loyal weekly shoppers"),
        Words("近 12 周里至少 10 周来买过。", "Bought in at least ten of the last twelve weeks."),
        {"regular": {"events": _ORDERS, "unit": "week", "at_least": 10, "out_of": 12}},
    ),
    "champions": (
        Words("重要价值客户", "Champions"),
        Words("RFM 三项都高。", "Recent, frequent and valuable, by the RFM groups."),
        _tag("rfm_group", "champions"),
    ),
    "top_tenth": (
        Words("消费最高的 10%", "Top tenth by spending"),
        Words("近一年消费金额最高的 10%。", "The highest tenth by revenue of the last year."),
        {"top": {"tag": "revenue_365d", "percent": 10}},
    ),
    "big_baskets": (
        Words("大篮子", "Big baskets"),
        Words("近 90 天平均每单至少 60 美元。", "At least 60 dollars an order in the last 90 days."),
        _orders(90, measure="average", property="$revenue", op="gte", value=6000),
    ),
    "newcomers": (
        Words("新客", "Newcomers"),
        Words("最近 120 天第一次购买。", "Bought for the first time in the last 120 days."),
        {"did": {"events": _ORDERS, "measure": "first_at", **_last(120)}},
    ),
    "lapsing": (
        Words("正在流失", "Lapsing"),
        Words(
            "此前半年至少买过 12 次，最近 30 天没有再来。",
            "Bought at least twelve times in the half year before, and not in the last 30 days.",
        ),
        {
            "and": [
                {
                    "did": {
                        "events": _ORDERS,
                        "within": {"op": "between", "value": [{"ago": 210, "unit": "day"}, {"ago": 30, "unit": "day"}]},
                        "op": "gte",
                        "value": 12,
                    }
                },
                {"not": _orders(30)},
            ]
        },
    ),
    "valuable_overdue": (
        Words("高价值且该买未买", "Valuable and overdue"),
        Words("价值高，但已超过自己的购买周期。", "Of high value, and past their own rhythm of buying."),
        {"and": [_tag("value_tier", "high", "top"), _tag("purchase_due", "overdue", "lapsed")]},
    ),
    "coupon_lovers": (
        Words("爱用券的人", "Coupon lovers"),
        Words("近一年至少用过 3 张优惠券。", "Redeemed at least three coupons in the last year."),
        {"did": {"events": ["Coupon Redeemed"], "within": _last(365), "op": "gte", "value": 3}},
    ),
    "mailed_in_vain": (
        Words("收了活动从不用券", "Mailed in vain"),
        Words("收到过至少 3 次活动，从没用过券。", "Got at least three campaigns and never redeemed a coupon."),
        {"and": [{"did": {"events": ["Campaign Sent"], "op": "gte", "value": 3}}, {"not": {"did": {"events": ["Coupon Redeemed"]}}}]},
    ),
    "loyal_without_coupons": (
        Words("不靠券的忠实顾客", "Loyal without coupons"),
        Words("每周都来，且不是用券的人：别再给折扣。", "Loyal, and not for the coupons: no discount is needed."),
        {"and": [{"segment": {"key": "loyal_weekly"}}, {"not": {"segment": {"key": "coupon_lovers"}}}]},
    ),
    "families": (
        Words("有孩子的家庭", "Families with children"),
        Words("资料里有孩子。", "Told of children at home."),
        {"trait": {"name": "kids_count", "op": "in", "value": ["1", "2", "3+"]}},
    ),
    "returned": (
        Words("回来的人", "Came back"),
        Words("生命周期阶段为“回流”。", "In the lifecycle stage “returned”."),
        _tag("lifecycle_stage", "returned"),
    ),
}
"""key → (name, description, condition); in an order in which each finds what it names."""

SHOP: Final[dict[str, tuple[Words, Words, dict[str, Any]]]] = {
    "buyers_30_days": (
        Words("近 30 天买过", "Buyers of 30 days"),
        Words("最近 30 天下过单。", "Ordered in the last 30 days."),
        _orders(30),
    ),
    "repeat_buyers": (
        Words("复购客户", "Repeat buyers"),
        Words("近 90 天至少下过两单。", "At least two orders in the last 90 days."),
        _orders(90, op="gte", value=2),
    ),
    "registered_only": (
        Words("注册未下单", "Registered, no order"),
        Words("最近 30 天注册，还没有下单。", "Signed up in the last 30 days and has not ordered yet."),
        {"and": [{"did": {"events": ["Signed Up"], "within": _last(30)}}, {"not": {"did": {"events": _ORDERS}}}]},
    ),
    "cart_abandoned": (
        Words("加购未买", "Left the cart"),
        Words("最近 7 天加购，之后没有下单。", "Added to the cart in the last 7 days, without an order in them."),
        {"and": [{"did": {"events": ["Product Added"], "within": _last(7)}}, {"not": _orders(7)}]},
    ),
    "stuck_at_payment": (
        Words("支付卡住", "Stuck at payment"),
        Words("近 30 天开始结账至少 2 次，没有成交。", "Began to check out at least twice in 30 days, without an order."),
        {"and": [{"did": {"events": ["Checkout Started"], "within": _last(30), "op": "gte", "value": 2}}, {"not": _orders(30)}]},
    ),
    "inviters": (
        Words("带人来的人", "Inviters"),
        Words("邀请过至少 2 次。", "Sent at least two invitations."),
        {"did": {"events": ["Invite Sent"], "op": "gte", "value": 2}},
    ),
    "unhappy": (
        Words("近期投诉", "Recently unhappy"),
        Words("近 60 天投诉或退款。", "Complained or was refunded in the last 60 days."),
        {"did": {"events": ["Complaint Submitted", "Order Refunded"], "within": _last(60)}},
    ),
}
"""Those of the simulated shop, which goes on to the day before."""


def save_segments(api: Api, slug: str, segments: dict[str, tuple[Words, Words, dict[str, Any]]], language: Language) -> list[str]:
    """Save those that are not there, and wait a little for their members; the keys of the new ones. Whatever a person changed stays."""
    address = f"/api/workspaces/{slug}/segments"
    known = {one["key"] for one in api.get(f"{address}?archived=true")["items"]}
    new = [key for key in segments if key not in known]
    for key in new:
        name, description, condition = segments[key]
        try:
            api.put(
                f"{address}/{key}",
                {"name": name.said(language), "description": description.said(language), "condition": condition, "base_version": 0},
            )
        except UemsError as error:
            if error.code != "segment_changed":  # somebody was faster
                raise
    until = time.monotonic() + WAIT_SECONDS
    while new and time.monotonic() < until and any(one["state"] == "building" for one in api.get(address)["items"]):
        time.sleep(0.2)
    return new
