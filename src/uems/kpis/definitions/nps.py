"""Would they recommend us? The place of the Net Promoter Score, until there are surveys to take it from."""

from collections.abc import Sequence

from pydantic import BaseModel

from uems.kpis.facts import View
from uems.kpis.model import Value, Words, nothing
from uems.kpis.registry import MetricBase


class _Metric(MetricBase):
    def measure(self, view: View, config: BaseModel) -> Sequence[Value]:
        return [nothing("no_surveys") for _ in view.windows]


ITEM = _Metric(
    key="nps",
    label_zh="净推荐值",
    label_en="NPS",
    formula=Words(
        zh="打 9 到 10 分的人的比例减去打 0 到 6 分的人的比例，乘以 100。来自 NPS 问卷。",
        en="The share of answers of 9 and 10 less the share of 0 to 6, times 100; from NPS surveys.",
    ),
    unit="score",
    horizon="long",
)
