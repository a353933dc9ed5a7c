"""Which flows, campaigns and scenes name which tags and segments? So that neither goes while something would be sent by it."""

from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import Connection, select

from uems.kernel.scope import Scope
from uems.outreach.campaigns.tables import campaigns
from uems.outreach.flows.tables import flow_versions, flows
from uems.outreach.scenes.tables import scene_versions, scenes
from uems.profiles import api as profiles
from uems.segments import api as segments

_F, _G, _C, _S, _V = flows.c, flow_versions.c, campaigns.c, scenes.c, scene_versions.c
_OVER: Final = ("done", "cancelled", "archived")


def segment_uses(conn: Connection, scope: Scope) -> Iterator[segments.SegmentUse]:
    """What names segments: drafts too, for they would be published."""
    for kind, key, _, said in _definitions(conn, scope):
        for one in sorted(segments.named_in(said, "segment")):
            yield segments.SegmentUse(segment=one, kind=kind, key=key)


def tag_uses(conn: Connection, scope: Scope) -> Iterator[profiles.TagUse]:
    """What asks or sets tags: shown with the tag, which cannot be removed meanwhile."""
    for kind, key, name, said in _definitions(conn, scope):
        for one in sorted(segments.named_in(said, "tag")):
            yield profiles.TagUse(tag=one, kind=kind, key=key, label=name)


def _definitions(conn: Connection, scope: Scope) -> Iterator[tuple[str, str, str, list[Any]]]:
    """(kind, key, name, what it says) of everything that is not over."""
    number = scope.workspace_id
    versions = (_G.workspace_id == _F.workspace_id) & (_G.flow_id == _F.flow_id) & (_G.version == _F.version)
    of_flows = select(_F.key, _F.name, _F.draft, _G.graph).select_from(flows.outerjoin(flow_versions, versions))
    for flow in conn.execute(of_flows.where(_F.workspace_id == number, _F.state != "archived", _F.dry_of.is_(None))):
        yield "flow", flow.key, flow.name, [flow.draft, flow.graph]
    of_campaigns = select(_C.key, _C.name, _C.spec).where(_C.workspace_id == number, _C.state.not_in(_OVER))
    for campaign in conn.execute(of_campaigns):
        yield "campaign", campaign.key, campaign.name, [campaign.spec]
    latest = (_V.workspace_id == _S.workspace_id) & (_V.scene_id == _S.scene_id) & (_V.version == _S.version)
    of_scenes = select(_S.key, _S.name, _V.spec).join(scene_versions, latest)
    for scene in conn.execute(of_scenes.where(_S.workspace_id == number, _S.state != "archived")):
        yield "scene", scene.key, scene.name, [scene.spec]
