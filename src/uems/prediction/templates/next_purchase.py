"""Who will buy? The chance of at least so many purchases in the days ahead."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from uems.kernel.edge import Key
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.prediction.model import Spec
from uems.prediction.spec import parse_spec
from uems.profiles import api as profiles


class Config(BaseModel):
    """events: what counts as a purchase; without any, the events of that role. days: within how many. at_least: how many purchases."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    events: Annotated[list[Key], Field(max_length=50)] = []
    days: Annotated[int, Field(ge=1, le=180)] = 30
    at_least: Annotated[int, Field(ge=1, le=1000)] = 1


_SAMPLE: Final = Config()


@dataclass(frozen=True, slots=True)
class NextPurchase:
    key: str = "next_purchase"
    label_zh: str = "近期购买概率"
    label_en: str = "Likely to buy soon"
    Config: type[BaseModel] = Config
    sample: BaseModel = _SAMPLE
    standard: bool = False

    def spec(self, house: House, scope: Scope, config: BaseModel, now: datetime) -> Spec:
        assert isinstance(config, Config)
        bought = config.events or list(profiles.roles_of(house.store, scope).events("purchase")) or ["Order Completed"]
        return parse_spec(
            {
                "label_zh": self.label_zh,
                "label_en": self.label_en,
                "target": {
                    "kind": "outcome",
                    "condition": {"did": {"events": bought, "measure": "count", "op": "gte", "value": config.at_least}},
                    "days": config.days,
                },
                "rule": {"kind": "recency"},
            }
        )


ITEM = NextPurchase()
