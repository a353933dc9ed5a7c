"""Who of the new ones signs up within a week?"""

from collections.abc import Sequence

from pydantic import BaseModel

from uems.journeys import api as journeys
from uems.kpis.facts import View, together
from uems.kpis.model import Value, Words, nothing, quotient
from uems.kpis.registry import MetricBase

DAYS = 7


class _Metric(MetricBase):
    def measure(self, view: View, config: BaseModel) -> Sequence[Value]:
        new, signed = together(view.newcomers(), view.did_anyhow(view.roles.events("signup")))
        ripe = max(0, min(view.at(view.frame.today), len(new)) - (DAYS - 1))
        size = journeys.counts(new[:ripe])
        within = signed[:ripe].copy()
        for offset in range(1, DAYS):
            within |= signed[offset : offset + ripe]
        done = journeys.counts(new[:ripe] & within)
        found = []
        for window in view.windows:
            span = view.span(window)
            if view.at(window.first) >= ripe:
                found.append(nothing("not_ripe"))
            else:
                found.append(quotient(int(done[span].sum()), int(size[span].sum())))
        return found


ITEM = _Metric(
    key="registration_conversion",
    label_zh="注册转化率",
    label_en="Registration conversion",
    formula=Words(
        zh="这段时间里第一次出现的人中，当天或之后 6 天内（共 7 天）完成注册的比例。7 天还没过完的人不计入。",
        en="Of the people first seen in the period, the share who signed up on that day or the 6 days after. Those who have not had"
        " these 7 days yet do not count.",
    ),
    unit="share",
    whom="new",
    needs=("signup",),
    ripens_days=DAYS - 1,
)
