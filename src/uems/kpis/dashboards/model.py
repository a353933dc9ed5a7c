"""What is on a dashboard? Tiles in a row that wraps: metrics, saved reports and notes, each a third, a half or all of the width."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Final, Literal, TypeAlias

from pydantic import Field, TypeAdapter, model_validator

from uems.journeys import api as journeys
from uems.kernel.edge import Body, Clean, Key, Name
from uems.kpis.model import Unit

Width: TypeAlias = Literal["third", "half", "full"]
MAX_TILES: Final = 40
TileId = Annotated[str, Field(pattern=r"^[a-z0-9_]{1,40}$")]


class TilePeriod(Body):
    """Business days, both included. last_days: so many up to last_day, in place of first_day; last_day left out: today."""

    first_day: date | None = None
    last_day: date | None = None
    last_days: Annotated[int, Field(strict=True, ge=1, le=journeys.MAX_DAYS)] | None = None

    @model_validator(mode="after")
    def _fitting(self) -> "TilePeriod":
        if self.first_day is not None and self.last_days is not None:
            raise ValueError("first_day and last_days exclude each other; leave one out")
        if self.first_day is not None and self.last_day is not None and self.last_day < self.first_day:
            raise ValueError(f"last_day {self.last_day} is before first_day {self.first_day}; swap them")
        return self


class PeriodForAll(TilePeriod):
    """A period in place of those of the tiles. unit: of metrics; left out: as each tile has it."""

    unit: Unit | None = None


class _Tile(Body):
    """id: unlike that of every other tile of the dashboard. title: in place of the name of what it shows."""

    id: TileId
    width: Width = "third"
    title: Name | None = None


class MetricTile(_Tile):
    """A metric as it is set up. dimension or segments: how to break it down."""

    kind: Literal["metric"]
    metric: Key
    period: TilePeriod = TilePeriod(last_days=30)
    unit: Unit = "day"
    dimension: journeys.Dimension | None = None
    limit: Annotated[int, Field(strict=True, ge=1, le=20)] = 5
    segments: Annotated[tuple[Key, ...], Field(max_length=10)] = ()


class ReportTile(_Tile):
    """A saved report by its key. period: in place of its own. sample_percent: of that share of the people, where all are too many."""

    kind: Literal["report"]
    report: Key
    period: TilePeriod | None = None
    sample_percent: Annotated[float, Field(gt=0, lt=100)] | None = None


class TextTile(_Tile):
    """A note. Plain text; its line breaks are kept."""

    kind: Literal["text"]
    text: Annotated[str, Field(min_length=1, max_length=5_000), Clean]


Tile: TypeAlias = Annotated[MetricTile | ReportTile | TextTile, Field(discriminator="kind")]
Tiles: TypeAlias = Annotated[tuple[Tile, ...], Field(max_length=MAX_TILES)]
_TILES: Final[TypeAdapter[tuple[Tile, ...]]] = TypeAdapter(tuple[Tile, ...])


@dataclass(frozen=True, slots=True, kw_only=True)
class Dashboard:
    """Tiles under a name, in the order in which they stand."""

    key: str
    name: str
    description: str
    tiles: tuple[Tile, ...]
    version: int
    created_at: datetime
    changed_at: datetime
    changed_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DashboardDraft:
    """What a dashboard is to be."""

    name: str
    description: str
    tiles: tuple[Tile, ...]


def tiles_of(kept: Sequence[Any]) -> tuple[Tile, ...]:
    """The tiles as they were kept."""
    return _TILES.validate_python(list(kept))


def as_kept(tiles: Sequence[Tile]) -> list[dict[str, Any]]:
    """The tiles as they are kept: without what was left out."""
    return [tile.model_dump(mode="json", exclude_none=True) for tile in tiles]
