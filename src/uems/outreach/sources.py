"""What shares people out in this room, so that an experiment can be set over it? Flows, campaigns and slots, with their arms.

An experiment asks whether its arms are as large as their weights say. What shares people out by its results has no weights before it takes
place, and is here only as far as it took place.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from pydantic import ValidationError
from sqlalchemy import Connection, func, select

from uems.experiments.api import SourceArm, TrialSource
from uems.kernel.scope import Scope
from uems.outreach.campaigns.counting import letter_of
from uems.outreach.campaigns.spec import CampaignSpec
from uems.outreach.campaigns.tables import campaign_occurrences, campaigns
from uems.outreach.flows.graph import FlowNode, Graph
from uems.outreach.flows.tables import flow_versions, flows
from uems.outreach.nodes.ab import AbConfig
from uems.outreach.nodes.split import SplitConfig
from uems.outreach.scenes.definitions import read_scenes
from uems.outreach.scenes.standing import experiment_of

_F, _G, _C, _O = flows.c, flow_versions.c, campaigns.c, campaign_occurrences.c
_BY_CHANCE: Final[Mapping[str, type[SplitConfig] | type[AbConfig]]] = {"split": SplitConfig, "ab": AbConfig}


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
            arms = _ways(node)
            if arms:
                name = f"{row.name} · {node.name or node.id}"
                yield TrialSource(source="flow", experiment_id=f"flow:{row.key}:{node.id}", key=row.key, name=name, arms=arms)


def _ways(node: FlowNode) -> tuple[SourceArm, ...]:
    """None of a step that leaves nothing to chance, whose shares follow its results, or that is not sound yet, as drafts may be."""
    if node.type not in _BY_CHANCE:
        return ()
    try:
        config = _BY_CHANCE[node.type].model_validate(node.config)
    except ValidationError:
        return ()
    if isinstance(config, AbConfig) and config.sharing == "thompson":
        return ()
    return tuple(SourceArm(key=part.way, name=part.way, weight=part.weight) for part in config.parts)


def _campaigns(conn: Connection, scope: Scope) -> Iterator[TrialSource]:
    """Each time that a campaign took place lately is an experiment of its own, and so will be the next one, unless it learns."""
    took = _latest(conn, scope)
    mine = (_C.workspace_id == scope.workspace_id, _C.state.not_in(("cancelled", "archived")))
    for row in conn.execute(select(_C.campaign_id, _C.key, _C.name, _C.state, _C.spec).where(*mine).order_by(_C.key)):
        spec = CampaignSpec.model_validate(row.spec)
        latest, shares = took.get(row.campaign_id, (0, ()))
        if len(spec.variants) < 2:
            continue
        coming = row.state != "done" and not spec.learns and (spec.recurring or not latest)
        for number in [*([latest] if latest else []), *([latest + 1] if coming else [])]:
            yield TrialSource(
                source="coupon" if spec.tries_offers else "message",
                experiment_id=f"campaign:{row.key}:{number}",
                key=row.key,
                name=f"{row.name} · {number}",
                arms=_arms(spec, shares if number == latest else ()),
            )


def _latest(conn: Connection, scope: Scope) -> dict[int, tuple[int, Sequence[float]]]:
    """Number of a campaign → (its latest time whose people are chosen, the shares of its variants; none for equal ones)."""
    mine = (_O.workspace_id == scope.workspace_id, _O.state != "freezing")
    last = select(_O.campaign_id, func.max(_O.occurrence).label("last")).where(*mine).group_by(_O.campaign_id).subquery()
    same = (_O.campaign_id == last.c.campaign_id) & (_O.occurrence == last.c.last)
    rows = conn.execute(select(_O.campaign_id, _O.occurrence, _O.shares).join(last, same).where(*mine))
    return {row.campaign_id: (int(row.occurrence), row.shares or ()) for row in rows}


def _arms(spec: CampaignSpec, shares: Sequence[float]) -> tuple[SourceArm, ...]:
    """shares: as of ``_latest``; those of a launch with other variants say nothing of these."""
    weights = shares if len(shares) == len(spec.variants) else [1.0] * len(spec.variants)
    letters = [letter_of(place) for place in range(len(spec.variants))]
    return tuple(
        SourceArm(key=letter, name=one.name or f"{letter.upper()} · {one.template}", weight=weight)
        for letter, one, weight in zip(letters, spec.variants, weights, strict=True)
    )
