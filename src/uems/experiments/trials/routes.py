"""How are experiments designed, started, read and decided over HTTP?"""

from collections.abc import Sequence
from typing import Annotated, Final

from fastapi import Path, Query, Request

from uems.access.api import Access, guard, house_of
from uems.experiments.exposures import SEVERAL
from uems.experiments.registry import METRIC_KINDS
from uems.experiments.trials import closer, definitions, ranking, results
from uems.experiments.trials.bodies import (
    TrialLine,
    TrialList,
    TrialMetricKind,
    TrialMetricKinds,
    TrialSave,
    TrialSourceLine,
    TrialSourceList,
    TrialTurn,
    TrialWhole,
)
from uems.experiments.trials.plan_bodies import TrialPlanAsk, TrialPlanned, TrialProof, TrialProofAsk
from uems.experiments.trials.planning import plan_trial
from uems.experiments.trials.proving import prove
from uems.experiments.trials.result_bodies import TrialArmGroups, TrialDays, TrialGroups, TrialRanks, TrialResults, TrialWear
from uems.experiments.trials.sources import TrialSources
from uems.experiments.trials.spec import TrialDecision, TrialDraft
from uems.experiments.trials.sums import people_of_arm
from uems.journeys import api as journeys
from uems.kernel.edge import Cursor, Limit
from uems.kernel.errors import invalid
from uems.kernel.house import House
from uems.kernel.routing import Routes

router = Routes()
_WORKSPACE: Final = "/workspaces/{workspace}"
_BASE: Final = f"{_WORKSPACE}/experiments"
_READ, _WRITE = guard("experiments:read"), guard("experiments:write")
TrialKey = Annotated[str, Path(min_length=1, max_length=100, pattern=f"^{definitions.KEY_PATTERN}$", description="Key of the experiment.")]
MetricQuery = Annotated[str, Query(max_length=60, description="Key of a metric; left out: the primary one.")]


@router.get(_BASE)
def list_trials(request: Request, access: Annotated[Access, _READ]) -> TrialList:
    """All experiments but the archived ones, the latest first."""
    found = definitions.list_trials(house_of(request).store, access.scope)
    return TrialList(items=[TrialLine.of(one) for one in found])


@router.get(f"{_WORKSPACE}/experiment-metrics")
def list_metric_kinds(access: Annotated[Access, _READ]) -> TrialMetricKinds:
    """The kinds of metrics, with the schema of each."""
    items = [
        TrialMetricKind(
            key=one.key,
            label_zh=one.label_zh,
            label_en=one.label_en,
            unit=one.unit,
            schema_of=one.Config.model_json_schema(),
            sample=one.sample.model_dump(mode="json", exclude_defaults=True),
        )
        for one in METRIC_KINDS
    ]
    return TrialMetricKinds(items=items)


@router.post(f"{_WORKSPACE}/experiment-plans")
def plan_a_trial(request: Request, access: Annotated[Access, _READ], body: TrialPlanAsk) -> TrialPlanned:
    """How long a design will take and what it can find, by the workspace's own history. Nothing is written."""
    traffic = body.traffic_percent / 100
    return TrialPlanned.of(plan_trial(house_of(request), access.scope, body.spec, body.entry, traffic, access.now))


@router.post(f"{_WORKSPACE}/experiment-proofs")
def prove_a_trial(request: Request, access: Annotated[Access, _READ], body: TrialProofAsk) -> TrialProof:
    """How often a design would find something on the workspace's own history, without an effect and with one. Nothing is written."""
    return TrialProof.of(prove(house_of(request), access.scope, body.spec, body.entry, access.now))


@router.get(f"{_WORKSPACE}/experiment-sources")
def list_trial_sources(request: Request, access: Annotated[Access, _READ]) -> TrialSourceList:
    """What shares people out already and tells exposures: flags, flows, campaigns with variants or coupons, slots with variants."""
    rooms: Sequence[TrialSources] = request.app.state.trial_sources
    with house_of(request).store.read() as conn:
        return TrialSourceList(items=[TrialSourceLine.of(one) for room in rooms for one in room(conn, access.scope)])


@router.get(_BASE + "/{key}")
def get_trial(request: Request, access: Annotated[Access, _READ], key: TrialKey) -> TrialWhole:
    """One experiment with its design over time."""
    house = house_of(request)
    return _whole(house, access, definitions.get_trial(house.store, access.scope, key))


