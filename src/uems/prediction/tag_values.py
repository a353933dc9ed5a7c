"""How does a score become a tag? A model takes the tag over while it speaks, and gives it back to the tag's own rule."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from sqlalchemy import Connection

from uems.access import api as access
from uems.access.api import Access
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.store import Store
from uems.prediction.model import Spec
from uems.profiles import api as profiles
from uems.profiles.api import People


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """value: 0 to 1. evidence: JSON-ready, with ``zh`` and ``en`` for those who read it."""

    person_id: int
    value: float
    confidence: float
    evidence: Mapping[str, object]


def check_free(store: Store, scope: Scope, tag: str) -> None:
    """Raise ``tag_taken`` (409) when a model cannot write the tag of its key."""
    known = profiles.definitions(store, scope).get(tag)
    if known is None or (known.tag.kind in ("rule", "model") and known.tag.value_type == "number"):
        return
    raise UemsError(
        "tag_taken",
        f"The tag {tag!r} is {known.tag.kind} and holds {known.tag.value_type}; a model writes numbers of its own. Take another key.",
        status=409,
        details={"tag": tag},
    )


def has_own_rule(conn: Connection, scope: Scope, tag: str) -> bool:
    """Whether the tag has a rule of its own, that speaks while no model does."""
    known = profiles.read_definitions(conn, scope.workspace_id).get(tag)
    if known is None:
        return False
    return known.tag.kind != "model" or known.tag.config.get("fallback") is not None


def take_over(store: Store, scope: Scope, key: str, spec: Spec, now: datetime) -> None:
    """Let the model write its tag; does nothing when it does already."""
    known = profiles.definitions(store, scope).get(key)
    if known is not None and known.tag.kind == "model" and known.tag.config.get("model") == key:
        return
    by = Access(scope=scope, actor=replace(access.operator(), actor_id="models", label="models"), now=now)
    profiles.take_over(store, by, key, key, label=profiles.Words(zh=spec.label_zh, en=spec.label_en))


def give_back(conn: Connection, by: Access, key: str) -> None:
    """Let the rule of the tag speak again, where the model spoke; without one nobody has a value that is kept up."""
    known = profiles.read_definitions(conn, by.scope.workspace_id).get(key)
    if known is not None and known.tag.kind == "model" and known.tag.config.get("model") == key:
        profiles.give_back_in(conn, by, key)


def write_scores(house: House, scope: Scope, tag: str, scores: Sequence[Score], now: datetime, *, whole: People | None) -> None:
    """Store the scores. whole: everybody who has one now; it is taken from all others."""
    profiles.write_scores(
        house,
        scope,
        tag,
        np.array([one.person_id for one in scores], np.uint64),
        [one.value for one in scores],
        [one.confidence for one in scores],
        [one.evidence for one in scores],
        now,
        whole=whole,
    )
