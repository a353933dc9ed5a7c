"""Who is in a scene now, who was found in it, and what does a page of the company show somebody because of it?"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from sqlalchemy import func, select

from uems.experiments import api as experiments
from uems.identity import api as identity
from uems.kernel.bucketing import buckets, chosen
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.store import Store
from uems.outreach.holdouts.definitions import holdouts
from uems.outreach.messages.reaching import reach
from uems.outreach.scenes.definitions import Scene, list_scenes
from uems.outreach.scenes.spec import SceneContent, SceneVariant
from uems.outreach.scenes.tables import scene_matches

DAY: Final = timedelta(days=1)
_M = scene_matches.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """inside: how many people are in it now. day: matches of the last 24 hours. ever: of all time."""

    inside: int = 0
    day: int = 0
    ever: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Somebody was found in a scene, as it stood in ``version``, and counts as being in it until ``until``."""

    match_id: int
    person_id: int
    match_no: int
    version: int
    at: datetime
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a slot shows, for how long, and because of which scene."""

    scene: Scene
    content: SceneContent
    at: datetime
    until: datetime


def tallies(store: Store, scope: Scope, now: datetime) -> Mapping[int, Tally]:
    """Number of the scene → its counts; scenes that never found anybody are not among them."""
    inside = func.count(func.distinct(_M.person_id)).filter(_M.until > now)
    recent = func.count().filter(_M.at > now - DAY)
    query = select(_M.scene_id, inside.label("inside"), recent.label("day"), func.count().label("ever"))
    with store.read() as conn:
        rows = conn.execute(query.where(_M.workspace_id == scope.workspace_id).group_by(_M.scene_id)).all()
    return {row.scene_id: Tally(inside=row.inside, day=row.day, ever=row.ever) for row in rows}


def matches_of(store: Store, scope: Scope, scene: Scene, *, inside_at: datetime | None, before: int | None, limit: int) -> list[Match]:
    """The latest first. inside_at: only of those who are in it then. before: only matches below this number."""
    wanted = [_M.workspace_id == scope.workspace_id, _M.scene_id == scene.scene_id]
    if inside_at is not None:
        wanted.append(_M.until > inside_at)
    if before is not None:
        wanted.append(_M.match_id < before)
    with store.read() as conn:
        rows = conn.execute(select(scene_matches).where(*wanted).order_by(_M.match_id.desc()).limit(limit)).mappings().all()
    return [Match(**{name: row[name] for name in Match.__dataclass_fields__}) for row in rows]


def shown_to(
    house: House, scope: Scope, addresses: Collection[str], slot: str, language: Literal["zh", "en"], now: datetime
) -> list[Shown]:
    """What the slot shows whoever may read what is for ``addresses`` ("user_id:lin"), what they came into last first.

    As with the inbox, it is shown only in the browser that is theirs for sure: being made one with them by a public call opens nothing.
    Whoever is held out of everything is shown nothing. Of variants each is shown their own, and exposed to it; raises what the log raises.
    """
    scenes = {one.scene_id: one for one in list_scenes(house.store, scope) if one.state == "live" and one.spec.slot == slot}
    owners = {
        owner.person_id
        for kind, _, value in (address.partition(":") for address in addresses)
        for owner in identity.find_owners(house.store, scope, kind, [value])
        if owner.person_id
    }
    if not scenes or not owners:
        return []
    known = reach(house, scope, owners).values()
    apart = [one for one in holdouts(house.store, scope) if one.everything]
    mine_here = [one for one in known if one.addresses.get("browser") in addresses and not any(h.holds(one.person_id, now) for h in apart)]
    numbers = {number for one in mine_here for number in (one.person_id, *one.numbers)}
    query = select(_M.scene_id, func.max(_M.at).label("at"), func.max(_M.until).label("until")).group_by(_M.scene_id)
    mine = (_M.workspace_id == scope.workspace_id, _M.person_id.in_(sorted(numbers)), _M.scene_id.in_(scenes), _M.until > now)
    with house.store.read() as conn:
        rows = conn.execute(query.where(*mine).order_by(func.max(_M.at).desc(), _M.scene_id)).all()
    found = []
    for row in rows:
        scene = scenes[row.scene_id]
        # Whose browser it is, is sure of one person; an account that belongs to several is shown what the first of them is.
        person = min(one.person_id for one in mine_here)
        variant = variant_of(scene, person)
        if variant is not None:
            experiments.tell_exposed(house, scope, experiment_of(scene.key), [(person, variant.key)], now)
        said = scene.spec.content if variant is None else variant.content
        if said:
            content = next((one for one in said if one.language == language), said[0])
            found.append(Shown(scene=scene, content=content, at=row.at, until=row.until))
    return found


def experiment_of(key: str) -> str:
    """What exposures call the slot of a scene."""
    return f"slot:{key}"


def variant_of(scene: Scene, person_id: int) -> SceneVariant | None:
    """Which of several contents is a person's; None where there is only one. Always the same while the weights are."""
    variants = scene.spec.variants
    if not variants:
        return None
    place = chosen(buckets(f"slot:{scene.key}", [person_id]), [one.weight for one in variants])[0]
    return variants[int(place)]
