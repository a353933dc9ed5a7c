"""What does it take to reach each step? Conditions of the one grammar, ready-made on three values, and changed in the settings.

The values: endorsement (they speak for us), repeat purchase, and word of mouth (they bring others).
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final, Literal, TypeAlias, get_args

from pydantic import BaseModel, ConfigDict, Field

from uems.kernel.edge import Body, CleanStr
from uems.profiles import api as profiles

Step: TypeAlias = Literal["stranger", "user", "customer", "regular", "fan", "super_user"]
STEPS: Final[tuple[Step, ...]] = get_args(Step)
LOWEST: Final[tuple[Step, ...]] = STEPS[1:4]
"""Below the lowest step from which a programme can take people; one of them must take something."""
Merit: TypeAlias = Literal["known", "endorsement", "repeat_purchase", "word_of_mouth", "tie"]
LABELS: Final[Mapping[Step, tuple[str, str]]] = {
    "stranger": ("陌生人", "Stranger"),
    "user": ("用户", "User"),
    "customer": ("客户", "Customer"),
    "regular": ("老客", "Regular"),
    "fan": ("粉丝", "Fan"),
    "super_user": ("超级用户", "Super user"),
}
_YEAR: Final = {"op": "after", "value": {"ago": 365, "unit": "day"}}


class LadderCriterion(Body):
    """One condition of a step. help: what would help somebody to fulfil it."""

    key: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
    merit: Merit
    condition: dict[str, Any]
    label_zh: Annotated[CleanStr, Field(max_length=200)]
    label_en: Annotated[CleanStr, Field(max_length=200)]
    help_zh: Annotated[CleanStr, Field(max_length=500)] = ""
    help_en: Annotated[CleanStr, Field(max_length=500)] = ""


Criteria = Annotated[list[LadderCriterion], Field(max_length=10)]


class LadderSettings(BaseModel):
    """steps: step → its criteria, all of which somebody fulfils who stands there, and those of the steps below. None: as they come, which
    follows the roles of the workspace. A step with an empty list is reached by everybody who reached the one below."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    steps: dict[Step, Criteria] | None = None


def criteria_of(settings: LadderSettings, roles: profiles.Roles) -> Mapping[Step, Sequence[LadderCriterion]]:
    """step → criteria, without the lowest step, which takes nothing."""
    steps = settings.steps if settings.steps is not None else ready_made(roles)
    return {step: steps.get(step, []) for step in STEPS[1:]}


def ready_made(roles: profiles.Roles) -> dict[Step, list[LadderCriterion]]:
    """What a workspace begins with; a criterion whose events nothing plays is left out."""
    bought, review, shared = roles.events("purchase"), roles.events("review"), roles.events("share", "invite")
    brings = any(roles.property(role) for role in ("inviter", "invitee", "sharer"))
    mouth: list[dict[str, Any]] = [_did(shared)] if shared else []
    mouth += [{"related": {"kind": "invited", "at_least": 1}}] if brings else []
    speaks = ([_did(review)] if review else []) + mouth
    found: dict[Step, list[LadderCriterion]] = {step: [] for step in STEPS[1:]}

    def add(step: Step, key: str, merit: Merit, condition: dict[str, Any], label: tuple[str, str], helps: tuple[str, str]) -> None:
        words = {"label_zh": label[0], "label_en": label[1], "help_zh": helps[0], "help_en": helps[1]}
        found[step].append(LadderCriterion(key=key, merit=merit, condition=condition, **words))

    known = {"person": {"name": "identified", "op": "equals", "value": True}}
    add("user", "known", "known", known, ("已登录或注册", "is signed in or signed up"), ("请对方注册", "invite them to sign up"))
    if bought:
        once, twice, often = _did(bought, year=False), _did(bought, 2), _did(bought, 3)
        add("customer", "bought", "repeat_purchase", once, ("买过一次", "bought once"), ("首单答疑", "help with the first order"))
        in_time = ("在下次需求前帮上忙", "be of use just before the next need")
        add("regular", "bought_again", "repeat_purchase", twice, ("一年内买过两次", "bought twice within a year"), in_time)
        service = ("专属服务与及时提醒", "service of their own, and a reminder in time")
        add("super_user", "bought_often", "repeat_purchase", often, ("一年内买过三次", "bought three times within a year"), service)
    greet = ("主动问候、请教意见并回应", "greet them, ask their advice and answer it")
    add("fan", "close", "tie", _level("medium", "strong"), ("关系至少为中", "has at least a medium tie"), greet)
    add("super_user", "closest", "tie", _level("strong"), ("关系为强", "has a strong tie"), greet)
    if speaks:
        ask = ("请对方评价或分享", "ask for a review, or a word to a friend")
        add("fan", "speaks", "endorsement", {"or": speaks}, ("评价、分享或带来过人", "reviewed, shared or brought somebody"), ask)
    if review:
        opinion = ("请对方谈谈使用感受", "ask what they make of it")
        add("super_user", "endorses", "endorsement", _did(review), ("一年内评价过", "gave a review within a year"), opinion)
    if mouth:
        both = ("提供双方受益的邀请", "an invitation from which both sides gain")
        add("super_user", "brings", "word_of_mouth", {"or": mouth}, ("分享或带来过人", "shared, or brought somebody"), both)
    return found


def _did(events: Sequence[str], least: int = 1, *, year: bool = True) -> dict[str, Any]:
    return {"did": {"events": list(events), "op": "gte", "value": least, **({"within": _YEAR} if year else {})}}


def _level(*levels: str) -> dict[str, Any]:
    return {"tag": {"name": "tie_level", "op": "in", "value": list(levels)}}
