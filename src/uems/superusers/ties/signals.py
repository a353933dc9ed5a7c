"""Which signals make a tie? How often, how recent, how deep, who started, answers, advice, benefits used, people brought.

Everything that can be counted is counted by the day: a script that sends a thousand events, or a reseller with a thousand orders, has
one day with them. Which events mean an answer or advice comes from the roles of the workspace, from names that are usual, and from
events that uems writes itself; settings add more.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, get_args

from uems.profiles import api as profiles

SignalKey: TypeAlias = Literal[
    "often", "recent", "breadth", "time", "orders", "started", "answers", "heard", "advice", "benefits", "brought"
]  # fmt: skip
SIGNALS: Final[tuple[SignalKey, ...]] = get_args(SignalKey)
Meaning: TypeAlias = Literal["answers", "heard", "advice", "benefits"]
MEANINGS: Final[tuple[Meaning, ...]] = get_args(Meaning)

WEIGHTS: Final[Mapping[SignalKey, float]] = {
    "often": 18, "recent": 18, "breadth": 6, "time": 6, "orders": 8, "started": 8, "answers": 10, "heard": 4, "advice": 8, "benefits": 4,
    "brought": 10,
}  # fmt: skip
"""What each counts of 100 while a workspace has all of them; what it lacks is shared out among the others."""

_ROLES: Final[Mapping[Meaning, tuple[str, ...]]] = {"answers": (), "heard": (), "advice": ("review",), "benefits": ("coupon",)}
_USUAL: Final[Mapping[Meaning, tuple[str, ...]]] = {
    # A click is the least of answers, and the only one that shops have before they ask anything.
    "answers": ("message.replied", "message.clicked", "survey.answered", "Survey Answered", "Message Replied", "Email Link Clicked"),
    "heard": ("conversation.answered", "ticket.answered", "Support Answered", "Ticket Answered", "Conversation Answered"),
    "advice": ("feedback.given", "idea.submitted", "review.submitted", "story.submitted", "Feedback Given", "Idea Submitted"),
    "benefits": ("coupon.redeemed", "benefit.used", "reward.used", "Benefit Used", "Reward Redeemed"),
}
NOT_THEIRS: Final = ("need.predicted", "tie.cooling", "experiment.exposed")
"""What uems says of people; nobody did it."""
THEIR_ANSWERS: Final = ("message.clicked", "message.replied")
"""Of the events of messages, those that the person did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Meant:
    """Which events mean what, here. categories: properties that tell kinds of things apart."""

    answers: tuple[str, ...]
    heard: tuple[str, ...]
    advice: tuple[str, ...]
    benefits: tuple[str, ...]
    sent: tuple[str, ...]
    bought: tuple[str, ...]
    refunded: tuple[str, ...]
    categories: tuple[str, ...]

    def events(self, meaning: Meaning) -> tuple[str, ...]:
        found: tuple[str, ...] = getattr(self, meaning)
        return found


def meant(roles: profiles.Roles, more: Mapping[str, Sequence[str]]) -> Meant:
    """more: meaning → events that the settings add."""
    found = {
        meaning: tuple(dict.fromkeys((*roles.events(*_ROLES[meaning]), *_USUAL[meaning], *more.get(meaning, ())))) for meaning in MEANINGS
    }
    return Meant(
        answers=found["answers"],
        heard=found["heard"],
        advice=found["advice"],
        benefits=found["benefits"],
        sent=tuple(dict.fromkeys((*roles.events("sent"), "message.sent"))),
        bought=roles.events("purchase"),
        refunded=roles.events("refund"),
        categories=_categories(roles.property("category"), roles.property("items")),
    )


def _categories(category: str, items: str) -> tuple[str, ...]:
    """Where it stands: in the event itself, and in each line of an order."""
    if not category:
        return ()
    inside = (f"{items}[].{category}",) if items and "[]." not in category else ()
    return (category, *inside)
