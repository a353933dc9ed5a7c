"""How recently, how often and for how much does somebody buy, compared with all other buyers? RFM by quintiles.

Quintiles are measured by the full pass over everybody who bought within the days, and hold until the next. 5 is best. People
with the same value are in the same quintile, so that quintiles of a number that most people share are uneven.
"""

from typing import Annotated, Any, Final, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import BaseModel, ConfigDict, Field

from uems.kernel.sql import Sql
from uems.profiles.tags.ask import Ask, Found, day_text
from uems.profiles.tags.columns import Codes, Floats, TagColumn, coded, said
from uems.profiles.tags.model import Words
from uems.profiles.tags.registry import Gives, RuleBase, Standard

Part = Literal["recency", "frequency", "monetary", "cell", "group"]
_SHARES: Final = (20.0, 40.0, 60.0, 80.0)
_HIGH: Final = 4
GROUPS: Final = {
    "champions": ("重要价值", "Champions"),
    "key_keep": ("重要保持", "Cannot lose"),
    "key_grow": ("重要发展", "Big and new"),
    "key_win_back": ("重要挽留", "Big and gone"),
    "regular": ("一般价值", "Regulars"),
    "regular_keep": ("一般保持", "Regulars fading"),
    "regular_grow": ("一般发展", "New and small"),
    "regular_win_back": ("一般挽留", "Small and gone"),
}
"""By (monetary, frequency, recency) high or low: the eight groups that operations in China work by."""


class Config(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    part: Part = "cell"
    days: Annotated[int, Field(ge=1, le=3650)] = 365


class _Rule(RuleBase):
    def gives(self, settings: Config) -> Gives:
        if settings.part == "group":
            return Gives.one_of(GROUPS)
        return Gives(value_type="text") if settings.part == "cell" else Gives(value_type="number", allowed=(1, 2, 3, 4, 5))

    def ask(self, settings: Config, ask: Ask) -> None:
        source = ask.days()
        bought = ask.day_rows(ask.roles.events("purchase"), settings.days)
        money = ask.day_rows(ask.roles.events("purchase", "refund"), settings.days)
        day = ask.day_column(Sql("toInt32(day)"))
        ask.number("recency", source, Sql(f"maxOrNullIf({day}, {bought})"))
        ask.number("frequency", source, Sql(f"sumOrNullIf({ask.day_column(Sql('events'))}, {bought})"))
        ask.number("monetary", source, Sql(f"sumOrNullIf({ask.own_revenue()}, {money})"))

    def conclude(self, settings: Config, found: Found) -> TagColumn:
        buyers = np.isfinite(found.number("frequency"))
        parts: dict[str, Codes] = {}
        for name in ("recency", "frequency", "monetary") if settings.part in ("cell", "group") else (settings.part,):
            values = np.where(buyers, np.nan_to_num(found.number(name)), np.nan)
            cuts = found.cut(name, _SHARES, values)
            parts[name] = np.full(found.size, -1, np.int64) if cuts is None else _quintile(values, cuts)
        if settings.part == "cell":
            codes = _together(parts, lambda r, f, m: (r - 1) * 25 + (f - 1) * 5 + m - 1)
            names = [f"{r}{f}{m}" for r in range(1, 6) for f in range(1, 6) for m in range(1, 6)]
            values = coded(codes, names)
        elif settings.part == "group":
            codes = _together(parts, lambda r, f, m: 4 * (m < _HIGH) + 2 * (f < _HIGH) + (r < _HIGH))
            order = ["champions", "key_keep", "key_grow", "key_win_back", "regular", "regular_keep", "regular_grow", "regular_win_back"]
            values = coded(codes, order)
        else:
            codes = parts[settings.part]
            values = coded(codes, [0, 1, 2, 3, 4, 5])
        if settings.part not in ("cell", "group"):  # the cell says why for all of them
            return TagColumn(values=values)
        evidence = found.shared(("rfm", settings.days), lambda: self._evidence(settings, found))
        return TagColumn(values=values, evidence=pc.if_else(pa.array(codes >= 0), evidence, pa.scalar(None, pa.string())))

    def _evidence(self, settings: Config, found: Found) -> pa.Array:
        words = {
            "zh": f"近 {settings.days} 天 {{orders}} 单，最近一单在 {{last}}。",
            "en": f"{{orders}} orders in {settings.days} days, the latest on {{last}}.",
        }
        return said(words, {"orders": found.number("frequency"), "last": day_text(found.number("recency"))})


def _quintile(values: Floats, cuts: Floats) -> Codes:
    """1 to 5; whoever is at a cut is below it. -1 for NaN."""
    return np.where(np.isfinite(values), 1 + (values[:, None] > cuts[None, :]).sum(axis=1), -1)


def _together(parts: dict[str, Codes], code: Any) -> Codes:
    r, f, m = parts["recency"], parts["frequency"], parts["monetary"]
    return np.where((r > 0) & (f > 0) & (m > 0), code(r, f, m), -1)


def _standard(part: Part, label: tuple[str, str], text: tuple[str, str]) -> Standard:
    words = Words(zh=label[0], en=label[1]), Words(zh=text[0], en=text[1])
    return Standard(key=f"rfm_{part}", label=words[0], description=words[1], settings={"part": part})


ITEM = _Rule(
    key="rfm",
    label_zh="RFM",
    label_en="RFM",
    text_zh="在一段时间内买过的人当中，按最近购买、购买次数、购买金额各分五档，5 为最好。",
    text_en="Among those who bought within a time: quintiles of how recently, how often and for how much; 5 is best.",
    family="behaviour",
    Config=Config,
    sample=Config(),
    needs=("purchase",),
    uses=("refund",),
    standard=(
        _standard(
            "recency",
            ("RFM 最近购买", "RFM recency"),
            ("一年内最近一次购买的五分位，5 为最近。", "Quintile of the latest order within a year; 5 is the latest."),
        ),
        _standard(
            "frequency",
            ("RFM 购买次数", "RFM frequency"),
            ("一年内订单数的五分位，5 为最多。", "Quintile of the number of orders within a year; 5 is the most."),
        ),
        _standard(
            "monetary",
            ("RFM 购买金额", "RFM monetary"),
            ("一年内净消费额的五分位，5 为最高。", "Quintile of net spending within a year; 5 is the highest."),
        ),
        _standard(
            "cell",
            ("RFM 单元格", "RFM cell"),
            ("最近、次数、金额三个五分位连写，如 545。", "The three quintiles in a row, such as 545."),
        ),
        _standard(
            "group",
            ("RFM 客群", "RFM group"),
            ("按三项是否达到 4 档以上分成八类客群。", "Eight groups, by which of the three reach 4 or more."),
        ),
    ),
)
