"""Who is about to fall silent? The chance that an active person does nothing in the days ahead, by a model, or by their own rhythm."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from uems.kernel.edge import Key
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.prediction.model import Spec
from uems.prediction.snapshots import known_days
from uems.prediction.spec import parse_spec
from uems.prediction.vocabulary import rhythm_words

_LEAST, _MOST = 14, 60
_SILENT_GAPS: Final = 4


class Config(BaseModel):
    """events: what counts as being there; without any, whatever the person does themselves. days: how long a silence is churn."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    events: Annotated[list[Key], Field(max_length=50)] = []
    days: Annotated[int | None, Field(ge=7, le=180, description="Empty: four usual gaps of the workspace, from 14 to 60 days.")] = None


_SAMPLE: Final = Config()


@dataclass(frozen=True, slots=True)
class ChurnRisk:
    key: str = "churn_risk"
    label_zh: str = "流失风险"
    label_en: str = "Churn risk"
    Config: type[BaseModel] = Config
    sample: BaseModel = _SAMPLE
    standard: bool = True

    def spec(self, house: House, scope: Scope, config: BaseModel, now: datetime) -> Spec:
        assert isinstance(config, Config)
        words = rhythm_words(house, scope, known_days(house, scope, now).until)
        # Half of the people are never away for so many of the workspace's usual gaps.
        days = config.days or min(_MOST, max(_LEAST, 7 * round(words.usual_days * _SILENT_GAPS / 7)))
        theirs: dict[str, object] = {"column": {"name": "active", "op": "equals", "value": True}}
        if words.done_to:
            theirs = {"and": [theirs, {"column": {"name": "event", "op": "not_in", "value": list(words.done_to)}}]}
        doing = {"events": config.events, "where": theirs}
        return parse_spec(
            {
                "label_zh": self.label_zh,
                "label_en": self.label_en,
                "target": {"kind": "outcome", "condition": {"not": {"did": doing}}, "days": days},
                # Whoever has been away for two such silences is lost already; that is no risk any more.
                "among": {"did": {**doing, "within": {"op": "after", "value": {"ago": 2 * days, "unit": "day"}}}},
                "rule": {"kind": "rhythm"},
                "fallback": True,
            }
        )


ITEM = ChurnRisk()
