"""How much of what somebody buys is new to them? Shared by the rules on exploration and loyalty.

Their first order is where they start from: new is what appears after it for the first time, repeated what they had before.
"""

from typing import Literal

import numpy as np

from uems.kernel.sql import Sql
from uems.profiles.tags.ask import ORDER, Ask, Found, Lines
from uems.profiles.tags.columns import Floats


def ask_repeats(ask: Ask, of: Literal["product", "category"], days: int, name: str = "") -> None:
    """Ask how many different things they bought, how many a time, and how many in their first order. ``name`` tells two apart."""
    ask = ask.of("orders")
    source, rows = ask.events(), ask.event_rows(ask.roles.events("purchase"), days)
    lines: Lines = ask.lines()
    line: Sql = lines.product if of == "product" else lines.category
    things = ask.event_column(Sql(f"arrayDistinct(arrayFilter(x -> x != '', {line}))"))
    order = ask.event_column(ORDER)
    ask.number(f"{name}different", source, Sql(f"toFloat64(uniqExactArrayIf({things}, {rows}))"))
    ask.number(f"{name}bought", source, Sql(f"toFloat64(sumIf(length({things}), {rows}))"))
    ask.number(f"{name}first", source, Sql(f"toFloat64(argMinIf(length({things}), {order}, {rows} AND notEmpty({things})))"))


def new_of(found: Found, name: str = "") -> tuple[Floats, Floats]:
    """(how many things were new after the first order, how many they bought after it)."""
    first = np.nan_to_num(found.number(f"{name}first"))
    return np.nan_to_num(found.number(f"{name}different")) - first, np.nan_to_num(found.number(f"{name}bought")) - first
