"""Whom did an experiment give which arm, and from when on? For whoever judges what an arm was worth in money."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt

from uems.experiments.exposures import SEVERAL, exposed_sql
from uems.experiments.trials.definitions import Experiment
from uems.experiments.trials.results import world_of
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.sql import Sql


@dataclass(frozen=True, slots=True, kw_only=True)
class Assigned:
    """People as they are now, sorted. since_ms: their first exposure. arm: its place. Shape (n,). several: people of several arms."""

    person: npt.NDArray[np.uint64]
    since_ms: npt.NDArray[np.int64]
    arm: npt.NDArray[np.uint8]
    several: int


def assigned(house: House, scope: Scope, trial: Experiment, now: datetime) -> Assigned:
    """Everybody who was exposed to an experiment that was started, by one statement. Raises what ``world_of`` raises."""
    world = world_of(house, scope, trial, now)
    query = world.query()
    found = query.run(Sql(f"SELECT person, f, arm FROM {exposed_sql(query, world.exposures)} ORDER BY person"))
    arm = np.asarray(found.column("arm").to_numpy(), np.uint8)
    known = arm < len(trial.spec.arms)
    return Assigned(
        person=np.asarray(found.column("person").to_numpy(), np.uint64)[known],
        since_ms=np.asarray(found.column("f").to_numpy(), np.int64)[known],
        arm=arm[known],
        several=int((arm == SEVERAL).sum()),
    )
