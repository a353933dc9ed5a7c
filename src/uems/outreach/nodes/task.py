"""Hand over to somebody of the team, and go on as they say it went."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import Field, field_validator

from uems.kernel.edge import Body, Clean
from uems.outreach.flows.graph import NodeId
from uems.outreach.flows.steps import Cohort, Move, Run, Stay, StepBase, instant
from uems.outreach.flows.tables import flow_tasks
from uems.outreach.nodes.wait import Unit, WaitConfig
from uems.outreach.talks.incoming import opened_row
from uems.outreach.talks.tables import conversations


class TaskConfig(Body):
    """assignee: the e-mail of a member, or empty for whoever takes it. outcomes: each is a way out; after ``amount`` of ``unit`` it is
    "timeout". contact: it reaches the person, so there is no task about whoever is held out of this flow or of everything: for them
    time runs out. conversation: whether one with the person is opened in the inbox too, for the same member.
    """

    title: Annotated[str, Field(min_length=1, max_length=200), Clean] = "Call them"
    instructions: Annotated[str, Field(max_length=2_000), Clean] = ""
    assignee: Annotated[str, Field(max_length=300), Clean] = ""
    outcomes: Annotated[list[NodeId], Field(min_length=1, max_length=10)] = Field(default_factory=lambda: ["reached", "not_reached"])
    amount: Annotated[int, Field(ge=1, le=3650)] = 3
    unit: Unit = "day"
    contact: bool = True
    conversation: bool = False

    @field_validator("outcomes")
    @classmethod
    def _distinct(cls, outcomes: list[str]) -> list[str]:
        if len(set(outcomes)) < len(outcomes) or "timeout" in outcomes:
            raise ValueError("every outcome needs a name of its own, and timeout is taken")
        return outcomes


@dataclass(frozen=True, slots=True, kw_only=True)
class Task(StepBase):
    Config: ClassVar[type[TaskConfig]] = TaskConfig
    sample: ClassVar[TaskConfig] = TaskConfig()

    def ways(self, config: TaskConfig) -> tuple[str, ...]:
        return (*config.outcomes, "timeout")

    def step(self, config: TaskConfig, cohort: Cohort) -> Move | Sequence[Move]:
        if not cohort.woken:
            until = cohort.later(WaitConfig(amount=config.amount, unit=config.unit).delay)
            for run in cohort.spared() if config.contact else cohort.runs:
                row = {
                    "workspace_id": run.workspace_id,
                    "key": run.key(cohort.node),
                    "flow_id": run.flow_id,
                    "version": run.version,
                    "node": cohort.node,
                    "visit": run.visit(cohort.node),
                    "person_id": run.person_id,
                    "title": config.title,
                    "instructions": config.instructions,
                    "outcomes": config.outcomes,
                    "assignee": config.assignee,
                    "state": "open",
                    "outcome": "",
                    "note": "",
                    "due_at": instant(until),
                    "created_at": cohort.now,
                    "changed_at": cohort.now,
                    "changed_by": "",
                }
                cohort.kept.append((flow_tasks, row))
                if config.conversation:
                    cohort.kept.append((conversations, _opened(config, cohort, run)))
            return Stay(until)
        moves: list[Move] = []
        for run in cohort.runs:
            told = run.event() or {}
            outcome = str(told.get("outcome", ""))
            if told.get("kind") == "task" and outcome in config.outcomes:
                run.note("outcomes", {**run.known().get("outcomes", {}), cohort.node: outcome})
                moves.append(outcome)
            else:
                moves.append("timeout")
        return moves


def _opened(config: TaskConfig, cohort: Cohort, run: Run) -> dict[str, object]:
    """A conversation in which nothing was said yet; another one for each time that somebody comes here."""
    row = opened_row(run.workspace_id, run.person_id, "task", config.title, f"task:{run.key(cohort.node)}", cohort.now, "UEMS")
    origin = {"origin_type": "flow", "origin_id": str(run.flow_id), "origin_node": cohort.node}
    return row | origin | {"assignee": config.assignee, "unread": True}


ITEM = Task(
    key="task",
    label_zh="人工任务",
    label_en="Hand over to a person",
    says_zh="交给团队成员处理，等到有结果或超时；每种结果是一条路。",
    says_en="Puts a task on the team's list and waits for its outcome; each outcome is a way of its own.",
    group="change",
    rests=True,
)
