"""What could the map of this workspace look like? A template, filled in from the events that came in and the roles that they play."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from uems.access.api import Access
from uems.collect import api as collect
from uems.journeys.map.model import MapDraft, Stage, Stages, TouchEvent, Touchpoint
from uems.journeys.map.templates.api import TEMPLATES, Template, TemplatePoint
from uems.kernel import filters
from uems.kernel.errors import not_found
from uems.kernel.filters import At, Params
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.sql import Sql
from uems.profiles import api as profiles

MOST: Final = 20
"""Kinds of events of one touchpoint."""
_NAMES: Final = 2_000
_EVENTS: Final = Sql(
    "SELECT event, max(type IN ('page', 'screen')) AS page, sum(events) AS n FROM event_daily"
    " WHERE workspace_id = {workspace:UInt32} AND event != '' GROUP BY event ORDER BY n DESC, event LIMIT {limit:UInt32}"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """An event that came in; page: by calls of page or screen."""

    name: str
    page: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A map to begin with, not saved. missing: names of the template's touchpoints for which no event was found."""

    draft: MapDraft
    missing: tuple[str, ...]


def fill_in(house: House, scope: Scope, template: str, language: Literal["zh", "en"], access: Access) -> Filled:
    """The template with the workspace's own events. Guesses the roles where none is known yet, as the doing of whoever asks.

    Raises ``not_found``.
    """
    now = access.now
    if template not in TEMPLATES:
        raise not_found("template", template)
    rows = house.warehouse.query(_EVENTS, {"workspace": scope.workspace_id, "limit": _NAMES}).to_pylist()
    roles = profiles.roles_of(house.store, scope)
    if not roles.mapped and rows:
        roles = profiles.guess_roles(house, scope, now, by=access)
    seen = [Seen(name=row["event"], page=bool(row["page"])) for row in rows]
    points = [one for stage in TEMPLATES[template].stages for one in stage.points if one.filter is not None]
    idle = {one.key for one in points if not _happens(house, scope, one, [event.name for event in seen if event.page], now)}
    return filled(TEMPLATES[template], seen, roles, language, idle)


def _happens(house: House, scope: Scope, one: TemplatePoint, pages: Sequence[str], now: datetime) -> bool:
    """Whether the filter of a touchpoint ever matched a page view."""
    params = Params("p")
    holds = filters.to_sql(filters.parse(one.filter), collect.event_fields(), params, At(now=now, zone=scope.zone))
    names = params.bind(list(pages), "Array(String)")
    query = Sql(f"SELECT 1 AS one FROM events WHERE workspace_id = {scope.workspace_id} AND event IN {names} AND {holds} LIMIT 1")
    return bool(pages) and house.warehouse.query(query, params.values).num_rows > 0


def filled(
    template: Template, seen: Sequence[Seen], roles: profiles.Roles, language: Literal["zh", "en"], idle: Collection[str] = ()
) -> Filled:
    """As ``fill_in``, of events that are known, the most frequent first. An event that was found once is not bound again by its name.

    idle: keys of touchpoints whose filter never matched.
    """
    zh = language == "zh"
    missing: list[str] = []
    taken: set[str] = set()
    stages: list[Stage] = []
    for stage in template.stages:
        points: list[Touchpoint] = []
        for one in stage.points:
            names = [] if one.key in idle else _events_of(one, seen, roles, taken)
            if not names:
                missing.append(one.zh if zh else one.en)
                continue
            if not one.pages:
                taken |= set(names)
            filter_ = dict(one.filter) if one.filter is not None else None
            events = [TouchEvent(event=name, filter=filter_) for name in names]
            points.append(Touchpoint(key=one.key, name=one.zh if zh else one.en, events=events))
        stages.append(Stage(key=stage.key, name=stage.zh if zh else stage.en, touchpoints=points))
    name, text = (template.label_zh, template.text_zh) if zh else (template.label_en, template.text_en)
    title = f"{name}用户旅程" if zh else f"{name} journey"
    draft = MapDraft(name=title, description=text, drawing=Stages.model_validate({"stages": [one.model_dump() for one in stages]}))
    return Filled(draft=draft, missing=tuple(missing))


def _events_of(one: TemplatePoint, seen: Sequence[Seen], roles: profiles.Roles, taken: set[str]) -> list[str]:
    """Names of the events of a touchpoint, the most frequent first: those with its roles, else those whose name reads like it."""
    if one.pages:
        return [event.name for event in seen if event.page][:MOST]
    played = set(roles.events(*one.roles)) - taken
    names = [event.name for event in seen if event.name in played]
    if not names and one.pattern is not None:
        pattern = one.pattern
        names = [event.name for event in seen if event.name not in taken and pattern.search(profiles.plain_name(event.name))]
    return names[:MOST]
