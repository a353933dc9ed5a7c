"""Does somebody buy because of a discount? How many of their orders had one, held against what is usual here.

An order is discounted when it names a coupon or when the discount is a noticeable part of its price. Where coupons are events
of their own, each counts for one order.
"""

from typing import Annotated, Final

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from uems.kernel.money import exponent
from uems.kernel.sql import Sql, join
from uems.profiles.tags.ask import Ask, Found
from uems.profiles.tags.columns import TagColumn, numbers, said
from uems.profiles.tags.model import Words
from uems.profiles.tags.registry import Gives, RuleBase, Standard

_PRIOR: Final = 3.0
"""As if everybody had so many orders more, discounted as often as all orders are."""


class Config(BaseModel):
    """noticeable: which part of the price before it a discount must be. least: orders below which nothing is said."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    days: Annotated[int, Field(ge=1, le=3650)] = 365
    noticeable: Annotated[float, Field(gt=0, lt=1)] = 0.1
    least: Annotated[int, Field(ge=1, le=1000)] = 2


def ask_discounts(ask: Ask, days: int, noticeable: float) -> None:
    """Ask for ``orders`` and ``discounted``: how many orders, and how many of them had a discount."""
    ask = ask.of("orders")
    source, bought = ask.events(), ask.roles.events("purchase")
    rows = ask.event_rows(bought, days)
    signs = []
    codes, discounts = ask.texts("coupon_code"), ask.numbers("discount")
    if codes is not None:
        signs.append(Sql(f"notEmpty({codes})"))
    if discounts is not None:
        unit = ask.bind(float(10 ** exponent(ask.asking.scope.currency)), "Float64")
        paid = ask.event_column(Sql(f"ifNull(revenue_minor, 0) / {unit}"))
        off = Sql(f"arraySum({discounts})")
        signs.append(Sql(f"({off} > 0 AND {off} >= {ask.bind(noticeable, 'Float64')} * ({paid} + {off}))"))
    marked = Sql(f"countIf({rows} AND ({join(Sql(' OR '), signs)}))") if signs else Sql("0")
    coupons = ask.roles.events("coupon")
    used = Sql(f"countIf({ask.event_rows(coupons, days)})") if coupons else Sql("0")
    ask.number("orders", source, Sql(f"toFloat64(countIf({rows}))"))
    ask.number("discounted", source, Sql(f"toFloat64(least(countIf({rows}), greatest({marked}, {used})))"))


class _Rule(RuleBase):
    def gives(self, settings: Config) -> Gives:
        return Gives(value_type="number")

    def ask(self, settings: Config, ask: Ask) -> None:
        ask_discounts(ask, settings.days, settings.noticeable)

    def conclude(self, settings: Config, found: Found) -> TagColumn:
        orders, discounted = np.nan_to_num(found.number("orders")), np.nan_to_num(found.number("discounted"))
        usual = self._usual(found, orders.sum(), discounted.sum())
        enough = orders >= settings.least
        score = np.where(enough, (discounted + _PRIOR * usual) / (orders + _PRIOR), np.nan)
        words = {"zh": "{orders} 单里 {discounted} 单有优惠。", "en": "{discounted} of {orders} orders were discounted."}
        confidence = np.where(enough, (orders / (orders + 5)).round(2), 1).astype(np.float32)
        evidence = said(words, {"orders": orders, "discounted": discounted}, enough)
        return TagColumn(values=numbers(score, 2), confidence=confidence, evidence=evidence)

    def _usual(self, found: Found, orders: float, discounted: float) -> float:
        """The share of all orders that are discounted; NaN before the first full pass, and then nobody has a score."""
        cuts = found.ask.cuts
        measured = {"usual": float(discounted / orders)} if cuts.measuring and orders else {}
        return cuts.keyed(f"{found.ask.key}/", measured if cuts.measuring else None).get("usual", float("nan"))


ITEM = _Rule(
    key="coupon_sensitivity",
    label_zh="优惠敏感度",
    label_en="Coupon sensitivity",
    text_zh="有优惠的订单占比，并参照全体的占比；0 到 1，越高越依赖优惠。",
    text_en="The share of discounted orders, held against everybody's; 0 to 1, higher depends more on discounts.",
    family="behaviour",
    Config=Config,
    sample=Config(),
    needs=("purchase",),
    uses=("coupon", "coupon_code", "discount"),
    standard=(
        Standard(
            key="coupon_sensitivity",
            label=Words(zh="优惠敏感度", en="Coupon sensitivity"),
            description=Words(zh="一年内有优惠的订单占比。", en="The share of a year's orders that were discounted."),
        ),
    ),
)
