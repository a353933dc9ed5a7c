"""Does somebody stay with what they know? The share of their money that one brand gets, and of things bought again."""

from typing import Annotated, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import BaseModel, ConfigDict, Field

from uems.kernel.sql import Sql
from uems.profiles.tag_rules._repeats import ask_repeats, new_of
from uems.profiles.tags.ask import Ask, Found, Lines
from uems.profiles.tags.columns import TagColumn, numbers, said
from uems.profiles.tags.model import Words
from uems.profiles.tags.registry import Gives, RuleBase, Standard


class Config(BaseModel):
    """least: lines bought below which nothing is said."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    part: Literal["brand", "repeat"] = "brand"
    days: Annotated[int, Field(ge=1, le=3650)] = 365
    least: Annotated[int, Field(ge=1, le=1000)] = 3


def ask_brand(ask: Ask, days: int) -> None:
    """Ask for the brand that gets most of their money (without prices: most pieces), its part, the whole, and the lines with a brand."""
    ask = ask.of("orders")
    source, rows = ask.events(), ask.event_rows(ask.roles.events("purchase"), days)
    lines: Lines = ask.lines()
    weight: Sql = lines.amount if ask.roles.has("price") else lines.quantity
    named = ask.event_column(Sql(f"arrayFilter(b -> b != '', {lines.brand})"))
    weights = ask.event_column(Sql(f"arrayFilter((w, b) -> b != '', {weight}, {lines.brand})"))
    sums = Sql(f"sumMapIf({named}, {weights}, {rows})")
    ask.text("brand", source, Sql(f"arraySort((k, v) -> (-round(v, 6), k), ({sums}).1, ({sums}).2)[1]"))
    ask.number("most", source, Sql(f"arrayMax(({sums}).2)"))
    ask.number("whole", source, Sql(f"arraySum(({sums}).2)"))
    ask.number("lines", source, Sql(f"toFloat64(sumIf(length({named}), {rows}))"))


class _Rule(RuleBase):
    def gives(self, settings: Config) -> Gives:
        return Gives(value_type="number")

    def needed(self, settings: Config) -> tuple[str, ...]:
        return ("purchase", "brand" if settings.part == "brand" else "product")

    def ask(self, settings: Config, ask: Ask) -> None:
        if settings.part == "brand":
            ask_brand(ask, settings.days)
        else:
            ask_repeats(ask, "product", settings.days)

    def conclude(self, settings: Config, found: Found) -> TagColumn:
        return self._brand(settings, found) if settings.part == "brand" else self._repeat(settings, found)

    def _brand(self, settings: Config, found: Found) -> TagColumn:
        lines, whole = np.nan_to_num(found.number("lines")), np.nan_to_num(found.number("whole"))
        enough = (lines >= settings.least) & (whole > 0)
        share = np.where(enough, np.nan_to_num(found.number("most")) / np.where(whole > 0, whole, 1), np.nan)
        words = {"zh": "花费的 {percent}% 在“{brand}”上。", "en": "{percent}% of what they spent went to “{brand}”."}
        brand = pc.if_else(pa.array(enough), pc.fill_null(found.text("brand"), ""), "")
        return TagColumn(
            values=numbers(share, 2),
            confidence=np.where(enough, (lines / (lines + 5)).round(2), 1).astype(np.float32),
            evidence=said(words, {"percent": np.round(share * 100), "brand": brand}, enough),
        )

    def _repeat(self, settings: Config, found: Found) -> TagColumn:
        new, bought = new_of(found)
        enough = bought >= settings.least
        words = {
            "zh": "首单之后买过 {bought} 次商品，其中 {again} 次是以前买过的。",
            "en": "After the first order {again} of {bought} products bought were ones they had bought before.",
        }
        return TagColumn(
            values=numbers(np.where(enough, 1 - new / np.maximum(bought, 1), np.nan), 2),
            confidence=np.where(enough, (bought / (bought + 5)).round(2), 1).astype(np.float32),
            evidence=said(words, {"bought": bought, "again": bought - new}, enough),
        )


ITEM = _Rule(
    key="loyalty",
    label_zh="忠诚度",
    label_en="Loyalty",
    text_zh="花费集中在一个品牌上的比例，或重复购买同样商品的比例；0 到 1。",
    text_en="The share of their spending that one brand gets, or of products bought again; 0 to 1.",
    family="behaviour",
    Config=Config,
    sample=Config(),
    needs=("purchase",),
    uses=("items", "price", "quantity"),
    standard=(
        Standard(
            key="brand_loyalty",
            label=Words(zh="品牌忠诚度", en="Brand loyalty"),
            description=Words(zh="一年内花费最集中的品牌所占的比例。", en="The share of a year's spending that one brand gets."),
        ),
        Standard(
            key="repeat_share",
            label=Words(zh="重复购买率", en="Share bought again"),
            description=Words(
                zh="一年内首单之后，重复购买的商品所占的比例。", en="After the first order of a year: the share of products bought again."
            ),
            settings={"part": "repeat"},
        ),
    ),
)
