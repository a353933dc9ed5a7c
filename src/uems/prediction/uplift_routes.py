"""How is uplift asked for, set and made anew over HTTP, and how does it become a segment or a guard?"""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Path, Request

from uems.access.api import Access, guard, house_of
from uems.kernel.errors import UemsError, not_found
from uems.kernel.routing import Routes
from uems.prediction.bodies import ModelRunBody
from uems.prediction.forecasts import get_forecast, queue_forecast, save_settings
from uems.prediction.runs import list_runs
from uems.prediction.uplift_bodies import UpliftBody, UpliftGuardBody, UpliftSegmentAsked, UpliftSegmentMade, UpliftSettingsBody
from uems.prediction.uplift_store import guarded, set_guard
from uems.prediction.uplift_trials import TrialKind
from uems.profiles import api as profiles
from uems.segments import api as segments

router = Routes()
_U = "/workspaces/{workspace}/uplift"
_ONE = _U + "/actions/{trial_kind}/{key}"
Kind = Annotated[TrialKind, Path(description="flow, campaign, or experiment; of several arms the key ends with a dot and the arm.")]
TrialKey = Annotated[str, Path(min_length=1, max_length=200, description="Key of the action.")]


def _uplift(request: Request, access: Access) -> UpliftBody:
    store = house_of(request).store
    runs = list_runs(store, access.scope, key="uplift", before=None, limit=1)
    return UpliftBody.of(get_forecast(store, access.scope, "uplift"), runs[0] if runs else None, guarded(store, access.scope))


@router.get(_U)
def get_uplift(request: Request, access: Annotated[Access, guard("models:read")]) -> UpliftBody:
    """Who changes because of our actions, how well that is known, whom it pays to treat, and whom to leave in peace."""
    return _uplift(request, access)


@router.put(_U)
def put_uplift(request: Request, access: Annotated[Access, guard("models:write")], body: UpliftSettingsBody) -> UpliftBody:
    """Other settings: what actions are to change, and what that is worth. It is made anew at once."""
    save_settings(house_of(request).store, access, "uplift", body.read())
    return _uplift(request, access)


@router.post(_U + "/runs")
def run_uplift(request: Request, access: Annotated[Access, guard("models:write")]) -> ModelRunBody:
    """Have a worker make it now. One that is under way already is given back."""
    return ModelRunBody.of(queue_forecast(house_of(request).store, access, "uplift"))


@router.put(_ONE + "/guard")
def put_uplift_guard(
    request: Request, access: Annotated[Access, guard("campaigns:write")], trial_kind: Kind, key: TrialKey, body: UpliftGuardBody
) -> UpliftBody:
    """Leave those in peace whom the action harms, or not: decided at the moment of sending, by the newest run."""
    told = _action(request, access, trial_kind, key)
    if not told["origin"]:
        message = f"The action {trial_kind}/{key} sends no messages, so there is nothing to keep back. Guard a flow or a campaign."
        raise UemsError("nothing_to_guard", message, status=409)
    set_guard(house_of(request).store, access, trial_kind, key, told["origin"], on=body.on)
    return _uplift(request, access)


@router.post(_ONE + "/segments", status_code=201)
def make_uplift_segment(
    request: Request, access: Annotated[Access, guard("segments:write")], trial_kind: Kind, key: TrialKey, body: UpliftSegmentAsked
) -> UpliftSegmentMade:
    """Make a segment of those whom it pays to treat, or of those whom the action harms; it follows the newest run. Again, it stays."""
    told = _action(request, access, trial_kind, key)
    if told["found"] is None or not told["found"]["sure"]:
        message = f"Who changes because of {trial_kind}/{key} cannot be told yet, so there is nobody to choose. Treat all or none."
        raise UemsError("uplift_not_sure", message, status=409)
    store = house_of(request).store
    draft = _draft(told, body.who)
    try:
        segments.save_segment(store, access, draft, base_version=0)
    except UemsError as error:
        if error.code != "segment_changed":  # it is there, and perhaps somebody has made it their own
            raise
    return UpliftSegmentMade(key=draft.key)


def _draft(told: Mapping[str, Any], who: str) -> segments.Draft:
    tag, harmed = told["found"]["tag"], told["found"]["harmed_tag"]
    if who == "harmed":
        condition: dict[str, Any] = {"tag": {"name": harmed, "op": "is_set"}}
        return segments.Draft(key=harmed, name=_name("Harmed by", told), description="", condition=profiles.parse_condition(condition))
    pays = {"tag": {"name": tag, "op": "gt", "value": 0}}
    condition = {"and": [pays, {"not": {"tag": {"name": harmed, "op": "is_set"}}}]}
    return segments.Draft(key=tag, name=_name("Worth treating by", told), description="", condition=profiles.parse_condition(condition))


def _name(first: str, told: Mapping[str, Any]) -> str:
    return f"{first}: {told['name']}"[:100]


def _action(request: Request, access: Access, kind: str, key: str) -> Mapping[str, Any]:
    """As the newest run has it. Raises ``not_found``."""
    forecast = get_forecast(house_of(request).store, access.scope, "uplift")
    actions = forecast.result["actions"] if forecast and forecast.result else []
    told: Mapping[str, Any] | None = next((one for one in actions if (one["kind"], one["key"]) == (kind, key)), None)
    if told is None:
        raise not_found("action", f"{kind}/{key}")
    return told
