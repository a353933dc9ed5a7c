"""Which of several ways does better? Chance divides people until one is best beyond doubt; from then on everybody takes that one."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, model_validator

from uems.kernel.bucketing import buckets, chosen
from uems.kernel.edge import Body, Clean
from uems.outreach.flows.graph import Condition, Graph
from uems.outreach.flows.names import Names
from uems.outreach.flows.steps import SECOND, Cohort, Move, StepBase, Trying
from uems.outreach.flows.tables import flow_trials
from uems.outreach.nodes.split import Part

_DAY = 86_400 * SECOND


class AbConfig(Body):
    """event, where: what counts as success; empty for the goal of the flow. days: within so many after coming here.

    It is looked at once ``after_people`` have come, or ``after_days`` have passed since it was published, whichever is sooner, and then
    every hour. Decided is when each variant has ``min_people`` whose days are over, and one is best with ``sure_percent``.

    sharing: fixed by the weights, or thompson, by which each variant gets as many as it is likely to be the best, at least a twentieth;
    the weights count no more then.
    """

    parts: Annotated[list[Part], Field(min_length=2, max_length=5)] = Field(
        default_factory=lambda: [Part(way="a", weight=1), Part(way="b", weight=1)]
    )
    event: Annotated[str, Field(max_length=200), Clean] = ""
    where: Condition | None = None
    days: Annotated[int, Field(ge=1, le=90)] = 3
    min_people: Annotated[int, Field(ge=10, le=1_000_000)] = 100
    after_people: Annotated[int, Field(ge=10, le=10_000_000)] = 1_000
    after_days: Annotated[int, Field(ge=1, le=365)] = 14
    sure_percent: Annotated[float, Field(ge=80, le=99.9)] = 95
    sharing: Literal["fixed", "thompson"] = "fixed"

    @model_validator(mode="after")
    def _distinct(self) -> "AbConfig":
        if len({part.way for part in self.parts}) < len(self.parts):
            raise ValueError("every variant needs a name of its own")
        return self

    def about(self, goal: object) -> str:
        """What tells this test from one that was set otherwise: 16 hex digits."""
        # A test that was begun before there were ways of sharing stays the same test.
        told = self.model_dump(mode="json", exclude={"sharing"} if self.sharing == "fixed" else None)
        said = json.dumps([told, goal], sort_keys=True)
        return hashlib.sha256(said.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ab(StepBase):
    Config: ClassVar[type[AbConfig]] = AbConfig
    sample: ClassVar[AbConfig] = AbConfig(event="Order Completed")

    def ways(self, config: AbConfig) -> tuple[str, ...]:
        return tuple(part.way for part in config.parts)

    def check(self, config: Any, names: Names) -> None:
        names.goal(config.event)

    def trying(self, config: Any, graph: Graph) -> Trying:
        goal = graph.goal
        events: list[str] = [config.event] if config.event else list(goal.events) if goal else []
        where = goal.where if goal and not config.event else config.where
        return Trying(
            about=config.about([events, where]),
            ways=self.ways(config),
            events=frozenset(events),
            where=where,
            window_us=config.days * _DAY,
            min_people=config.min_people,
            after_people=config.after_people,
            after_us=config.after_days * _DAY,
            sure=config.sure_percent / 100,
        )

    def step(self, config: AbConfig, cohort: Cohort) -> Move | Sequence[Move]:
        test = cohort.trying
        assert test is not None  # made of the same config when the flow was read
        flow_id = cohort.runs[0].flow_id
        winner = cohort.ask.winner(flow_id, cohort.node, test.about)
        if winner:
            return winner
        weights = [part.weight for part in config.parts]
        if config.sharing == "thompson":
            weights = list(cohort.ask.likely_best(flow_id, cohort.node, test))
        chances = {way: weight / sum(weights) for way, weight in zip(test.ways, weights, strict=True)}
        shares = buckets(f"{cohort.salt}:{cohort.node}", cohort.people)
        moves = [test.ways[part] for part in chosen(shares, weights).tolist()]
        for run, way in zip(cohort.runs, moves, strict=True):
            place = {"workspace_id": run.workspace_id, "flow_id": flow_id, "node": cohort.node, "about": test.about}
            times = {"at": cohort.now_us, "until": cohort.now_us + test.window_us, "reached_at": None, "probability": chances[way]}
            cohort.kept.append((flow_trials, {**place, "person_id": run.person_id, "entry_no": run.entry_no, "way": way, **times}))
        cohort.expose(moves, chances)
        return moves


ITEM = Ab(
    key="ab",
    label_zh="A/B 测试",
    label_en="A/B test",
    says_zh="随机分成几路比较效果；某一路有足够把握最好时自动胜出，此后的人都走这一路。",
    says_en="Compares ways by chance; once one is best beyond doubt, it wins by itself and everybody after takes it.",
    group="decide",
)
