"""Of which tag or segment was each person when a period began? What came later is not known then, so it cannot choose by the outcome."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from uems.journeys.reports._ask import People
from uems.kernel import progress
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.warehouse import Limits
from uems.profiles import api as profiles
from uems.segments import api as segments

LIMITS = Limits(seconds=60, memory_bytes=4_000_000_000)
MOST = 40
"""Tags, and segments, that one question looks at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleAxis:
    """words: values by their code; of a segment the one value "in". then, now: (people sorted, their codes) as the two periods began.
    absent: the code of whoever is not among them."""

    kind: Literal["tag", "segment"]
    name: str
    words: Sequence[str]
    label_zh: str
    label_en: str
    then: tuple[People, npt.NDArray[np.uint8]]
    now: tuple[People, npt.NDArray[np.uint8]]
    absent: int

    def codes(self, person: People, now: npt.NDArray[np.bool_]) -> npt.NDArray[np.uint8]:
        """The code of each person in the period."""
        return np.where(now, self._of(self.now, person), self._of(self.then, person))

    def _of(self, known: tuple[People, npt.NDArray[np.uint8]], person: People) -> npt.NDArray[np.uint8]:
        people, codes = known
        if not len(people):
            return np.full(len(person), self.absent, np.uint8)
        place = np.searchsorted(people, person).clip(max=len(people) - 1)
        return np.where(people[place] == person, codes[place], np.uint8(self.absent))


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """What was not looked at. reason: the code of why."""

    kind: str
    name: str
    reason: str


def tag_axes(
    house: House, scope: Scope, wanted: Sequence[str] | Literal["all"], days: tuple[date, date], values: int
) -> tuple[list[PeopleAxis], list[Skipped]]:
    """Tags by what they would have said as the periods began, by their definitions of today. Raises ``not_found``."""
    known = profiles.definitions(house.store, scope)
    found: list[PeopleAxis] = []
    skipped: list[Skipped] = []
    keys = sorted(known) if wanted == "all" else list(wanted)
    for place, key in enumerate(keys):
        progress.done(place / len(keys))
        if len(found) >= MOST:
            skipped.append(Skipped(kind="tag", name=key, reason="too_many"))
            continue
        try:
            then, now = profiles.values_before(house, scope, key, days)
        except UemsError as error:
            if error.passes or (wanted != "all" and error.code != "no_past"):
                raise
            skipped.append(Skipped(kind="tag", name=key, reason=error.code))
            continue
        axis = _tag_axis(key, known[key].tag, (_texts(then), _texts(now)), values)
        if axis is None:
            skipped.append(Skipped(kind="tag", name=key, reason="too_many_values"))
        else:
            found.append(axis)
    return found, skipped


def _texts(told: tuple[People, Any]) -> tuple[People, list[str]]:
    people, values = told
    return people, ["" if one is None else _plain(one) for one in values.to_pylist()]


def _plain(text: str) -> str:
    value = json.loads(text)
    return value if isinstance(value, str) else text


def _tag_axis(
    key: str, tag: profiles.TagDef, told: tuple[tuple[People, list[str]], tuple[People, list[str]]], values: int
) -> PeopleAxis | None:
    """None for a tag with more values than make slices, such as a score."""
    counts = Counter(text for _, texts in told for text in texts)
    if len(counts) > 50 or any(text.startswith(("[", "{")) for text in counts):
        return None
    words = sorted(counts, key=lambda text: (-counts[text], text))[:values]
    if "" not in words:
        words.append("")
    place = {word: code for code, word in enumerate(words)}
    then, now = ((people, np.array([place.get(text, len(words)) for text in texts], np.uint8)) for people, texts in told)
    return PeopleAxis(
        kind="tag", name=key, words=words, label_zh=tag.label.zh or key, label_en=tag.label.en or key, then=then, now=now, absent=place[""]
    )


def segment_axes(
    house: House, scope: Scope, wanted: Sequence[str] | Literal["all"], days: tuple[date, date]
) -> tuple[list[PeopleAxis], list[Skipped]]:
    """Segments by whom their conditions of today held for as the periods began. Raises ``not_found``."""
    chosen = (
        segments.list_segments(house.store, scope) if wanted == "all" else [segments.segment(house.store, scope, key) for key in wanted]
    )
    found: list[PeopleAxis] = []
    skipped: list[Skipped] = []
    for place, one in enumerate(chosen):
        progress.done(place / len(chosen))
        if len(found) >= MOST:
            skipped.append(Skipped(kind="segment", name=one.key, reason="too_many"))
            continue
        try:
            node = segments.resolve_node(one.condition, house.store, scope)
            members = [profiles.evaluate([node], profiles.Until(house, scope, day), limits=LIMITS).members(node) for day in days]
        except UemsError as error:
            if error.passes or (wanted != "all" and error.code != "no_past"):
                raise
            skipped.append(Skipped(kind="segment", name=one.key, reason=error.code))
            continue
        then, now = ((people, np.zeros(len(people), np.uint8)) for people in members)
        found.append(
            PeopleAxis(kind="segment", name=one.key, words=["in"], label_zh=one.name, label_en=one.name, then=then, now=now, absent=1)
        )
    return found, skipped
