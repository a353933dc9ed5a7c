"""Does somebody try new things? The share of what they bought after their first order that they had never bought before."""

from typing import Annotated, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from uems.profiles.tag_rules._repeats import ask_repeats, new_of
from uems.profiles.tags.ask import Ask, Found
from uems.profiles.tags.columns import TagColumn, numbers, said
from uems.profiles.tags.model import Words
from uems.profiles.tags.registry import Gives, RuleBase, Standard


class Config(BaseModel):
    """least: things bought after the first order below which nothing is said."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    of: Literal["product", "category"] = "product"
    days: Annotated[int, Field(ge=1, le=3650)] = 365
    least: Annotated[int, Field(ge=1, le=1000)] = 3


class _Rule(RuleBase):
    def gives(self, settings: Config) -> Gives:
        return Gives(value_type="number")

    def needed(self, settings: Config) -> tuple[str, ...]:
        return ("purchase", settings.of)

    def ask(self, settings: Config, ask: Ask) -> None:
        ask_repeats(ask, settings.of, settings.days)

    def conclude(self, settings: Config, found: Found) -> TagColumn:
        new, bought = new_of(found)
        enough = bought >= settings.least
        kind = {"product": ("商品", "products"), "category": ("品类", "categories")}[settings.of]
        words = {
            "zh": f"首单之后买过 {{bought}} 次{kind[0]}，其中 {{new}} 次是第一次买。",
            "en": f"After the first order {{new}} of {{bought}} {kind[1]} bought were new to them.",
        }
        return TagColumn(
            values=numbers(np.where(enough, new / np.maximum(bought, 1), np.nan), 2),
            confidence=np.where(enough, (bought / (bought + 5)).round(2), 1).astype(np.float32),
            evidence=said(words, {"bought": bought, "new": new}, enough),
        )


ITEM = _Rule(
    key="exploration",
    label_zh="尝新度",
    label_en="Exploration",
    text_zh="首单之后，第一次买的商品（或品类）所占的比例；0 到 1。",
    text_en="After the first order: the share of products, or categories, that they bought for the first time; 0 to 1.",
    family="behaviour",
    Config=Config,
    sample=Config(),
    needs=("purchase",),
    uses=("items",),
    standard=(
        Standard(
            key="product_exploration",
            label=Words(zh="商品尝新度", en="Product exploration"),
            description=Words(zh="一年内首单之后，新商品所占的比例。", en="The share of new products after the first order of a year."),
        ),
        Standard(
            key="category_exploration",
            label=Words(zh="品类尝新度", en="Category exploration"),
            description=Words(zh="一年内首单之后，新品类所占的比例。", en="The share of new categories after the first order of a year."),
            settings={"of": "category"},
        ),
    ),
)
