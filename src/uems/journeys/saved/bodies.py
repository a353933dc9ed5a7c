"""What do saved reports look like over HTTP?"""

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from uems.journeys.saved.definitions import ReportDraft, SavedReport
from uems.kernel.edge import Body, Clean, Key, Name


class SavedReportBody(Body):
    """A report under a name. version: give it as ``if_version`` when you change it."""

    key: str
    name: str
    description: str
    report: str
    spec: dict[str, Any]
    version: int
    created_at: datetime
    created_by: str
    changed_at: datetime
    changed_by: str

    @staticmethod
    def of(one: SavedReport) -> "SavedReportBody":
        return SavedReportBody(**{name: getattr(one, name) for name in SavedReport.__dataclass_fields__})


class SavedReportChange(Body):
    """What the saved report is to be. report: which one; spec: what it is asked with, checked before it is saved.

    if_version: the version that was edited, 0 for a new one; another one that stands refuses (409).
    """

    name: Name
    description: Annotated[str, Field(max_length=5_000), Clean] = ""
    report: Key
    spec: dict[str, Any]
    if_version: Annotated[int, Field(ge=0)] | None = None

    @property
    def draft(self) -> ReportDraft:
        return ReportDraft(name=self.name, description=self.description, report=self.report, spec=self.spec)
