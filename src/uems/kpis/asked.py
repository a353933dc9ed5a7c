"""How is a question about a metric answered to whoever asks: the page of the metric, a tile of a dashboard, a paper?"""

from datetime import datetime

from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kpis.bodies import KpiAnswer
from uems.kpis.goals import goals_of
from uems.kpis.measuring import Question, measure


def answer_metric(house: House, scope: Scope, question: Question, now: datetime) -> KpiAnswer:
    """The values of one metric with the target that holds on its last day. Raises as ``measure``."""
    found = measure(house, scope, question, now)
    day = min(found.frame.last, found.frame.today)
    goals = goals_of(house, scope, [(found.metric, found.config)], question.unit, day, now)
    return KpiAnswer.of(found, scope.zone, scope.currency, now, goals.get(found.metric.key))
