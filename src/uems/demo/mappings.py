"""What do the grocer's columns mean? Mappings such as any user writes, in the form in which they are sent to the API."""

from typing import Any


def _field(name: str, column: str | None = None, type_: str = "auto", **more: str) -> dict[str, str]:
    return {"name": name, "column": column or name, "type": type_, **more}


_ORDERS: dict[str, Any] = {
    "event": {"constant": "Order Completed"},
    "user_id": "household_id",
    "time": {"column": "bought_at"},
    "message_id": {"columns": ["basket_id"]},
    "revenue": {"column": "sales_value", "aggregate": "sum"},
    "currency": {"constant": "USD"},
    "group": {
        "key": ["basket_id"],
        "items": "products",
        "fields": [
            _field("product_id", type_="string"),
            _field("category"),
            _field("brand"),
            _field("quantity", type_="integer"),
            _field("price", type_="number"),
        ],
    },
    "properties": [
        _field("order_id", "basket_id", "string"),
        _field("store_id", type_="string"),
        _field("discount", type_="number", aggregate="sum"),
    ],
}

_REDEMPTIONS: dict[str, Any] = {
    "event": {"constant": "Coupon Redeemed"},
    "user_id": "household_id",
    "time": {"column": "redeemed_on"},
    "message_id": {"columns": ["redemption_id"]},
    "properties": [_field("coupon_id", "coupon_upc", "string"), _field("campaign_id", type_="string")],
}

_MAILINGS: dict[str, Any] = {
    "event": {"constant": "Campaign Sent"},
    "user_id": "household_id",
    "time": {"column": "sent_on"},
    "message_id": {"columns": ["campaign_id", "household_id"]},
    "properties": [_field("campaign_id", type_="string"), _field("campaign_type"), _field("ends_on")],
}

_DEMOGRAPHICS: dict[str, Any] = {
    "type": "identify",
    "user_id": "household_id",
    "time": {"constant": "2017-01-01"},
    "message_id": {"columns": ["household_id"]},
    "properties": [
        _field(name) for name in ("age", "income", "home_ownership", "marital_status", "household_size", "household_comp", "kids_count")
    ],
}

MAPPINGS: dict[str, dict[str, Any]] = {
    "demographics": _DEMOGRAPHICS,
    "mailings": _MAILINGS,
    "redemptions": _REDEMPTIONS,
    "orders": _ORDERS,
}
"""By the name of the file; in the order in which they are loaded."""
