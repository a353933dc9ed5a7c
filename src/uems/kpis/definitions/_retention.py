"""Who of those who came for the first time was there again on the n-th day after?"""

from collections.abc import Sequence

from pydantic import BaseModel

from uems.journeys import api as journeys
from uems.kpis.facts import View, together
from uems.kpis.model import Value, Words, nothing, quotient
from uems.kpis.registry import MetricBase


class DayRetention(MetricBase):
    """Counts the first-time cohorts of the period whose n-th day is over; the others have not had their chance yet."""

    def measure(self, view: View, config: BaseModel) -> Sequence[Value]:
        offset = self.ripens_days
        new, active = together(view.newcomers(), view.active_anyhow())
        ripe = max(0, min(view.at(view.frame.today), len(new)) - offset)
        size = journeys.counts(new[:ripe])
        back = journeys.counts(new[:ripe] & active[offset : offset + ripe])
        found = []
        for window in view.windows:
            span = view.span(window)
            if view.at(window.first) >= ripe:
                found.append(nothing("not_ripe"))
            else:
                found.append(quotient(int(back[span].sum()), int(size[span].sum())))
        return found


def retention(days: int, label_zh: str, label_en: str) -> DayRetention:
    return DayRetention(
        key=f"retention_day_{days}",
        label_zh=label_zh,
        label_en=label_en,
        formula=Words(
            zh=f"这段时间里第一次出现的人中，在第 {days} 天（自然日）又有行为的比例。第 {days} 天还没过完的人不计入。",
            en=f"Of the people first seen in the period, the share who did something on the calendar day {days} later."
            " Those whose day is not over yet do not count.",
        ),
        unit="share",
        whom="new",
        horizon="short" if days == 1 else "long",
        ripens_days=days,
    )
