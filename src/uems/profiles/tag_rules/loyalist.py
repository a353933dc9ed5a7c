"""Does somebody stay with what they trust? Products bought again, one brand above all, and words of attachment."""

from typing import Final

import numpy as np

from uems.profiles.tag_rules._motives import Config, MotiveRule, Sign, ask_words, motive, words_sign
from uems.profiles.tag_rules._repeats import ask_repeats, new_of
from uems.profiles.tag_rules.loyalty import ask_brand
from uems.profiles.tags.ask import Ask, Found
from uems.profiles.tags.columns import TagColumn
from uems.profiles.tags.model import Words
from uems.profiles.tags.registry import Standard

WORDS: Final = (
    "回购", "一直买", "老顾客", "老客户", "一如既往", "又来", "无限回购", "信赖", "还是这家", "囤货",
    "always buy", "buy again", "back again", "repurchase", "loyal", "favourite", "favorite", "trust", "as always", "stock up",
)  # fmt: skip


class _Rule(MotiveRule):
    def ask(self, settings: Config, ask: Ask) -> None:
        ask_repeats(ask, "product", settings.days)
        ask_brand(ask, settings.days)
        ask_words(ask, WORDS, settings.days)

    def conclude(self, settings: Config, found: Found) -> TagColumn:
        new, bought = new_of(found)
        lines, whole = np.nan_to_num(found.number("lines")), np.nan_to_num(found.number("whole"))
        share = np.nan_to_num(found.number("most")) / np.where(whole > 0, whole, 1)
        signs = [
            Sign(
                weight=0.6,
                held=bought - new,
                cases=bought,
                zh="首单之后 {cases} 次购买里 {held} 次是重复购买",
                en="{held} of {cases} products bought after the first order were bought again",
            ),
            Sign(
                weight=0.5,
                # The part of a single brand is large by itself; only what is above one half speaks for loyalty.
                held=np.maximum(2 * share - 1, 0) * lines,
                cases=lines,
                zh="{cases} 件里花费集中于一个品牌，相当于 {held} 件",
                en="of {cases} things the spending on one brand stands out like {held}",
            ),
            words_sign(found, 0.5, "回购", "coming back"),
        ]
        return motive(settings, found, signs)


ITEM = _Rule(
    key="loyalist",
    label_zh="忠于熟悉",
    label_en="Loyalist",
    text_zh="信任熟悉的：重复购买的商品，集中的品牌，和提到回购的留言。",
    text_en="Stays with what they trust: products bought again, one brand above all, and words of coming back.",
    family="psychological",
    Config=Config,
    sample=Config(),
    needs=("purchase",),
    uses=("items", "product", "brand", "price", "quantity", "search", "query", "review", "complaint", "words"),
    standard=(
        Standard(
            key="loyalist",
            label=Words(zh="忠于熟悉", en="Loyalist"),
            description=Words(zh="动机分 0 到 1：因信任而买。", en="Motive, 0 to 1: buys what they trust."),
        ),
    ),
)
