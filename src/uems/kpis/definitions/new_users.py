"""How many people came for the first time?"""

from collections.abc import Sequence

from pydantic import BaseModel

from uems.journeys import api as journeys
from uems.kpis.facts import View
from uems.kpis.model import Value, Words, number
from uems.kpis.registry import MetricBase


class _Metric(MetricBase):
    def measure(self, view: View, config: BaseModel) -> Sequence[Value]:
        new = journeys.counts(view.newcomers())
        return [number(int(new[view.span(window)].sum())) for window in view.windows]


ITEM = _Metric(
    key="new_users",
    label_zh="新增用户",
    label_en="New users",
    formula=Words(
        zh="这段时间里第一次有行为的人数。合并过的用户只算一次；细分时按这个人第一次行为时的取值归组。",
        en="People who did something for the first time ever in the period. Merged people count once; in a breakdown everybody is in the"
        " group of their first event.",
    ),
    unit="people",
    whom="new",
)
