"""Which motive is the strongest? The highest of the motive scores, when it is high enough to speak of."""

from typing import Annotated, Final

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from uems.kernel.sql import Sql
from uems.profiles.conditions.facts import tag_text
from uems.profiles.tags.ask import Ask, Found
from uems.profiles.tags.columns import TagColumn, coded, said
from uems.profiles.tags.model import Words
from uems.profiles.tags.registry import Gives, RuleBase, Standard

MOTIVES: Final = {
    "deal_seeker": ("追求优惠", "Deal seeker"),
    "novelty_seeker": ("追求新鲜", "Novelty seeker"),
    "loyalist": ("忠于熟悉", "Loyalist"),
    "gift_giver": ("买来送礼", "Gift giver"),
    "urgent_need": ("着急要用", "Urgent need"),
}


class Config(BaseModel):
    """least: the score from which on a motive is spoken of."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    least: Annotated[float, Field(gt=0, le=1)] = 0.3


class _Rule(RuleBase):
    def gives(self, settings: Config) -> Gives:
        return Gives.one_of(MOTIVES)

    def ask(self, settings: Config, ask: Ask) -> None:
        for motive in MOTIVES:
            source, told = tag_text(motive, ask.asking)
            text: Sql = told
            ask.number(motive, source, Sql(f"JSONExtract(ifNull({text}, ''), 'Nullable(Float64)')"))

    def conclude(self, settings: Config, found: Found) -> TagColumn:
        scores = np.stack([np.nan_to_num(found.number(motive), nan=-1.0) for motive in MOTIVES])
        best = scores.max(axis=0)
        codes = np.where(best >= settings.least, scores.argmax(axis=0), -1)
        evidence = said(
            {"zh": "得分 {score}，高于其他动机。", "en": "Scores {score}, above the other motives."}, {"score": best}, codes >= 0
        )
        return TagColumn(values=coded(codes, list(MOTIVES)), evidence=evidence)


ITEM = _Rule(
    key="main_motive",
    label_zh="主要动机",
    label_en="Main motive",
    text_zh="五种动机分中最高的一种，低于门槛则不下结论。",
    text_en="The highest of the five motive scores, if it is high enough.",
    family="psychological",
    Config=Config,
    sample=Config(),
    tags=tuple(MOTIVES),
    standard=(
        Standard(
            key="main_motive",
            label=Words(zh="主要动机", en="Main motive"),
            description=Words(zh="得分最高且不低于 0.3 的动机。", en="The motive with the highest score, from 0.3 on."),
        ),
    ),
)
