"""What would publishing do? Who may come in, how many, and who is inside, before anything reaches anybody."""

from datetime import datetime

from uems.experiments import api as experiments
from uems.kernel.filters import At
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.outreach.flows.bodies import FlowInside, FlowPreview, FlowProblem
from uems.outreach.flows.changing import standing
from uems.outreach.flows.definitions import Flow, check_flow
from uems.outreach.flows.graph import SegmentEntry
from uems.profiles import api as profiles
from uems.profiles.api import Asking
from uems.segments import api as segments


def preview(house: House, scope: Scope, flow: Flow, now: datetime) -> FlowPreview:
    """Of the draft, as of now."""
    problems = check_flow(house, scope, flow.graph)
    asking = Asking(house, scope, At(now=profiles.as_of(house.store, scope, now), zone=scope.zone))
    eligible = None
    if flow.graph.who is not None and not any(one.code == "bad_who" for one in problems):
        node = segments.resolve_node(profiles.parse_condition(flow.graph.who), house.store, scope)
        eligible = len(experiments.act_on([node], asking).members(node))
    members = None
    entry = flow.graph.entry
    if isinstance(entry, SegmentEntry) and entry.members and not any(one.code == "bad_entry" for one in problems):
        members = segments.segment(house.store, scope, entry.segment).size
    known = {node.id for node in flow.graph.nodes}
    with house.store.read() as conn:
        inside = standing(conn, scope.workspace_id, flow.flow_id)
    return FlowPreview(
        problems=[FlowProblem.of(one) for one in problems],
        everybody=len(asking.people()),
        eligible=eligible,
        members=members,
        holdout_percent=flow.graph.holdout_percent,
        inside=[
            FlowInside(version=version, node=node, people=people, there=node in known) for (version, node), people in sorted(inside.items())
        ],
    )
