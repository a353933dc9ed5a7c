"""How are lifetime value, the next need and staying asked for, set and made anew over HTTP?"""

from typing import Annotated

from fastapi import Request

from uems.access.api import Access, guard, house_of
from uems.kernel.routing import Routes
from uems.prediction.bodies import ModelRunBody
from uems.prediction.forecast_bodies import LifetimeValueBody, ValueSettingsBody
from uems.prediction.forecasts import get_forecast, queue_forecast, save_settings
from uems.prediction.more_forecast_bodies import NeedsSettingsBody, NextNeedBody, SurvivalBody, SurvivalSettingsBody
from uems.prediction.runs import list_runs

router = Routes()
_W = "/workspaces/{workspace}"


def _value(request: Request, access: Access) -> LifetimeValueBody:
    store = house_of(request).store
    runs = list_runs(store, access.scope, key="lifetime_value", before=None, limit=1)
    return LifetimeValueBody.of(get_forecast(store, access.scope, "lifetime_value"), runs[0] if runs else None)


@router.get(_W + "/lifetime-value")
def get_lifetime_value(request: Request, access: Annotated[Access, guard("models:read")]) -> LifetimeValueBody:
    """What everybody is expected to bring, how well that did on the past, and the run under way."""
    return _value(request, access)


@router.put(_W + "/lifetime-value")
def put_lifetime_value(request: Request, access: Annotated[Access, guard("models:write")], body: ValueSettingsBody) -> LifetimeValueBody:
    """Other settings: margin, discount rate, horizon, what counts as a purchase. It is made anew at once."""
    save_settings(house_of(request).store, access, "lifetime_value", body.read())
    return _value(request, access)


@router.post(_W + "/lifetime-value/runs")
def run_lifetime_value(request: Request, access: Annotated[Access, guard("models:write")]) -> ModelRunBody:
    """Have a worker make it now. One that is under way already is given back."""
    return ModelRunBody.of(queue_forecast(house_of(request).store, access, "lifetime_value"))


def _needs(request: Request, access: Access) -> NextNeedBody:
    store = house_of(request).store
    runs = list_runs(store, access.scope, key="next_need", before=None, limit=1)
    return NextNeedBody.of(get_forecast(store, access.scope, "next_need"), runs[0] if runs else None)


@router.get(_W + "/needs")
def get_needs(request: Request, access: Annotated[Access, guard("models:read")]) -> NextNeedBody:
    """What people will need next and when, how well that did on the past, and the run under way."""
    return _needs(request, access)


@router.put(_W + "/needs")
def put_needs(request: Request, access: Annotated[Access, guard("models:write")], body: NeedsSettingsBody) -> NextNeedBody:
    """Other settings: how early to act, how sure to be. It is made anew at once."""
    save_settings(house_of(request).store, access, "next_need", body.read())
    return _needs(request, access)


@router.post(_W + "/needs/runs")
def run_needs(request: Request, access: Annotated[Access, guard("models:write")]) -> ModelRunBody:
    """Have a worker make it now. One that is under way already is given back."""
    return ModelRunBody.of(queue_forecast(house_of(request).store, access, "next_need"))


def _survival(request: Request, access: Access) -> SurvivalBody:
    store = house_of(request).store
    runs = list_runs(store, access.scope, key="survival", before=None, limit=1)
    return SurvivalBody.of(get_forecast(store, access.scope, "survival"), runs[0] if runs else None)


@router.get(_W + "/survival")
def get_survival(request: Request, access: Annotated[Access, guard("models:read")]) -> SurvivalBody:
    """How long people stay, what goes with leaving, from which day of silence on acting pays, and the value at risk."""
    return _survival(request, access)


@router.put(_W + "/survival")
def put_survival(request: Request, access: Annotated[Access, guard("models:write")], body: SurvivalSettingsBody) -> SurvivalBody:
    """Other settings: which silence is leaving, what an action costs and saves. It is worked out anew at once."""
    save_settings(house_of(request).store, access, "survival", body.read())
    return _survival(request, access)


@router.post(_W + "/survival/runs")
def run_survival(request: Request, access: Annotated[Access, guard("models:write")]) -> ModelRunBody:
    """Have a worker work it out now. One that is under way already is given back."""
    return ModelRunBody.of(queue_forecast(house_of(request).store, access, "survival"))
