"""What shares people out in this room, so that an experiment can be set over it? Flows, campaigns and slots, with their arms."""

from collections.abc import Iterator
from typing import Final

from sqlalchemy import Connection, func, select

from uems.experiments.api import SourceArm, TrialSource
from uems.kernel.scope import Scope
from uems.outreach.campaigns.counting import letter_of
from uems.outreach.campaigns.spec import CampaignSpec
from uems.outreach.campaigns.tables import campaign_occurrences, campaigns
from uems.outreach.flows.graph import FlowNode, Graph
from uems.outreach.flows.tables import flow_versions, flows
from uems.outreach.nodes.split import Part
from uems.outreach.scenes.definitions import read_scenes
from uems.outreach.scenes.standing import experiment_of

_F, _G, _C, _O = flows.c, flow_versions.c, campaigns.c, campaign_occurrences.c
_BY_CHANCE: Final = ("split", "ab")


def trial_sources(conn: Connection, scope: Scope) -> Iterator[TrialSource]:
    """Flows as they are published, or else as they are drafted; campaigns that are not over; scenes with variants."""
    yield from _flows(conn, scope)
    yield from _campaigns(conn, scope)
    for scene in read_scenes(conn, scope.workspace_id):
        if scene.state != "archived" and scene.spec.variants:
            arms = tuple(SourceArm(key=one.key, name=one.name, weight=one.weight) for one in scene.spec.variants)
            yield TrialSource(source="slot", experiment_id=experiment_of(scene.key), key=scene.key, name=scene.name, arms=arms)


def _flows(conn: Connection, scope: Scope) -> Iterator[TrialSource]:
    joined = (_G.workspace_id == _F.workspace_id) & (_G.flow_id == _F.flow_id) & (_G.version == _F.version)
    query = select(_F.key, _F.name, _F.draft, _G.graph).select_from(flows.outerjoin(flow_versions, joined))
    mine = (_F.workspace_id == scope.workspace_id, _F.state != "archived", _F.dry_of.is_(None))
    for row in conn.execute(query.where(*mine).order_by(_F.key)):
        for node in Graph.model_validate(row.graph or row.draft).nodes:
            if node.type in _BY_CHANCE:
                name = f"{row.name} · {node.name or node.id}"
                yield TrialSource(source="flow", experiment_id=f"flow:{row.key}:{node.id}", key=row.key, name=name, arms=_ways(node))


def _ways(node: FlowNode) -> tuple[SourceArm, ...]:
    given = node.config.get("parts") or [{"way": "a"}, {"way": "b"}]
    parts = [Part.model_validate(one) for one in given]
    return tuple(SourceArm(key=part.way, name=part.way, weight=part.weight) for part in parts)


def _campaigns(conn: Connection, scope: Scope) -> Iterator[TrialSource]:
    """Each time that a campaign took place lately is an experiment of its own, and so will be the next one."""
    last = select(_O.campaign_id, func.max(_O.occurrence).label("last")).where(_O.workspace_id == scope.workspace_id)
    took = {row.campaign_id: int(row.last) for row in conn.execute(last.group_by(_O.campaign_id))}
    mine = (_C.workspace_id == scope.workspace_id, _C.state.not_in(("cancelled", "archived")))
    for row in conn.execute(select(_C.campaign_id, _C.key, _C.name, _C.state, _C.spec).where(*mine).order_by(_C.key)):
        spec, latest = CampaignSpec.model_validate(row.spec), took.get(row.campaign_id, 0)
        if len(spec.variants) < 2:
            continue
        coming = row.state != "done" and (spec.recurring or not latest)
        for number in [*([latest] if latest else []), *([latest + 1] if coming else [])]:
            yield TrialSource(
                source="coupon" if spec.tries_offers else "message",
                experiment_id=f"campaign:{row.key}:{number}",
                key=row.key,
                name=f"{row.name} · {number}",
                arms=tuple(_arm(spec, place) for place in range(len(spec.variants))),
            )


def _arm(spec: CampaignSpec, place: int) -> SourceArm:
    letter, one = letter_of(place), spec.variants[place]
    return SourceArm(key=letter, name=one.name or f"{letter.upper()} · {one.template}", weight=1)
