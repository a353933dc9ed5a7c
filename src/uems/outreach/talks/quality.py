"""Is it a connection, or does it only look like one? Numbers of a group of talks, a score out of them, and warnings. Pure.

score = 100 × the weighted mean of: talks that people started (25), answers of either side with substance (25), benefit among benefit and
sales contacts (20), our answers that are no script (20), and how soon we answered first (10): 1 up to the office minutes that the settings
name, falling evenly to 0 at four times as many. What is not known is left out, and its weight shared among the rest.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final, Literal, TypeAlias

from uems.outreach.talks.model import Side
from uems.outreach.talks.substance import has_substance, repeated

Part: TypeAlias = Literal["started", "substance", "benefit", "own_words", "soon"]
WEIGHTS: Final[Mapping[Part, int]] = {"started": 25, "substance": 25, "benefit": 20, "own_words": 20, "soon": 10}
Warning_: TypeAlias = Literal["no_talks", "few_started", "sales_first", "thin", "scripted", "slow"]
ENOUGH_CONTACTS: Final = 20
ENOUGH_ANSWERS: Final = 10
FEW_STARTED: Final = 0.02
"""Talks that people started, of the contacts that they had from us."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """A conversation that began in the month. answer_seconds: office seconds to our first answer; None for none yet."""

    conversation_id: int
    started_by: Side
    answer_seconds: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """Something said in the month. answers: whether the other side spoke before it."""

    conversation_id: int
    by: Side
    text: str
    answers: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """Of a group in a month. Counts, what follows of them (None where there is nothing to divide by), score 0 to 100, and warnings.

    median_answer_seconds: office seconds.
    """

    talks: int
    started_by_them: int
    answers: int
    with_substance: int
    our_answers: int
    scripted: int
    benefit: int
    sales: int
    median_answer_seconds: float | None
    parts: Mapping[Part, float | None]
    score: float | None
    warnings: Sequence[Warning_]


def quality(talks: Sequence[Talk], words: Sequence[Word], benefit: int, sales: int, stock: Collection[str], within_seconds: int) -> Quality:
    """stock: phrases as ``substance.plain`` gives them. within_seconds: office seconds within which the first answer is soon."""
    answers = [one for one in words if one.answers]
    ours = [one for one in answers if one.by == "us"]
    scripted = sum(repeated([(one.conversation_id, one.text) for one in ours]))
    substance = sum(has_substance(one.text, stock) for one in answers)
    started = sum(one.started_by == "them" for one in talks)
    waited = [one.answer_seconds for one in talks if one.answer_seconds is not None]
    middle = float(median(waited)) if waited else None
    parts: dict[Part, float | None] = {
        "started": _share(started, len(talks)),
        "substance": _share(substance, len(answers)),
        "benefit": _share(benefit, benefit + sales),
        "own_words": _share(len(ours) - scripted, len(ours)),
        "soon": None if middle is None else max(0.0, min(1.0, 1 - (middle - within_seconds) / (3 * within_seconds))),
    }
    known = {part: value for part, value in parts.items() if value is not None}
    # Contacts alone are no talk: where nobody said anything there is nothing to score.
    whole = sum(WEIGHTS[part] for part in known) if talks or words else 0
    return Quality(
        talks=len(talks),
        started_by_them=started,
        answers=len(answers),
        with_substance=substance,
        our_answers=len(ours),
        scripted=scripted,
        benefit=benefit,
        sales=sales,
        median_answer_seconds=middle,
        parts=parts,
        score=None if not whole else round(100 * sum(WEIGHTS[part] * value for part, value in known.items()) / whole, 1),
        warnings=_warnings(len(talks), started, answers, substance, ours, scripted, benefit, sales, middle, within_seconds),
    )


def _share(some: int, of: int) -> float | None:
    return some / of if of else None


def _warnings(
    talks: int,
    started: int,
    answers: Sequence[Word],
    substance: int,
    ours: Sequence[Word],
    scripted: int,
    benefit: int,
    sales: int,
    middle: float | None,
    within_seconds: int,
) -> list[Warning_]:
    contacts = benefit + sales
    found: dict[Warning_, bool] = {
        "no_talks": contacts >= ENOUGH_CONTACTS and not talks,
        "few_started": contacts >= ENOUGH_CONTACTS and talks > 0 and started < FEW_STARTED * contacts,
        "sales_first": contacts >= ENOUGH_CONTACTS and sales > 2 * benefit,
        "thin": len(answers) >= ENOUGH_ANSWERS and substance < 0.4 * len(answers),
        "scripted": len(ours) >= ENOUGH_ANSWERS and scripted >= 0.5 * len(ours),
        "slow": middle is not None and middle > within_seconds,
    }
    return [name for name, holds in found.items() if holds]
