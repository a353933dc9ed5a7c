"""How long do people stay on a day?"""

from collections.abc import Sequence

from pydantic import BaseModel

from uems.kpis.facts import View
from uems.kpis.model import Value, Words, nothing, quotient
from uems.kpis.registry import MetricBase

_COLUMNS = ("device", "country", "channel", "utm_source", "utm_medium", "utm_campaign", "referrer")


class _Metric(MetricBase):
    def measure(self, view: View, config: BaseModel) -> Sequence[Value]:
        time = view.time()
        if time is None:
            return [nothing("not_by_dimension", *_COLUMNS) for _ in view.windows]
        spans = [view.span(window) for window in view.windows]
        return [quotient(float(time.seconds[span].sum()), int(time.people[span].sum())) for span in spans]


ITEM = _Metric(
    key="time_in_use",
    label_zh="人均使用时长",
    label_en="Average time in use",
    formula=Words(
        zh="会话总时长 ÷ 各天有会话的人数之和，即一个人在有会话的一天里平均用多久。会话从第一个事件到最后一个事件计时，算在开始的那天。",
        en="The length of all sessions by the people with a session, day by day: how long somebody is there on a day on which they are."
        " A session lasts from its first event to its last and counts on the day on which it begins.",
    ),
    unit="seconds",
    horizon="long",
)
