"""How is asked what actions were worth, and how is decided about them?"""

from typing import Annotated, Final

from fastapi import Path, Query, Request

from uems.access.api import Access, guard, house_of
from uems.evaluation.acquisition import MAX_MONTHS, acquisition
from uems.evaluation.acquisition_bodies import AcquisitionBody, ChannelCreditsBody, CreditsBody
from uems.evaluation.before_after import change_of
from uems.evaluation.before_bodies import BeforeAfterAsked, BeforeAfterBody
from uems.evaluation.bodies import (
    ActionCostBody,
    ActionDecision,
    ActionWhole,
    DecisionMade,
    EvaluationTermsBody,
    LeagueBody,
    RelationHealth,
    WorthBody,
)
from uems.evaluation.channels import channel_credits
from uems.evaluation.crediting import credits
from uems.evaluation.decisions import decide, decisions_of, undo_decision
from uems.evaluation.health import health
from uems.evaluation.known import known
from uems.evaluation.known_bodies import ActionTruth
from uems.evaluation.league import league, worth_over_time
from uems.evaluation.model import HORIZONS, ActionKind
from uems.evaluation.review_routes import router as reviews
from uems.evaluation.terms import ActionCost, costs_of, save_cost, save_terms, terms_of
from uems.kernel.edge import Id, Page
from uems.kernel.routing import Routes

router = Routes()
router.include(reviews)
_BASE: Final = "/workspaces/{workspace}/evaluation"
_READ, _WRITE = guard("evaluation:read"), guard("evaluation:write")
_ONE: Final = _BASE + "/actions/{action_kind}/{key}"
Kind = Annotated[
    ActionKind,
    Path(
        description="flow, campaign, sending for what other tools sent, change, coupon or slot for an arm of an"
        " experiment, programme, or everything."
    ),
]
ActionKey = Annotated[str, Path(min_length=1, max_length=200, description="Key of the action.")]


@router.get(_BASE)
def get_league(
    request: Request,
    access: Annotated[Access, _READ],
    horizon_days: Annotated[int | None, Query(ge=7, le=90, description="How long everybody is watched.")] = None,
) -> LeagueBody:
    """What every flow, campaign and sending was worth against people it was not for, the best first."""
    house = house_of(request)
    found = league(house, access.scope, access.now, horizon_days)
    return LeagueBody.of(found, decisions_of(house.store, access.scope), access.scope.currency)


@router.get(_BASE + "/health")
def get_evaluation_health(request: Request, access: Annotated[Access, _READ]) -> RelationHealth:
    """What people bear and how they answer, as one index with its parts."""
    return RelationHealth.of(health(house_of(request), access.scope, access.now))


@router.get(_BASE + "/acquisition")
def get_acquisition(
    request: Request,
    access: Annotated[Access, _READ],
    months: Annotated[int, Query(ge=1, le=MAX_MONTHS, description="How many calendar months, this one included.")] = 6,
) -> AcquisitionBody:
    """What winning people cost by month and channel, when it was paid back, and what they are worth over it."""
    found = acquisition(house_of(request), access.scope, access.now, months)
    return AcquisitionBody.of(found, access.scope.currency)


@router.get(_BASE + "/attribution")
def get_evaluation_attribution(
    request: Request,
    access: Annotated[Access, _READ],
    horizon_days: Annotated[int | None, Query(ge=7, le=90, description="How many days ahead both look.")] = None,
) -> CreditsBody:
    """What ways of sharing credit give each action, beside what it changed."""
    return CreditsBody.of(credits(house_of(request), access.scope, access.now, horizon_days), access.scope.currency)


@router.get(_BASE + "/channels")
def get_channel_credit(
    request: Request,
    access: Annotated[Access, _READ],
    horizon_days: Annotated[int | None, Query(ge=7, le=90, description="How many days ahead both look.")] = None,
) -> ChannelCreditsBody:
    """What ways of sharing credit give each channel, beside what its actions changed against people held out of them."""
    found = channel_credits(house_of(request), access.scope, access.now, horizon_days)
    return ChannelCreditsBody.of(found, access.scope.currency)


