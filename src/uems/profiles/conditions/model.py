"""What can be asked of a person? The nodes of a condition; no JSON and no SQL here.

``And``, ``Or`` and ``Not`` are those of every filter. What a person did is asked by a filter on single events. Whatever has a
window, or counts days, follows the workspace's calendar, or with ``zone`` "person" that of each person's own time zone.
"""

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, get_args

from uems.kernel.filters import Node, Test

MeasureOf: TypeAlias = Literal["count", "days", "sum", "average", "min", "max", "distinct", "first_at", "last_at"]
MEASURES: Final[tuple[MeasureOf, ...]] = get_args(MeasureOf)
OF_PROPERTY: Final[frozenset[MeasureOf]] = frozenset({"sum", "average", "min", "max", "distinct"})
OF_TIME: Final[frozenset[MeasureOf]] = frozenset({"first_at", "last_at"})
REVENUE: Final = "$revenue"
"""In place of a property: the event's revenue in the workspace's currency, in minor units."""

Zone: TypeAlias = Literal["workspace", "person"]
Calendar: TypeAlias = Literal["day", "week", "month"]
PersonFact: TypeAlias = Literal["first_seen", "last_seen", "events", "days", "identified"]
PERSON_FACTS: Final[tuple[PersonFact, ...]] = get_args(PersonFact)
RelationKind: TypeAlias = Literal["invited", "invited_by"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Doing:
    """Which events: any of ``events`` (empty: any event at all) that ``where`` holds for."""

    events: tuple[str, ...]
    where: Node | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Did(Node):
    """What the person did within a window, measured and tested.

    within: a time test on the event's time; None is ever. zone: whose calendar the window, days that are counted, and a test on
    the first or last time follow. of: the measure; sum and count of nothing are 0, the others of nothing are missing. name: the
    property that is measured.
    """

    doing: Doing
    within: Test | None = None
    zone: Zone = "workspace"
    of: MeasureOf = "count"
    name: str = ""
    test: Test


@dataclass(frozen=True, slots=True, kw_only=True)
class Regular(Node):
    """In at least ``at_least`` of the last ``out_of`` days, weeks or months, the one under way included."""

    doing: Doing
    unit: Calendar
    at_least: int
    out_of: int
    zone: Zone = "workspace"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sequence(Node):
    """The steps one after another, each later than the one before, all within ``seconds`` of the first."""

    steps: tuple[Doing, ...]
    seconds: int
    within: Test | None = None
    zone: Zone = "workspace"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person(Node):
    """A test on what every person has: first and last seen, number of events and of active days, whether they have a user id."""

    name: PersonFact
    test: Test
    zone: Zone = "workspace"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trait(Node):
    """A test on what was told last of a trait; a dot steps into an object. zone: of a test on time."""

    name: str
    test: Test
    zone: Zone = "workspace"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag(Node):
    """A test on the value of a tag; a dot in the name does not step anywhere. zone: of a test on time."""

    name: str
    test: Test
    zone: Zone = "workspace"


@dataclass(frozen=True, slots=True, kw_only=True)
class Top(Node):
    """Among the highest ``percent`` of those who have the tag, by the cut that the last full pass measured; ``lowest`` turns it round."""

    name: str
    percent: float
    lowest: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample(Node):
    """A stable random ``percent`` of all people; another ``salt`` gives another sample."""

    percent: float
    salt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed(Node):
    """On an uploaded list."""

    list_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Related(Node):
    """Has at least ``at_least`` relations of the kind, counted over those others for whom ``who`` holds."""

    kind: RelationKind
    at_least: int
    who: Node | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InSegment(Node):
    """In another segment; replaced by what that segment asks before anything is evaluated."""

    key: str
