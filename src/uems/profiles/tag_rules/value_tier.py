"""Whose spending carries the business? Tiers by a year's net revenue, cut where the top shares of buyers begin."""

from typing import Annotated, Final, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

from uems.kernel.money import exponent
from uems.kernel.sql import Sql
from uems.profiles.tags.ask import Ask, Found, step
from uems.profiles.tags.columns import TagColumn, coded, said
from uems.profiles.tags.model import Words
from uems.profiles.tags.registry import Gives, RuleBase, Standard

TIERS: Final = {"low": ("低价值", "Low"), "middle": ("中价值", "Middle"), "high": ("高价值", "High"), "top": ("核心", "Top")}
Share = Annotated[float, Field(gt=0, lt=100)]


class Config(BaseModel):
    """top, high, middle: the upper so many percent of buyers by revenue, each within the next."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    days: Annotated[int, Field(ge=1, le=3650)] = 365
    top: Share = 3
    high: Share = 20
    middle: Share = 50

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.top < self.high < self.middle:
            raise ValueError("top must be below high, and that below middle")
        return self


class _Rule(RuleBase):
    def gives(self, settings: Config) -> Gives:
        return Gives.one_of(TIERS)

    def ask(self, settings: Config, ask: Ask) -> None:
        money = ask.day_rows(ask.roles.events("purchase", "refund"), settings.days)
        ask.number("revenue", ask.days(), Sql(f"sumOrNullIf({ask.own_revenue()}, {money})"))

    def conclude(self, settings: Config, found: Found) -> TagColumn:
        revenue = found.number("revenue")
        revenue = np.where(revenue > 0, revenue, np.nan)
        cuts = found.cut("revenue", (-settings.middle, -settings.high, -settings.top), revenue)
        codes = np.full(found.size, -1, np.int64) if cuts is None else step(revenue, cuts.tolist())
        major = np.round(revenue / 10 ** exponent(found.ask.asking.scope.currency), 2)
        words = {"zh": f"近 {settings.days} 天净消费 {{sum}}。", "en": f"Spent {{sum}} net in {settings.days} days."}
        return TagColumn(values=coded(codes, list(TIERS)), evidence=said(words, {"sum": major}, codes >= 0))


ITEM = _Rule(
    key="value_tier",
    label_zh="价值分层",
    label_en="Value tier",
    text_zh="按一段时间内的净消费额，在买家中分出核心、高、中、低四层。",
    text_en="By net spending within a time, buyers are top, high, middle or low.",
    family="behaviour",
    Config=Config,
    sample=Config(),
    needs=("purchase",),
    uses=("refund",),
    standard=(
        Standard(
            key="value_tier",
            label=Words(zh="价值分层", en="Value tier"),
            description=Words(
                zh="一年净消费额前 3% 为核心，前 20% 为高价值，前 50% 为中价值。",
                en="By a year's net spending: the top 3% of buyers, the next to 20%, to 50%, and the rest.",
            ),
        ),
    ),
)
