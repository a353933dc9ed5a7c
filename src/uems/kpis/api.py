"""The door of this room: everything that other rooms, the command line and the web may use."""

from uems.kpis.alerts.watcher import Watcher
from uems.kpis.dashboards.mailer import Mailer
from uems.kpis.dashboards.notes import draw_notes
from uems.kpis.guardrails import Guardrail, Pair, Verdict, add_guardrail, guardrails_of, judge
from uems.kpis.measuring import Answer, Compared, Part, Point, Question, find_metric, measure
from uems.kpis.model import Group, Reason, Spend, Value, Window
from uems.kpis.reasons import say
from uems.kpis.registry import METRICS, Metric
from uems.kpis.spending import delete_spend, save_spend, spend_between
from uems.kpis.targets import set_target, targets_of
from uems.kpis.ties import Standing, Ties, fill_ties
from uems.kpis.written import Language, written

__all__ = [
    "METRICS",
    "Answer",
    "Compared",
    "Group",
    "Guardrail",
    "Language",
    "Mailer",
    "Metric",
    "Pair",
    "Part",
    "Point",
    "Question",
    "Reason",
    "Spend",
    "Standing",
    "Ties",
    "Value",
    "Verdict",
    "Watcher",
    "Window",
    "add_guardrail",
    "delete_spend",
    "draw_notes",
    "fill_ties",
    "find_metric",
    "guardrails_of",
    "judge",
    "measure",
    "save_spend",
    "say",
    "set_target",
    "spend_between",
    "targets_of",
    "written",
]
