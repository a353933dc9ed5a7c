"""How is a forecast made? By its key: the settings of the workspace, and the job that does it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.prediction.forecasts import ForecastKey, wanted
from uems.prediction.needs_settings import NeedsSettings
from uems.prediction.survival_settings import SurvivalSettings
from uems.prediction.uplift_settings import UpliftSettings
from uems.prediction.uplift_trials import Reader
from uems.prediction.value_settings import ValueSettings

Tick = Callable[[str, float], None]


def make(house: House, scope: Scope, key: ForecastKey, run_id: str, now: datetime, tick: Tick, trials: Reader) -> dict[str, Any]:
    """Make it and write what it says of people; gives the result, JSON-ready. Raises as the job of the key.

    trials: reads what uplift is learned from.
    """
    settings = wanted(house.store, scope, key).settings
    # Their mathematics takes a hundred megabytes and a third of a second to load, which whoever never forecasts need not have.
    if key == "next_need":
        from uems.prediction.needs_job import make_needs

        return make_needs(house, scope, NeedsSettings.model_validate(dict(settings)), now, tick)
    if key == "survival":
        from uems.prediction.survival_job import make_survival

        return make_survival(house, scope, SurvivalSettings.model_validate(dict(settings)), now, tick)
    if key == "uplift":
        from uems.prediction.uplift_job import make_uplift

        return make_uplift(house, scope, UpliftSettings.model_validate(dict(settings)), trials, run_id, now, tick)
    from uems.prediction.value_job import make_value

    return make_value(house, scope, ValueSettings.model_validate(dict(settings)), run_id, now, tick)
