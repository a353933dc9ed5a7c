"""How is a report asked? By its name and a spec in JSON: for its answer, or for the people behind one number of it.

The same functions serve HTTP, the command line, and the rooms above.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ValidationError

from uems.journeys.registry import REPORTS, Answer, OpensPeople
from uems.kernel.errors import UemsError, faults
from uems.kernel.house import House
from uems.kernel.scope import Scope

SAMPLES: Final = (10, 1)
"""What is offered, in percent of the people, when a report is too large for its limits: the first that is smaller than what was asked."""
_TOO_LARGE: Final = {"warehouse_timeout", "warehouse_memory", "warehouse_rows"}


def run_report(house: House, scope: Scope, name: str, spec: Mapping[str, Any], now: datetime) -> Answer:
    """The answer of the report called ``name``. Raises ``invalid_spec`` with every fault, ``not_found`` for an unknown name."""
    report = REPORTS.get(name)
    config = _read(report.Config, spec, "spec", name)
    with _offering_a_sample(config):
        return report.run(house, scope, config, now)


def check_spec(name: str, spec: Mapping[str, Any]) -> dict[str, Any]:
    """The spec in JSON as it would be kept: what was given, in the form of the report called ``name``. Raises as ``run_report``."""
    return _read(REPORTS.get(name).Config, spec, "spec", name).model_dump(mode="json", exclude_unset=True)


def people_of_report(
    house: House, scope: Scope, name: str, spec: Mapping[str, Any], cell: Mapping[str, Any], now: datetime
) -> npt.NDArray[np.uint64]:
    """Exactly the people whom one number of the answer counts: sorted, each once. Raises also ``not_found``, ``invalid`` for a cell
    that the answer does not have."""
    report = REPORTS.get(name)
    if not isinstance(report, OpensPeople):
        raise UemsError("not_found", f"The report {name} has no people behind its numbers.", status=404, details={"kind": "cell"})
    config = _read(report.Config, spec, "spec", name)
    place = _read(report.Cell, cell, "cell", name)
    with _offering_a_sample(config):
        return report.people(house, scope, config, place, now)


def _read(model: type[BaseModel], given: Mapping[str, Any], what: str, name: str) -> BaseModel:
    try:
        return model.model_validate(given)
    except ValidationError as error:
        found = faults(error.errors(), what)
        raise UemsError(
            f"invalid_{what}",
            f"The {what} of {name} cannot be used: {found}. Its schema is in GET /api/workspaces/{{workspace}}/reports.",
            status=422,
        ) from error


@contextmanager
def _offering_a_sample(config: BaseModel) -> Iterator[None]:
    """Who asks for too much is told how to ask for less: the same report of a share of the people."""
    try:
        yield
    except UemsError as error:
        if error.code not in _TOO_LARGE or "sample_percent" not in type(config).model_fields:
            raise
        asked = getattr(config, "sample_percent", None) or 100
        offer = next((percent for percent in SAMPLES if percent < asked), None)
        if offer is None:
            raise
        told = f'{error.message} Or ask for a sample of the people with "sample_percent": {offer}; the answer then says so.'
        raise UemsError(error.code, told, status=error.status, details={**error.details, "sample_percent": offer}) from error
