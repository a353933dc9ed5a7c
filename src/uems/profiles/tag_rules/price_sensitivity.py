"""Does somebody go for the cheap ones? How much of what they buy costs less than is usual for its category.

The usual price of a category is the median over all lines bought in it. The full pass measures it; it holds until the next.
"""

from typing import Annotated, Final

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from uems.identity import api as identity
from uems.kernel.sql import Sql
from uems.profiles.tags.ask import Ask, Found
from uems.profiles.tags.columns import TagColumn, numbers, said
from uems.profiles.tags.model import Words
from uems.profiles.tags.registry import Gives, RuleBase, Standard

_CATEGORIES: Final = 2_000
_ENOUGH: Final = 10
_PRIOR: Final = 2.0
"""As if everybody had bought so many lines more, half of them cheap: a few lines do not make an extreme."""


class Config(BaseModel):
    """least: lines below which nothing is said."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    days: Annotated[int, Field(ge=1, le=3650)] = 365
    least: Annotated[int, Field(ge=1, le=1000)] = 3


class _Rule(RuleBase):
    def gives(self, settings: Config) -> Gives:
        return Gives(value_type="number")

    def ask(self, settings: Config, ask: Ask) -> None:
        usual = ask.cuts.keyed(f"{ask.key}/", self._measured(settings, ask) if ask.cuts.measuring else None)
        names, prices = ask.bind(list(usual), "Array(String)"), ask.bind(list(usual.values()), "Array(Float64)")
        ask = ask.of("orders")
        source = ask.events()
        lines = ask.lines()
        category: Sql = lines.category
        rows = ask.event_rows(ask.roles.events("purchase"), settings.days)
        medians = ask.event_column(Sql(f"arrayMap(c -> transform(c, {names}, {prices}, nan), {category})"))
        ask.number("lines", source, Sql(f"sumIf({_count(Sql('isFinite(p) AND isFinite(m)'), lines.price, medians)}, {rows})"))
        ask.number("below", source, Sql(f"sumIf({_count(Sql('p < m'), lines.price, medians)}, {rows})"))
        ask.number("equal", source, Sql(f"sumIf({_count(Sql('p = m'), lines.price, medians)}, {rows})"))

    def conclude(self, settings: Config, found: Found) -> TagColumn:
        lines, below = np.nan_to_num(found.number("lines")), np.nan_to_num(found.number("below"))
        cheap = below + np.nan_to_num(found.number("equal")) / 2
        enough = lines >= settings.least
        score = np.where(enough, (cheap + _PRIOR / 2) / (lines + _PRIOR), np.nan)
        words = {
            "zh": "买过的 {lines} 件里，{below} 件低于同类商品的中位价。",
            "en": "{below} of {lines} things they bought cost less than is usual for their kind.",
        }
        confidence = (lines / (lines + 5)).round(2).astype(np.float32)
        return TagColumn(
            values=numbers(score, 2),
            confidence=np.where(enough, confidence, 1).astype(np.float32),
            evidence=said(words, {"lines": lines, "below": below}, enough),
        )

    def _measured(self, settings: Config, ask: Ask) -> dict[str, float]:
        """category → the median price of what everybody bought in it."""
        lines = ask.line_expressions()
        category: Sql = lines.category
        price: Sql = lines.price
        asking = ask.asking
        where = ask.rows_condition(ask.roles.events("purchase"), settings.days)
        pairs = Sql(f"arrayJoin(arrayZip({category}, {price}))")
        rows = identity.rows_of_people(asking.house.store, asking.scope, Sql("events"), {"pair": pairs}, where)
        query = Sql(
            f"SELECT pair.1 AS category, quantileExactInclusive(0.5)(pair.2) AS usual FROM {rows} WHERE isFinite(pair.2)"
            f" GROUP BY category HAVING count() >= {_ENOUGH} ORDER BY count() DESC, category LIMIT {_CATEGORIES}"
        )
        found = asking.house.warehouse.query(query, asking.values_of(query))
        return dict(zip(found.column("category").to_pylist(), found.column("usual").to_pylist(), strict=True))


def _count(test: Sql, prices: Sql, medians: Sql) -> Sql:
    return Sql(f"toFloat64(arrayCount((p, m) -> {test}, {prices}, {medians}))")


ITEM = _Rule(
    key="price_sensitivity",
    label_zh="价格敏感度",
    label_en="Price sensitivity",
    text_zh="买过的商品里，单价低于同类中位价的比例；0 到 1，越高越在意价格。",
    text_en="The share of what they buy that costs less than the median of its category; 0 to 1, higher minds prices more.",
    family="behaviour",
    Config=Config,
    sample=Config(),
    needs=("purchase", "price"),
    uses=("items", "category"),
    standard=(
        Standard(
            key="price_sensitivity",
            label=Words(zh="价格敏感度", en="Price sensitivity"),
            description=Words(
                zh="一年内买过的商品里，单价低于同类中位价的比例。",
                en="The share of a year's purchases below the usual price of their kind.",
            ),
        ),
    ),
)
