"""Would they recommend us? The Net Promoter Score of the answers that come in as events of the role ``nps``."""

from collections.abc import Sequence

from pydantic import BaseModel

from uems.kpis.facts import View
from uems.kpis.model import Value, Words, nothing, quotient
from uems.kpis.registry import MetricBase


class _Metric(MetricBase):
    def measure(self, view: View, config: BaseModel) -> Sequence[Value]:
        if view.roles.missing(("nps", "nps_score")):
            return [nothing("no_surveys") for _ in view.windows]
        rows = view.answers()
        found = []
        for window in view.windows:
            span = view.span(window)
            inside = (rows.day >= span.start) & (rows.day < span.stop)
            found.append(quotient(int(rows.points[inside].sum()), int(inside.sum()), "no_surveys"))
        return found


ITEM = _Metric(
    key="nps",
    label_zh="净推荐值",
    label_en="NPS",
    formula=Words(
        zh="打 9 到 10 分的人的比例减去打 0 到 6 分的人的比例，乘以 100。来自推荐意愿事件中 0 到 10 的分数。",
        en="The share of answers of 9 and 10 less the share of 0 to 6, times 100; from events that hold an answer from 0 to 10.",
    ),
    unit="score",
    horizon="long",
)
