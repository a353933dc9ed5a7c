"""Which share of active people uses a feature?"""

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

from uems.journeys import api as journeys
from uems.kernel.edge import Key
from uems.kpis.facts import View, together
from uems.kpis.model import Value, Words, nothing, quotient
from uems.kpis.registry import MetricBase


class Config(BaseModel):
    """event: what is done with the feature."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    event: Key | None = None


class _Metric(MetricBase):
    Config = Config
    sample = Config(event="Product Shared")

    def measure(self, view: View, config: BaseModel) -> Sequence[Value]:
        assert isinstance(config, Config)
        if config.event is None:
            return [nothing("no_feature") for _ in view.windows]
        active, used = together(view.active(), view.did((config.event,)))
        found = []
        for window in view.windows:
            base = view.people(active, window)
            found.append(quotient(int(journeys.counts(base & view.people(used, window))), int(journeys.counts(base))))
        return found


ITEM = _Metric(
    key="feature_penetration",
    label_zh="功能渗透率",
    label_en="Feature penetration",
    formula=Words(
        zh="这段时间里的活跃用户中，用过所选功能的比例。请先选择代表这个功能的事件。",
        en="Of the people active in the period, the share who used the chosen feature. Choose the event that stands for it.",
    ),
    unit="share",
    whom="active",
    horizon="long",
)
