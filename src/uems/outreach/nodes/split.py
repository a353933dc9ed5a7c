"""Into which of several parts does chance put the person, the same one each time?"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import Field, model_validator

from uems.kernel.bucketing import buckets, chosen
from uems.kernel.edge import Body
from uems.outreach.flows.graph import NodeId
from uems.outreach.flows.steps import Cohort, Move, StepBase


class Part(Body):
    """weight: against the weights of the others."""

    way: NodeId
    weight: Annotated[float, Field(gt=0, le=1000)] = 1


class SplitConfig(Body):
    """Hashed: who comes here again goes the same way, as long as the parts stay."""

    parts: Annotated[list[Part], Field(min_length=2, max_length=20)] = Field(
        default_factory=lambda: [Part(way="a", weight=1), Part(way="b", weight=1)]
    )

    @model_validator(mode="after")
    def _distinct(self) -> "SplitConfig":
        if len({part.way for part in self.parts}) < len(self.parts):
            raise ValueError("every part needs a name of its own")
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class Split(StepBase):
    Config: ClassVar[type[SplitConfig]] = SplitConfig
    sample: ClassVar[SplitConfig] = SplitConfig()

    def ways(self, config: SplitConfig) -> tuple[str, ...]:
        return tuple(part.way for part in config.parts)

    def step(self, config: SplitConfig, cohort: Cohort) -> Move | Sequence[Move]:
        shares = buckets(f"{cohort.salt}:{cohort.node}", cohort.people)
        names = self.ways(config)
        moves = [names[part] for part in chosen(shares, [part.weight for part in config.parts]).tolist()]
        cohort.expose(moves)
        return moves


ITEM = Split(
    key="split",
    label_zh="随机分流",
    label_en="Split at random",
    says_zh="按比例随机分成几路；同一个人每次都走同一路。",
    says_en="Chance divides people by weights; the same person always goes the same way.",
    group="decide",
)