@router.post(_BASE + "/change")
def ask_change(request: Request, access: Annotated[Access, _READ], body: BeforeAfterAsked) -> BeforeAfterBody:
    """What a change did that came to a whole group, by what the others did, weighed to look like it before. Weaker than a holdout."""
    return BeforeAfterBody.of(change_of(house_of(request), access.scope, access.now, body.change()), access.scope.currency)


@router.get(_BASE + "/terms")
def get_evaluation_terms(request: Request, access: Annotated[Access, _READ]) -> EvaluationTermsBody:
    """By what actions are judged."""
    return EvaluationTermsBody(**dict(terms_of(house_of(request).store, access.scope)))


@router.put(_BASE + "/terms")
def put_evaluation_terms(request: Request, access: Annotated[Access, _WRITE], body: EvaluationTermsBody) -> EvaluationTermsBody:
    """Judge by these from now on; numbers of the past change with them."""
    save_terms(house_of(request).store, access, body)
    return body


@router.get(_BASE + "/decisions")
def list_decisions(request: Request, access: Annotated[Access, _READ]) -> Page[ActionDecision]:
    """The last 500 decisions, the latest first, those taken back too."""
    return Page(items=[ActionDecision.of(one) for one in decisions_of(house_of(request).store, access.scope)])


@router.post(_BASE + "/decisions/{decision_id}/undo")
def undo_action_decision(request: Request, access: Annotated[Access, _WRITE], decision_id: Id) -> ActionDecision:
    """Take a decision back; what it stopped goes on."""
    return ActionDecision.of(undo_decision(house_of(request).store, access, decision_id))


@router.get(_ONE)
def get_action(request: Request, access: Annotated[Access, _READ], action_kind: Kind, key: ActionKey) -> ActionWhole:
    """One action over 7, 30, 60 and 90 days."""
    return _whole(request, access, action_kind, key)


@router.get(_ONE + "/truth")
def get_action_truth(request: Request, access: Annotated[Access, _READ], action_kind: Kind, key: ActionKey) -> ActionTruth:
    """What it was really worth, beside the estimate and beside last touch. Known of simulated shops alone, which their simulator tells."""
    found = known(house_of(request), access.scope, access.now, action_kind, key, HORIZONS)
    return ActionTruth.of(found, access.scope.currency)


@router.put(_ONE + "/cost")
def put_action_cost(
    request: Request, access: Annotated[Access, _WRITE], action_kind: Kind, key: ActionKey, body: ActionCostBody
) -> ActionWhole:
    """Say what it cost beside its messages: benefits, coupons, work."""
    worth_over_time(house_of(request), access.scope, access.now, action_kind, key, HORIZONS[:1])  # 404 for what does not exist
    cost = ActionCost(fixed_minor=body.fixed_minor, per_person_minor=body.per_person_minor, note=body.note)
    save_cost(house_of(request).store, access, action_kind, key, cost)
    return _whole(request, access, action_kind, key)


@router.post(_ONE + "/decisions", status_code=201)
def decide_action(
    request: Request, access: Annotated[Access, _WRITE], action_kind: Kind, key: ActionKey, body: DecisionMade
) -> ActionDecision:
    """Scale, keep, fix or retire it; retiring stops it, and can be taken back. What harms health is scaled only with evaluation:approve."""
    house = house_of(request)
    [worth] = worth_over_time(house, access.scope, access.now, action_kind, key, [body.horizon_days])
    return ActionDecision.of(decide(house.store, access, worth, body.decision, body.reason))


def _whole(request: Request, access: Access, kind: ActionKind, key: str) -> ActionWhole:
    house = house_of(request)
    worths = worth_over_time(house, access.scope, access.now, kind, key, HORIZONS)
    return ActionWhole(
        worths=[WorthBody.of(one) for one in worths],
        cost=ActionCostBody.of(costs_of(house.store, access.scope).get((kind, key), ActionCost())),
        decisions=[ActionDecision.of(one) for one in decisions_of(house.store, access.scope, (kind, key))],
        currency=access.scope.currency,
    )
