"""What does a dry run look like over HTTP?"""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from uems.kernel.edge import Body, Count, Id
from uems.outreach.dry.runs import DryRun
from uems.outreach.flows.bodies import FlowReport
from uems.outreach.flows.changing import Policy
from uems.outreach.flows.graph import Graph
from uems.outreach.simulation.bodies import SimulatedDay, SimulatedLoss


class FlowDryRunStart(Body):
    """revision: of the draft that was looked at."""

    revision: Annotated[int, Field(ge=1)]


class FlowDryRunLaunch(Body):
    """policy: what becomes of those who are inside what is published now."""

    policy: Policy = "pin"


class FlowDryRunMessage(Body):
    person_id: Id
    channel: str
    template_id: str
    node: str
    at: datetime


class FlowDryRun(Body):
    """going: false for one that is over. revision: of the draft that it tries, whose graph is given.

    asked: messages that the flow asked for; would_send: that would have been sent; waiting: about which is not decided yet. lost: verdict
    is hold (later), suppress (never), expire (too late) or cancel (the dry run ended first). effects: kind → how many were not done.
    latest: some that would have been sent, the latest first.
    """

    going: bool
    revision: Count
    started_at: datetime
    ended_at: datetime | None
    graph: Graph
    report: FlowReport
    asked: Count
    would_send: Count
    waiting: Count
    days: list[SimulatedDay]
    lost: list[SimulatedLoss]
    effects: dict[str, Count]
    latest: list[FlowDryRunMessage]

    @staticmethod
    def of(one: DryRun) -> "FlowDryRun":
        verdicts = {"queued": "hold", "suppressed": "suppress", "expired": "expire", "cancelled": "cancel"}
        return FlowDryRun(
            going=one.going,
            revision=one.flow.revision,
            started_at=one.flow.created_at,
            ended_at=None if one.going else one.flow.changed_at,
            graph=one.flow.graph,
            report=FlowReport.of(one.report),
            asked=sum(one.states.values()),
            would_send=one.states.get("would_send", 0),
            waiting=one.states.get("queued", 0),
            days=[SimulatedDay(day=day, entered=0, messages=dict(channels)) for day, channels in one.days.items()],
            lost=[SimulatedLoss(verdict=verdicts[state], reason=reason, messages=n) for (state, reason), n in sorted(one.lost.items())],
            effects=dict(one.effects),
            latest=[FlowDryRunMessage(**{name: getattr(each, name) for name in FlowDryRunMessage.model_fields}) for each in one.latest],
        )
