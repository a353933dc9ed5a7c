"""Which share of active people has a strong tie: buys again, and brings others?"""

from collections.abc import Sequence
from datetime import timedelta

from pydantic import BaseModel

from uems.journeys import api as journeys
from uems.kernel.clock import start_of_day
from uems.kpis.definitions._orders import flags_of, second_order
from uems.kpis.facts import View, together
from uems.kpis.model import Value, Words, nothing, quotient
from uems.kpis.registry import MetricBase

DAYS = 30
_RELATIONS = ("inviter", "invitee", "sharer")


class _Metric(MetricBase):
    def measure(self, view: View, config: BaseModel) -> Sequence[Value]:
        if not any(view.roles.property(role) for role in _RELATIONS):
            return [nothing("missing_role", *_RELATIONS) for _ in view.windows]
        people, day = second_order(view)
        who, since = view.facts.brought()
        active = view.active()
        found = []
        for window in view.windows:
            last = min(window.last, view.frame.today)
            end = int(start_of_day(last + timedelta(days=1), view.facts.scope.zone).timestamp() * 1000)
            base, again, brings = together(
                view.trailing(active, window, DAYS), flags_of(people[day <= view.at(last)]), flags_of(who[since < end])
            )
            found.append(quotient(int(journeys.counts(base & again & brings)), int(journeys.counts(base))))
        return found


ITEM = _Metric(
    key="strong_ties",
    label_zh="强关系占比",
    label_en="Share of strong ties",
    formula=Words(
        zh="暂定口径：截至最后一天的 30 天活跃用户中，累计下单至少两次、并且带来过至少一个别人（邀请或分享）的人的比例。",
        en="By a provisional rule: of the people active in the 30 days up to the last day, the share who have ordered at least twice and"
        " brought at least one other person, by invitation or share.",
    ),
    unit="share",
    whom="active",
    back_days=DAYS,
    horizon="long",
    needs=("purchase",),
)
