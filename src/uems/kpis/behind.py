"""Who are the people that a value of a metric counts, of everybody or of one group of a breakdown?"""

from datetime import datetime

import numpy as np
import numpy.typing as npt

from uems.journeys import api as journeys
from uems.kernel.clock import day_of
from uems.kernel.errors import UemsError, invalid
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kpis.facts import Facts, View
from uems.kpis.frames import frame_of
from uems.kpis.measuring import Question, cut_of, find_metric
from uems.kpis.model import Group, Whom
from uems.kpis.registry import METRICS
from uems.profiles import api as profiles


def people_behind(house: House, scope: Scope, question: Question, group: Group | None, now: datetime) -> npt.NDArray[np.uint64]:
    """The people of the whole period, or those of a group of the breakdown: sorted, each once. group: as the answer names it.

    A quotient has those below its line: of a share of newcomers, the newcomers; that of strong ties has the strong, as the
    pyramid. Raises as ``measure``, ``invalid`` for a group that the
    answer does not have, and ``not_found`` for metrics behind which there are no people.
    """
    metric = find_metric(house, scope, question.metric)
    if metric.whom is None:
        there = ", ".join(one.key for one in METRICS if one.whom is not None)
        text = f"Behind {metric.key} there are no people. There are behind: {there}."
        raise UemsError("not_found", text, status=404, details={"kind": "people"})
    frame = frame_of(question.first, question.last, question.last_days, question.unit, day_of(now, scope.zone))
    facts = Facts(house, scope, now, frame, profiles.roles_of(house.store, scope))
    if facts.roles.missing(metric.needs) or frame.first > frame.today:
        return np.zeros(0, np.uint64)
    if group is None:
        return _people(facts.view(), metric.whom, metric.back_days)
    cut = cut_of(house, scope, facts, question)
    if cut is None or group not in cut.groups:
        there = ", ".join(repr(one.segment or one.value or ("others" if one.other else "")) for one in cut.groups) if cut else "none"
        raise invalid("group", group.segment or group.value, f"must be a group of the answer: {there}.")
    return _people(facts.view(cut, cut.groups.index(group)), metric.whom, metric.back_days)


def _people(view: View, whom: Whom, back: int) -> npt.NDArray[np.uint64]:
    window = view.windows[0]
    if whom == "strong":
        return _strong(view)
    days = view.newcomers() if whom == "new" else view.active() if whom == "active" else view.did(view.roles.events("purchase"))
    return np.asarray(journeys.members(view.trailing(days, window, back) if back else view.people(days, window)), np.uint64)


def _strong(view: View) -> npt.NDArray[np.uint64]:
    """Whose tie was strong at the end of the period. Raises ``people_not_kept`` (409) for a past of which only numbers are known."""
    ties = view.facts.ties()
    standing = None if ties is None else ties.at(min(view.frame.last, view.frame.today))
    if ties is None or standing is None:
        return np.zeros(0, np.uint64)
    if not ties.is_last(standing):
        latest = ties.standings[-1].until
        text = f"Of {standing.until} it is known how many ties were strong, and not whose. Choose a period that ends on {latest}."
        raise UemsError("people_not_kept", text, status=409)
    if view.cut is None:
        return ties.strong
    members = journeys.members(view.facts.members(view.cut)[view.group]).astype(np.uint64)
    return np.asarray(np.intersect1d(ties.strong, members), np.uint64)
