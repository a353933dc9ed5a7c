"""How is money told to a reader? In whole units with the currency beside it, 4.30 and not 430; programs that ask for JSON get minor units.

In the data of a report whatever ends in ``minor`` is money, and so are the numbers of a measure called revenue and of a formula
whose unit is money.
"""

from collections.abc import Mapping
from typing import Any, Final

from uems.kernel.money import exponents, major_text

_OF_PEOPLE: Final = ("total", "average", "median", "p90", "maximum")
"""What a distribution says about the values of people, beside its bins."""


def in_major(data: Mapping[str, Any], spec: Mapping[str, Any], currency: str) -> dict[str, Any]:
    """The data of a report as it is shown: amounts as text in major units, their keys with the currency in place of minor."""
    if currency not in exponents():
        return dict(data)
    told = {key: value for key, value in data.items() if key != "other_revenue"}
    if spec.get("measure") == "revenue":
        told |= {key: _amount(data.get(key), currency) for key in _OF_PEOPLE if key in data}
        told["bins"] = [{**one, **{end: _amount(one[end], currency) for end in ("from", "to")}} for one in data.get("bins", [])]
    found: dict[str, Any] = _told(told, currency)
    if "other_revenue" in data:
        found["other_revenue"] = {own: _amount(minor, own) for own, minor in data["other_revenue"].items()}
    return found


def _told(value: Any, currency: str) -> Any:
    if isinstance(value, list):
        return [_told(one, currency) for one in value]
    if not isinstance(value, dict):
        return value
    if "lines" in value and (value.get("measure") == "revenue" or value.get("unit") == "money"):
        return {**value, "lines": [_line(one, currency) for one in value["lines"]]}
    return {_name(key, currency): _amount(one, currency) if _is_money(key) else _told(one, currency) for key, one in value.items()}


def _line(line: Mapping[str, Any], currency: str) -> dict[str, Any]:
    """A line of a trend of revenue."""
    return {**line, "values": [_amount(one, currency) for one in line["values"]], "total": _amount(line["total"], currency)}


def _is_money(key: str) -> bool:
    return key == "minor" or key.endswith("_minor")


def _name(key: str, currency: str) -> str:
    if not _is_money(key):
        return key
    return f"{key.removesuffix('minor').rstrip('_') or 'worth'} ({currency})"


def _amount(value: Any, currency: str) -> Any:
    plain = isinstance(value, int | float) and not isinstance(value, bool)
    return major_text(value, currency) if plain and currency in exponents() else value
