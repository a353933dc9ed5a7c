"""What do maps look like over HTTP?"""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from uems.journeys.map.draft import Filled
from uems.journeys.map.model import JourneyMap, MapDraft, MapVersion, Stages
from uems.journeys.map.templates.api import Template
from uems.kernel.edge import Body, Clean, Key, Name

Description = Annotated[str, Field(max_length=5_000), Clean]


class MapBody(Body):
    """A map as it stands. version: give it as ``base_version`` when you change the map."""

    key: str
    name: str
    description: str
    drawing: Stages
    version: int
    archived: bool
    created_at: datetime
    changed_at: datetime
    changed_by: str

    @staticmethod
    def of(one: JourneyMap) -> "MapBody":
        return MapBody(**{name: getattr(one, name) for name in JourneyMap.__dataclass_fields__})


class MapList(Body):
    items: list[MapBody]
    next_cursor: str | None = None


class MapChange(Body):
    """What the map is to be. base_version: the version that was edited, 0 for a new map; another one that stands refuses (409)."""

    name: Name
    description: Description = ""
    drawing: Stages
    base_version: Annotated[int, Field(ge=0)] | None = None

    @property
    def draft(self) -> MapDraft:
        return MapDraft(name=self.name, description=self.description, drawing=self.drawing)


class MapVersionBody(Body):
    """How the map was drawn from then on."""

    version: int
    name: str
    description: str
    drawing: Stages
    at: datetime
    by: str

    @staticmethod
    def of(one: MapVersion) -> "MapVersionBody":
        return MapVersionBody(**{name: getattr(one, name) for name in MapVersion.__dataclass_fields__})


class MapVersionList(Body):
    items: list[MapVersionBody]
    next_cursor: str | None = None


class MapTemplateBody(Body):
    """A map to begin with, for a kind of business."""

    key: str
    label_zh: str
    label_en: str
    text_zh: str
    text_en: str

    @staticmethod
    def of(one: Template) -> "MapTemplateBody":
        return MapTemplateBody(key=one.key, label_zh=one.label_zh, label_en=one.label_en, text_zh=one.text_zh, text_en=one.text_en)


class MapTemplateList(Body):
    items: list[MapTemplateBody]
    next_cursor: str | None = None


class DraftQuestion(Body):
    """Which template is to be filled in, and in which language its names are written."""

    template: Key
    language: Literal["zh", "en"] = "en"


class DraftBody(Body):
    """A map to begin with; nothing is saved. missing: names of touchpoints for which no event was found."""

    name: str
    description: str
    drawing: Stages
    missing: list[str]

    @staticmethod
    def of(one: Filled) -> "DraftBody":
        draft = one.draft
        return DraftBody(name=draft.name, description=draft.description, drawing=draft.drawing, missing=list(one.missing))
