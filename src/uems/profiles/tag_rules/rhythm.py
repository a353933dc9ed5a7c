"""In which rhythm does somebody buy, and is it time again? The median of days between orders, and how long it has been."""

from typing import Annotated, Final, Literal, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

from uems.kernel.sql import Sql
from uems.profiles.tags.ask import Ask, Found, day_text, step
from uems.profiles.tags.columns import TagColumn, coded, numbers, said
from uems.profiles.tags.model import Words
from uems.profiles.tags.registry import Gives, RuleBase, Standard

DUE: Final = {
    "not_due": ("未到时候", "Not yet"),
    "due": ("该买了", "Due"),
    "overdue": ("逾期未买", "Overdue"),
    "lapsed": ("节奏中断", "Rhythm broken"),
}
Times = Annotated[float, Field(gt=0, le=100)]


class Config(BaseModel):
    """due, overdue, lapsed: from how many times the usual pause on. least: days with an order below which nothing is said."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    part: Literal["days", "due"] = "days"
    days: Annotated[int, Field(ge=1, le=3650)] = 730
    least: Annotated[int, Field(ge=2, le=100)] = 3
    due: Times = 0.8
    overdue: Times = 1.3
    lapsed: Times = 2.5

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.due < self.overdue < self.lapsed:
            raise ValueError("due must be below overdue, and that below lapsed")
        return self


class _Rule(RuleBase):
    def gives(self, settings: Config) -> Gives:
        return Gives.one_of(DUE) if settings.part == "due" else Gives(value_type="number", unit="days")

    def ask(self, settings: Config, ask: Ask) -> None:
        source, rows = ask.days(), ask.day_rows(ask.roles.events("purchase"), settings.days)
        days = Sql(f"arraySort(groupUniqArrayIf({ask.day_column(Sql('toInt32(day)'))}, {rows}))")
        gaps = Sql(f"arrayPopFront(arrayDifference({days}))")
        ask.number("orders", source, Sql(f"toFloat64(length({days}))"))
        ask.number("last", source, Sql(f"toFloat64({days}[-1])"))
        enough = Sql(f"length({days}) >= {int(settings.least)}")
        ask.number("median", source, Sql(f"if({enough}, arrayReduce('quantileExactInclusive(0.5)', {gaps}), NULL)"))

    def conclude(self, settings: Config, found: Found) -> TagColumn:
        median = found.number("median")
        last = np.where(np.isfinite(median), found.number("last"), np.nan)
        if settings.part == "due":
            times = (found.today - last) / median
            values = coded(step(times, (settings.due, settings.overdue, settings.lapsed)), list(DUE))
        else:
            values = numbers(median, 1)
        words = {
            "zh": "通常每 {median} 天买一次，最近一次在 {last}。",
            "en": "Usually buys every {median} days, the last time on {last}.",
        }
        return TagColumn(values=values, evidence=said(words, {"median": median, "last": day_text(last)}, np.isfinite(median)))


ITEM = _Rule(
    key="rhythm",
    label_zh="购买节奏",
    label_en="Basket rhythm",
    text_zh="两次购买之间天数的中位数，以及按这个节奏现在是否该买了。",
    text_en="The median of days between orders, and whether by that rhythm it is time to buy again.",
    family="behaviour",
    Config=Config,
    sample=Config(),
    needs=("purchase",),
    standard=(
        Standard(
            key="order_rhythm",
            label=Words(zh="购买周期（天）", en="Days between orders"),
            description=Words(zh="两次购买之间天数的中位数，至少三个下单日。", en="The median of days between orders, of three at least."),
        ),
        Standard(
            key="purchase_due",
            label=Words(zh="复购时机", en="Time to buy again"),
            description=Words(zh="距上次购买的天数与其购买周期相比。", en="The days since the last order against their usual pause."),
            settings={"part": "due"},
        ),
    ),
)
