"""How probably is somebody about to leave? A rule of thumb until a model is better: how long they are away, by their own measure.

Somebody who comes every week and is away for a month worries more than somebody who comes once a quarter. The pause now is held
against the usual pause between their days here; the score is pause / (pause + 2 usual pauses), which is 1/3 at the usual pause.
"""

from typing import Annotated

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from uems.kernel.sql import Sql
from uems.profiles.tags.ask import Ask, Found, day_text
from uems.profiles.tags.columns import TagColumn, numbers, said
from uems.profiles.tags.model import Words
from uems.profiles.tags.registry import Gives, RuleBase, Standard


class Config(BaseModel):
    """usual: the pause, in days, of whom too little is known. least: the shortest pause that counts as usual."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    days: Annotated[int, Field(ge=1, le=3650)] = 365
    usual: Annotated[float, Field(gt=0, le=3650)] = 30
    least: Annotated[float, Field(gt=0, le=365)] = 7


class _Rule(RuleBase):
    def gives(self, settings: Config) -> Gives:
        return Gives(value_type="number")

    def ask(self, settings: Config, ask: Ask) -> None:
        source, rows, active = ask.days(), ask.day_rows(None, settings.days), ask.active_rows()
        day = ask.day_column(Sql("toInt32(day)"))
        here = Sql(f"({rows} AND {active})")
        ask.number("first", source, Sql(f"minOrNullIf({day}, {here})"))
        ask.number("last", source, Sql(f"maxOrNullIf({day}, {here})"))
        ask.number("here", source, Sql(f"toFloat64(uniqExactIf({day}, {here}))"))

    def conclude(self, settings: Config, found: Found) -> TagColumn:
        first, last, here = found.number("first"), found.number("last"), found.number("here")
        # With a single day nothing is known of their pauses; two say little, so the usual pause counts as one more.
        usual = np.maximum((last - first + settings.usual) / np.maximum(here, 1), settings.least)
        pause = np.maximum(found.today - last, 0)
        score = pause / (pause + 2 * usual)
        words = {
            "zh": "最近一次活动在 {last}，通常每 {usual} 天来一次。",
            "en": "Last here on {last}; usually comes every {usual} days.",
        }
        known = np.isfinite(score)
        return TagColumn(values=numbers(score, 2), evidence=said(words, {"last": day_text(last), "usual": np.round(usual, 1)}, known))


ITEM = _Rule(
    key="churn_risk",
    label_zh="流失风险（规则）",
    label_en="Risk of leaving (rule)",
    text_zh="以用户自己平时的间隔为尺度，看现在离开了多久；0 到 1。",
    text_en="How long they are away, measured by their own usual pause; 0 to 1.",
    family="behaviour",
    Config=Config,
    sample=Config(),
    uses=("sent",),
    standard=(
        Standard(
            key="churn_risk",
            label=Words(zh="流失风险", en="Risk of leaving"),
            description=Words(
                zh="0 到 1，越高越可能流失；有更好的模型之前按规则计算。",
                en="0 to 1, higher is more likely to leave; by rule until a model is better.",
            ),
            model=True,
        ),
    ),
)
