"""What do the rooms above ask of saved reports? One, or all of a workspace."""

from uems.journeys.saved import definitions
from uems.journeys.saved.definitions import SavedReport
from uems.kernel.house import House
from uems.kernel.scope import Scope


def saved_report(house: House, scope: Scope, key: str) -> SavedReport:
    """One saved report, to be answered by ``run_report(house, scope, one.report, one.spec, now)``; raises ``not_found``."""
    return definitions.saved_report(house.store, scope, key)


def saved_reports(house: House, scope: Scope) -> list[SavedReport]:
    """All saved reports by name."""
    return definitions.list_saved(house.store, scope)[0]
