"""Why does somebody buy? What all motives share: signs in what people do and in their own words, joined to one score.

Each sign is a share, drawn towards 0 as if there had been two more cases without it. The score says how surely at least one
sign stands for the motive: 1 - (1 - weight * sign) * ... Signs of which a stream knows nothing count nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import BaseModel, ConfigDict, Field

from uems.kernel.sql import Sql
from uems.profiles.tags.ask import Ask, Found
from uems.profiles.tags.columns import Floats, TagColumn, numbers, said, sentence
from uems.profiles.tags.registry import Gives, RuleBase

_PRIOR: Final = 2.0
_ENOUGH: Final = 3.0


class Config(BaseModel):
    """least: cases of all signs together below which nothing is said."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    days: Annotated[int, Field(ge=1, le=3650)] = 365
    least: Annotated[int, Field(ge=1, le=1000)] = int(_ENOUGH)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """What stands for a motive. held, cases: how many of how many, shape (n,). zh, en: in words, with ``{held}`` and ``{cases}``."""

    weight: float
    held: Floats
    cases: Floats
    zh: str
    en: str


def ask_words(ask: Ask, words: Sequence[str], days: int) -> None:
    """Ask in how many searches, reviews and complaints some of the words are."""
    ask = ask.of("said")
    source = ask.events()
    texts = [one for role in ("query", "words") if (one := ask.texts(role)) is not None]
    events = ask.roles.events("search", "review", "complaint")
    if not texts or not events:
        ask.number("said", source, Sql("0."))
        ask.number("meant", source, Sql("0."))
        return
    rows = ask.event_rows(events, days)
    whole = texts[0] if len(texts) == 1 else ask.event_column(Sql(f"arrayConcat({texts[0]}, {texts[1]})"))
    wanted = ask.bind([word.lower() for word in words], "Array(String)")
    meant = ask.event_column(Sql(f"arrayExists(x -> multiSearchAnyCaseInsensitiveUTF8(x, {wanted}), {whole})"))
    ask.number("said", source, Sql(f"toFloat64(countIf({rows} AND notEmpty({whole})))"))
    ask.number("meant", source, Sql(f"toFloat64(countIf({rows} AND {meant}))"))


def words_sign(found: Found, weight: float, zh: str, en: str) -> Sign:
    """The sign in their own words; zh, en: what they speak of."""
    return Sign(
        weight=weight,
        held=np.nan_to_num(found.number("meant")),
        cases=np.nan_to_num(found.number("said")),
        zh=f"{{cases}} 次搜索和留言里 {{held}} 次提到{zh}",
        en=f"{{held}} of {{cases}} searches and messages speak of {en}",
    )


def motive(settings: Config, found: Found, signs: Sequence[Sign]) -> TagColumn:
    """The score, with every sign that has any case as evidence."""
    cases = np.sum([sign.cases for sign in signs], axis=0)
    missing = np.ones(found.size)
    for sign in signs:
        missing = missing * (1 - sign.weight * sign.held / (sign.cases + _PRIOR))
    enough = cases >= settings.least
    facts = {}
    templates = {"zh": "", "en": ""}
    for n, sign in enumerate(signs):
        for language, template in (("zh", sign.zh), ("en", sign.en)):
            text = sentence(template + ("。" if language == "zh" else ". "), {"held": sign.held, "cases": sign.cases})
            facts[f"{language}{n}"] = pc.if_else(pa.array(sign.cases > 0), text, "")
            templates[language] += f"{{{language}{n}}}"
    return TagColumn(
        values=numbers(np.where(enough, 1 - missing, np.nan), 2),
        confidence=np.where(enough, (cases / (cases + 5)).round(2), 1).astype(np.float32),
        evidence=said(templates, facts, enough),
    )


class MotiveRule(RuleBase):
    """A rule of the psychological family whose values are scores of 0 to 1."""

    def gives(self, settings: Config) -> Gives:
        return Gives(value_type="number")
