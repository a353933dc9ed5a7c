"""Does somebody come for the bargain? Discounted orders, and words about prices and discounts."""

from typing import Final

import numpy as np

from uems.profiles.tag_rules._motives import Config, MotiveRule, Sign, ask_words, motive, words_sign
from uems.profiles.tag_rules.coupon_sensitivity import ask_discounts
from uems.profiles.tags.ask import Ask, Found
from uems.profiles.tags.columns import TagColumn
from uems.profiles.tags.model import Words
from uems.profiles.tags.registry import Standard

WORDS: Final = (
    "优惠", "折扣", "打折", "便宜", "特价", "满减", "秒杀", "性价比", "划算", "降价", "促销", "省钱", "券",
    "discount", "cheap", "deal", "sale", "coupon", "promo", "bargain", "clearance", "value for money",
)  # fmt: skip


class _Rule(MotiveRule):
    def ask(self, settings: Config, ask: Ask) -> None:
        ask_discounts(ask, settings.days, 0.1)
        ask_words(ask, WORDS, settings.days)

    def conclude(self, settings: Config, found: Found) -> TagColumn:
        bought = Sign(
            weight=0.8,
            held=np.nan_to_num(found.number("discounted")),
            cases=np.nan_to_num(found.number("orders")),
            zh="{cases} 单里 {held} 单有优惠",
            en="{held} of {cases} orders were discounted",
        )
        return motive(settings, found, [bought, words_sign(found, 0.6, "优惠", "bargains")])


ITEM = _Rule(
    key="deal_seeker",
    label_zh="追求优惠",
    label_en="Deal seeker",
    text_zh="为优惠而来：有优惠的订单，和提到价格、折扣的搜索与留言。",
    text_en="Comes for the bargain: discounted orders, and searches and messages about prices.",
    family="psychological",
    Config=Config,
    sample=Config(),
    needs=("purchase",),
    uses=("coupon", "coupon_code", "discount", "search", "query", "review", "complaint", "words"),
    standard=(
        Standard(
            key="deal_seeker",
            label=Words(zh="追求优惠", en="Deal seeker"),
            description=Words(zh="动机分 0 到 1：为优惠而买。", en="Motive, 0 to 1: buys for the bargain."),
        ),
    ),
)