@router.put(_BASE + "/{key}")
def put_trial(request: Request, access: Annotated[Access, _WRITE], key: TrialKey, body: TrialSave) -> TrialWhole:
    """Make it, as a draft, or change it; what a started one is judged by stays."""
    house = house_of(request)
    draft = TrialDraft(name=body.name, spec=body.spec)
    return _whole(house, access, definitions.save_trial(house.store, access, key, draft, base_version=body.base_version))


@router.post(_BASE + "/{key}/state")
def turn_trial(request: Request, access: Annotated[Access, _WRITE], key: TrialKey, body: TrialTurn) -> TrialWhole:
    """Start it, stop it, write down what was decided, or put it away."""
    house = house_of(request)
    if body.state == "decided" and not body.why.strip():
        raise invalid("why", body.why, "must say why it was decided so; somebody will ask.")
    decision = TrialDecision(arm=body.arm, why=body.why) if body.state == "decided" else None
    return _whole(house, access, definitions.turn_trial(house.store, access, key, body.state, decision))


@router.get(_BASE + "/{key}/results")
def trial_results(request: Request, access: Annotated[Access, _READ], key: TrialKey) -> TrialResults:
    """What it shows now, or showed when it was stopped."""
    house = house_of(request)
    trial = definitions.get_trial(house.store, access.scope, key)
    return TrialResults.of(trial, results.results_of(house, access.scope, trial, access.now))


@router.get(_BASE + "/{key}/daily")
def trial_days(request: Request, access: Annotated[Access, _READ], key: TrialKey, metric: MetricQuery = "") -> TrialDays:
    """The effect of everything up to the end of each day, with intervals that may be looked at daily."""
    house = house_of(request)
    trial = definitions.get_trial(house.store, access.scope, key)
    return TrialDays.of(closer.daily(house, access.scope, trial, metric or trial.spec.primary.key, access.now))


@router.get(_BASE + "/{key}/groups")
def trial_groups(
    request: Request,
    access: Annotated[Access, _READ],
    key: TrialKey,
    trait: Annotated[str, Query(min_length=1, max_length=40, description="device, os, country or channel of the first exposure.")],
    metric: MetricQuery = "",
) -> TrialGroups:
    """Whether it works better for some than for others."""
    house = house_of(request)
    trial = definitions.get_trial(house.store, access.scope, key)
    found = closer.by_trait(house, access.scope, trial, metric or trial.spec.primary.key, trait, access.now)
    return TrialGroups(items=[TrialArmGroups.of(one) for one in found])


@router.get(_BASE + "/{key}/wear")
def trial_wear(request: Request, access: Annotated[Access, _READ], key: TrialKey, metric: MetricQuery = "") -> TrialWear:
    """Whether the effect wears off."""
    house = house_of(request)
    trial = definitions.get_trial(house.store, access.scope, key)
    return TrialWear.of(closer.wear(house, access.scope, trial, metric or trial.spec.primary.key, access.now))


@router.get(_BASE + "/{key}/ranks")
def trial_ranks(request: Request, access: Annotated[Access, _READ], key: TrialKey, metric: MetricQuery = "") -> TrialRanks:
    """Whether an arm also wins by ranks (Mann and Whitney), and its difference by drawing people: for values with heavy tails."""
    house = house_of(request)
    trial = definitions.get_trial(house.store, access.scope, key)
    return TrialRanks.of(ranking.ranks(house, access.scope, trial, metric or trial.spec.primary.key, access.now))


@router.get(_BASE + "/{key}/people")
def trial_people(
    request: Request,
    access: Annotated[Access, guard("people:read")],
    key: TrialKey,
    arm: Annotated[str, Query(max_length=60, description="Key of the arm; left out: those who were seen in several arms.")] = "",
    cursor: Cursor | None = None,
    limit: Limit = 50,
) -> journeys.PeoplePage:
    """The people of an arm, as they are known now."""
    house = house_of(request)
    trial = definitions.get_trial(house.store, access.scope, key)
    keys = trial.spec.arm_keys
    if arm and arm not in keys:
        raise invalid("arm", arm, f"must be one of: {', '.join(keys)}.")
    world = results.world_of(house, access.scope, trial, access.now)
    found = people_of_arm(world, keys.index(arm) if arm else SEVERAL)
    return journeys.page_of_people(house, access.scope, found, cursor, limit)


def _whole(house: House, access: Access, trial: definitions.Experiment) -> TrialWhole:
    return TrialWhole.whole(trial, definitions.versions_of(house.store, access.scope, trial))
