"""What do dashboards and the answers of their tiles look like over HTTP?"""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from uems.kernel.edge import Body, CleanStr, Name
from uems.kpis.bodies import KpiAnswer
from uems.kpis.dashboards.links import MAX_LINK_DAYS, Link, LinkState
from uems.kpis.dashboards.model import Dashboard, DashboardDraft, PeriodForAll, Tile, Tiles
from uems.kpis.dashboards.summary import Summary


class DashboardBody(Body):
    """A dashboard with its tiles in their order."""

    key: str
    name: str
    description: str
    tiles: list[Tile]
    version: int
    created_at: datetime
    changed_at: datetime
    changed_by: str

    @staticmethod
    def of(one: Dashboard) -> "DashboardBody":
        return DashboardBody(
            key=one.key,
            name=one.name,
            description=one.description,
            tiles=list(one.tiles),
            version=one.version,
            created_at=one.created_at,
            changed_at=one.changed_at,
            changed_by=one.changed_by,
        )


class DashboardList(Body):
    items: list[DashboardBody]


class DashboardChange(Body):
    """if_version: the version that was edited, 0 for a new one; left out: whatever stands is replaced."""

    name: Name
    description: CleanStr = ""
    tiles: Tiles
    if_version: Annotated[int, Field(ge=0)] | None = None

    @property
    def draft(self) -> DashboardDraft:
        return DashboardDraft(name=self.name, description=self.description, tiles=self.tiles)


class TileQuestion(Body):
    """A tile, saved or not. period: in place of its own."""

    tile: Tile
    period: PeriodForAll | None = None


class TileReport(Body):
    """The answer of a report, as it gives it itself; spec: what it was asked. summary: what it comes down to."""

    report: str
    workspace: str
    spec: dict[str, Any]
    first_day: date | None
    last_day: date | None
    zone: str
    currency: str
    watermark: datetime | None
    asked_at: datetime
    exact: bool
    warnings: list[dict[str, Any]]
    summary: Summary | None
    data: dict[str, Any]


class TileAnswer(Body):
    """What a tile shows: of a metric or a report, with its name; a note has none. segments: what those of a breakdown are called."""

    id: str
    kind: Literal["metric", "report", "text"]
    label_zh: str = ""
    label_en: str = ""
    metric: KpiAnswer | None = None
    report: TileReport | None = None
    segments: dict[str, str] = Field(default_factory=dict)


class LinkDraft(Body):
    """name: whom it is for, so that it can be told from others. days: how long it opens the dashboard."""

    name: Name
    days: Annotated[int, Field(strict=True, ge=1, le=MAX_LINK_DAYS)] = 30


class LinkBody(Body):
    """A link without its token. opened: how often the dashboard was looked at by it."""

    link_id: str
    name: str
    state: LinkState
    created_at: datetime
    created_by: str
    expires_at: datetime
    revoked_at: datetime | None
    opened: int
    opened_at: datetime | None

    @staticmethod
    def of(one: Link, now: datetime) -> "LinkBody":
        return LinkBody(
            link_id=one.link_id,
            name=one.name,
            state=one.state(now),
            created_at=one.created_at,
            created_by=one.created_by,
            expires_at=one.expires_at,
            revoked_at=one.revoked_at,
            opened=one.opened,
            opened_at=one.opened_at,
        )


class LinkList(Body):
    items: list[LinkBody]


class LinkMade(LinkBody):
    """token: the end of the address, ``/shared/<token>``; shown this once."""

    token: str


class SharedDashboard(Body):
    """What whoever has a link sees: the dashboard, and nothing of those who made it."""

    name: str
    description: str
    workspace_name: str
    zone: str
    currency: str
    tiles: list[Tile]
    expires_at: datetime
