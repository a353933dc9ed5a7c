"""What does a template say? Stages and touchpoints in both languages, and how the events of each are recognised."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplatePoint:
    """A touchpoint to be filled in. roles: whose events belong to it. pattern: of plain names that do. pages: so do page views.

    filter: for all of its events.
    """

    key: str
    zh: str
    en: str
    roles: tuple[str, ...] = ()
    pattern: re.Pattern[str] | None = None
    pages: bool = False
    filter: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateStage:
    key: str
    zh: str
    en: str
    points: tuple[TemplatePoint, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """One kind of business. text: what it is for."""

    key: str
    label_zh: str
    label_en: str
    text_zh: str
    text_en: str
    stages: tuple[TemplateStage, ...] = field(default_factory=tuple)


def point(
    key: str, zh: str, en: str, *roles: str, pattern: str = "", pages: bool = False, filter: Mapping[str, Any] | None = None
) -> TemplatePoint:
    """A touchpoint, briefly."""
    return TemplatePoint(key=key, zh=zh, en=en, roles=roles, pattern=re.compile(pattern) if pattern else None, pages=pages, filter=filter)


_STAGES: Final = (
    ("awareness", "认知", "Awareness"),
    ("use", "使用", "Use"),
    ("conversion", "转化", "Conversion"),
    ("retention", "留存", "Retention"),
    ("advocacy", "推荐", "Advocacy"),
)


def stages(*points: tuple[TemplatePoint, ...]) -> tuple[TemplateStage, ...]:
    """The five stages that every template has, each with its touchpoints."""
    return tuple(TemplateStage(key=key, zh=zh, en=en, points=mine) for (key, zh, en), mine in zip(_STAGES, points, strict=True))


BY_CAMPAIGN: Final = {"column": {"name": "utm_source", "op": "is_set"}}
VISIT: Final = point("visit", "访问", "Visit", pages=True)
CAMPAIGN: Final = point("campaign_visit", "经广告访问", "Visit by a campaign", pages=True, filter=BY_CAMPAIGN)
SIGN_IN: Final = point("sign_in", "登录", "Sign-in", pattern=r"^(signed in|sign in|log ?in|logged in|user login)$|登录")
REVIEW: Final = point("review", "评价", "Review", "review")
SHARE: Final = point("share", "分享", "Share", "share")
INVITE: Final = point("invite", "邀请", "Invitation", "invite")
