"""Which share of people has a strong tie with us? What the page of ties says, at the midnight at which the period ends."""

from collections.abc import Sequence

import numpy as np
from pydantic import BaseModel

from uems.journeys import api as journeys
from uems.kpis.facts import View
from uems.kpis.model import Value, Window, Words, nothing, quotient
from uems.kpis.registry import MetricBase
from uems.kpis.ties import Ties


class _Metric(MetricBase):
    def measure(self, view: View, config: BaseModel) -> Sequence[Value]:
        ties = view.facts.ties()
        if ties is None:
            return [nothing("no_ties") for _ in view.windows]
        return [_value(view, ties, window) for window in view.windows]


def _value(view: View, ties: Ties, window: Window) -> Value:
    standing = ties.at(min(window.last, view.frame.today))
    if standing is None:
        return nothing("no_ties")
    cut = view.cut
    if cut is None:
        return quotient(standing.strong, standing.people)
    if cut.dimension is not None:
        return nothing("not_by_dimension", cut.dimension.column or cut.dimension.property or "")
    if not ties.is_last(standing):
        return nothing("only_latest")
    members = journeys.members(view.facts.members(cut)[view.group]).astype(np.uint64)
    return quotient(len(np.intersect1d(ties.strong, members)), len(np.intersect1d(ties.scored, members)))


ITEM = _Metric(
    key="strong_ties",
    label_zh="强关系占比",
    label_en="Share of strong ties",
    formula=Words(
        zh="与“关系强度”页面的金字塔是同一个数：这段时间结束时，强关系的人数 ÷ 当时有分数的人数。过去按每月 1 日与每次计算时的结果。",
        en="The same number as the pyramid of the page of ties: people whose tie was strong when the period ended, by everybody who had a"
        " score then. The past is known by the first of each month, and by the last time it was worked out.",
    ),
    unit="share",
    whom="strong",
    horizon="long",
)
