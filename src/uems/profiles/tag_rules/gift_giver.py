"""Does somebody buy for others? Orders marked as gifts, and words about presents and occasions."""

from typing import Final

import numpy as np

from uems.kernel.sql import Sql
from uems.profiles.tag_rules._motives import Config, MotiveRule, Sign, ask_words, motive, words_sign
from uems.profiles.tags.ask import Ask, Found
from uems.profiles.tags.columns import TagColumn
from uems.profiles.tags.model import Words
from uems.profiles.tags.registry import Standard

WORDS: Final = (
    "礼物", "送礼", "送人", "礼盒", "生日", "送朋友", "送妈妈", "送女友", "送男友", "送长辈", "情人节", "母亲节", "父亲节", "节日",
    "伴手礼", "gift", "present for", "birthday", "anniversary", "valentine", "mother's day", "father's day", "christmas", "wrap",
)  # fmt: skip
_NO: Final = ("", "false", "0", "no", "none", "否", "无")


class _Rule(MotiveRule):
    def ask(self, settings: Config, ask: Ask) -> None:
        ask = ask.of("orders")
        rows = ask.event_rows(ask.roles.events("purchase"), settings.days)
        marks = ask.texts("gift")
        no = ask.bind(_NO, "Array(String)")
        gift = Sql(f"countIf({rows} AND arrayExists(x -> lowerUTF8(x) NOT IN {no}, {marks}))") if marks is not None else Sql("0")
        known = Sql(f"countIf({rows})") if marks is not None else Sql("0")
        ask.number("gifts", ask.events(), Sql(f"toFloat64({gift})"))
        ask.number("orders", ask.events(), Sql(f"toFloat64({known})"))
        ask_words(ask, WORDS, settings.days)

    def conclude(self, settings: Config, found: Found) -> TagColumn:
        marked = Sign(
            weight=0.9,
            held=np.nan_to_num(found.number("gifts")),
            cases=np.nan_to_num(found.number("orders")),
            zh="{cases} 单里 {held} 单是礼物",
            en="{held} of {cases} orders were gifts",
        )
        return motive(settings, found, [marked, words_sign(found, 0.7, "送礼", "presents")])


ITEM = _Rule(
    key="gift_giver",
    label_zh="买来送礼",
    label_en="Gift giver",
    text_zh="买给别人：标为礼物的订单，和提到送礼、节日的搜索与留言。",
    text_en="Buys for others: orders marked as gifts, and searches and messages about presents and occasions.",
    family="psychological",
    Config=Config,
    sample=Config(),
    needs=("purchase",),
    uses=("gift", "search", "query", "review", "complaint", "words"),
    standard=(
        Standard(
            key="gift_giver",
            label=Words(zh="买来送礼", en="Gift giver"),
            description=Words(zh="动机分 0 到 1：为送礼而买。", en="Motive, 0 to 1: buys presents."),
        ),
    ),
)
