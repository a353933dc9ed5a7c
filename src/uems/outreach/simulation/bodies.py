"""What does a simulation look like over HTTP?"""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import Field

from uems.kernel.edge import Body, Count
from uems.outreach.flows.bodies import FlowReport
from uems.outreach.flows.graph import Graph
from uems.outreach.simulation.outcome import Outcome
from uems.outreach.simulation.replay import MAX_DAYS
from uems.segments.api import Job, State


class SimulationAsk(Body):
    """days: how far back history is gone through, to now."""

    days: Annotated[int, Field(ge=1, le=MAX_DAYS)] = 30


class SimulatedDay(Body):
    """A day of the workspace. messages: channel → how many would have been sent."""

    day: date
    entered: Count
    messages: dict[str, Count]


class SimulatedLoss(Body):
    """verdict: hold (later), suppress (never) or expire (too late)."""

    verdict: str
    reason: str
    messages: Count


class SimulatedMeeting(Body):
    """Another flow in which so many of the people really were at the same time."""

    flow: str
    name: str
    people: Count


class SimulationBody(Body):
    """report: as that of a live flow. asked: messages that the flow asked for; sent: that would have been sent.

    step_minutes: how far its clock went at once. present: conditions on tags or lists, which were asked as of today. known_since: history
    begins only then; null where it covers the whole stretch. anyway: how many of those who came in reached the goal, without a message;
    null without a goal. waiting: still inside at the end.
    """

    first: datetime
    last: datetime
    step_minutes: Count
    known_since: datetime | None
    present: Count
    report: FlowReport
    waiting: Count
    days: list[SimulatedDay]
    asked: Count
    sent: Count
    lost: list[SimulatedLoss]
    effects: dict[str, Count]
    meetings: list[SimulatedMeeting]
    anyway: Count | None
    people: list[Count]

    @staticmethod
    def of(one: Outcome) -> "SimulationBody":
        return SimulationBody(
            first=one.first,
            last=one.last,
            step_minutes=int(one.step.total_seconds()) // 60,
            known_since=one.known_since,
            present=one.present,
            report=FlowReport.of(one.report),
            waiting=one.waiting,
            days=[SimulatedDay(day=each.day, entered=each.entered, messages=dict(each.messages)) for each in one.days],
            asked=one.asked,
            sent=one.sent,
            lost=[SimulatedLoss(verdict=each.verdict, reason=each.reason, messages=each.messages) for each in one.lost],
            effects=dict(one.effects),
            meetings=[SimulatedMeeting(flow=each.flow, name=each.name, people=each.people) for each in one.meetings],
            anyway=one.anyway,
            people=list(one.people),
        )


class SimulationLine(Body):
    """A simulation in a list. progress: 0 to 1. attempts: more than 1 where its process ended and it began anew.

    revision: of the flow that was tried. error: code and message of one that failed.
    """

    simulation_id: str
    state: State
    progress: float
    attempts: Count
    days: Count
    revision: Count
    error: dict[str, Any] | None
    created_at: datetime
    created_by: str
    finished_at: datetime | None

    @staticmethod
    def of(job: Job) -> "SimulationLine":
        return SimulationLine(**_facts(job))


class SimulationJob(SimulationLine):
    """A whole one. graph: what was tried. result: null until it is done."""

    graph: Graph
    result: SimulationBody | None

    @staticmethod
    def of(job: Job) -> "SimulationJob":
        result = None if job.result is None or job.state != "done" else SimulationBody.model_validate(job.result)
        return SimulationJob(**_facts(job), graph=Graph.model_validate(job.spec["graph"]), result=result)


def _facts(job: Job) -> dict[str, Any]:
    same = ("state", "progress", "attempts", "error", "created_at", "created_by", "finished_at")
    asked = {name: job.spec[name] for name in ("days", "revision")}
    return {"simulation_id": job.job_id, **{name: getattr(job, name) for name in same}, **asked}
