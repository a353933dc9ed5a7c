"""Does somebody need it now? Orders with fast shipping, and words about hurry."""

from typing import Final

import numpy as np

from uems.kernel.sql import Sql
from uems.profiles.tag_rules._motives import Config, MotiveRule, Sign, ask_words, motive, words_sign
from uems.profiles.tags.ask import Ask, Found
from uems.profiles.tags.columns import TagColumn
from uems.profiles.tags.model import Words
from uems.profiles.tags.registry import Standard

WORDS: Final = (
    "急", "尽快", "马上", "今天到", "明天到", "当天", "次日达", "加急", "什么时候发货", "催", "多久到",
    "urgent", "asap", "today", "tomorrow", "express", "same day", "next day", "in a hurry", "rush", "fast delivery", "how long",
)  # fmt: skip
FAST: Final = (
    "express",
    "same day",
    "same-day",
    "next day",
    "next-day",
    "overnight",
    "rush",
    "加急",
    "次日",
    "当日",
    "即时",
    "极速",
    "闪送",
)


class _Rule(MotiveRule):
    def ask(self, settings: Config, ask: Ask) -> None:
        ask = ask.of("orders")
        rows = ask.event_rows(ask.roles.events("purchase"), settings.days)
        shipping = ask.texts("shipping")
        fast = ask.bind(FAST, "Array(String)")
        quick = Sql("0")
        if shipping is not None:
            quick = Sql(f"countIf({rows} AND arrayExists(x -> multiSearchAnyCaseInsensitiveUTF8(x, {fast}), {shipping}))")
        known = Sql(f"countIf({rows} AND notEmpty({shipping}))") if shipping is not None else Sql("0")
        ask.number("fast", ask.events(), Sql(f"toFloat64({quick})"))
        ask.number("orders", ask.events(), Sql(f"toFloat64({known})"))
        ask_words(ask, WORDS, settings.days)

    def conclude(self, settings: Config, found: Found) -> TagColumn:
        shipped = Sign(
            weight=0.8,
            held=np.nan_to_num(found.number("fast")),
            cases=np.nan_to_num(found.number("orders")),
            zh="{cases} 单里 {held} 单选了加急配送",
            en="{held} of {cases} orders were shipped fast",
        )
        return motive(settings, found, [shipped, words_sign(found, 0.7, "着急", "hurry")])


ITEM = _Rule(
    key="urgent_need",
    label_zh="着急要用",
    label_en="Urgent need",
    text_zh="现在就要：加急配送的订单，和提到着急的搜索与留言。",
    text_en="Needs it now: orders shipped fast, and searches and messages about hurry.",
    family="psychological",
    Config=Config,
    sample=Config(),
    needs=("purchase",),
    uses=("shipping", "search", "query", "review", "complaint", "words"),
    standard=(
        Standard(
            key="urgent_need",
            label=Words(zh="着急要用", en="Urgent need"),
            description=Words(zh="动机分 0 到 1：着急要用才买。", en="Motive, 0 to 1: buys because it is urgent."),
        ),
    ),
)
