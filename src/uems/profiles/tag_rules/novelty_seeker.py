"""Does somebody want the new? Products and categories that they had never bought, and words about what is new."""

from typing import Final

from uems.profiles.tag_rules._motives import Config, MotiveRule, Sign, ask_words, motive, words_sign
from uems.profiles.tag_rules._repeats import ask_repeats, new_of
from uems.profiles.tags.ask import Ask, Found
from uems.profiles.tags.columns import TagColumn
from uems.profiles.tags.model import Words
from uems.profiles.tags.registry import Standard

WORDS: Final = (
    "新品", "上新", "新款", "首发", "限定", "联名", "尝鲜", "新口味", "种草", "试试",
    "new arrival", "latest", "newest", "limited", "launch", "just released", "try something",
)  # fmt: skip


class _Rule(MotiveRule):
    def ask(self, settings: Config, ask: Ask) -> None:
        ask_repeats(ask, "product", settings.days)
        ask_repeats(ask, "category", settings.days, "category_")
        ask_words(ask, WORDS, settings.days)

    def conclude(self, settings: Config, found: Found) -> TagColumn:
        new, bought = new_of(found)
        fresh, categories = new_of(found, "category_")
        signs = [
            Sign(
                weight=0.6,
                held=new,
                cases=bought,
                zh="首单之后 {cases} 次购买里 {held} 次是新商品",
                en="{held} of {cases} products bought after the first order were new to them",
            ),
            Sign(
                weight=0.5,
                held=fresh,
                cases=categories,
                zh="{cases} 次里 {held} 次是新品类",
                en="{held} of {cases} were of a new category",
            ),
            words_sign(found, 0.5, "新品", "what is new"),
        ]
        return motive(settings, found, signs)


ITEM = _Rule(
    key="novelty_seeker",
    label_zh="追求新鲜",
    label_en="Novelty seeker",
    text_zh="喜欢尝新：首单之后的新商品和新品类，和提到新品的搜索与留言。",
    text_en="Wants the new: products and categories new to them after the first order, and words about what is new.",
    family="psychological",
    Config=Config,
    sample=Config(),
    needs=("purchase",),
    uses=("items", "product", "category", "search", "query", "review", "complaint", "words"),
    standard=(
        Standard(
            key="novelty_seeker",
            label=Words(zh="追求新鲜", en="Novelty seeker"),
            description=Words(zh="动机分 0 到 1：为新鲜而买。", en="Motive, 0 to 1: buys what is new."),
        ),
    ),
)
