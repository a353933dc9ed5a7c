"""Who was given which arm of an experiment? The one place that says what counts as an exposure; every report of experiments reads it.

An exposure is an event ``Experiment Viewed`` (what flag clients' tracking callbacks send, by Segment's words) or ``experiment.exposed``
(what the server tells of its own evaluations), with ``experiment_id`` and ``variation_id`` (or ``experimentId`` and ``variationId``). A
person counts once, from their first exposure in the period on. Whoever was seen in several arms, on two devices or because weights
changed, belongs to none: they are left out, and counted, so that a report can say how many they are. People are who they are now,
however ids were merged since.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from uems.identity import api as identity
from uems.kernel.clock import Period
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.sql import Param, Sql, json_path
from uems.kernel.store import Store

EVENTS: Final = ("Experiment Viewed", "experiment.exposed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposed:
    """arms: how many people each arm has. several: how many were seen in more than one, and are in none of these."""

    arms: Mapping[str, int]
    several: int


def exposed_sql(store: Store, scope: Scope) -> Sql:
    """A subquery of rows (person, arm, at, arms): everybody exposed, their first arm and when, and how many arms they were seen in.

    Only those with ``arms = 1`` belong to an arm. It asks for the parameters of ``exposure_params``.
    """
    arm = _text("variation_id", "variationId")
    where = Sql(
        "event IN {exposure_events:Array(String)}"
        " AND ts >= {exposed_from:DateTime64(3, 'UTC')} AND ts < {exposed_until:DateTime64(3, 'UTC')}"
        f" AND {_text('experiment_id', 'experimentId')} = {{experiment:String}} AND {arm} != ''"
    )
    rows = identity.rows_of_people(store, scope, Sql("events"), {"_arm": arm, "_at": Sql("ts"), "_message": Sql("message_id")}, where)
    return Sql(
        f"(SELECT person, argMin(_arm, (_at, _message)) AS arm, min(_at) AS at, uniqExact(_arm) AS arms FROM {rows} GROUP BY person)"
    )


def exposure_params(experiment: str, period: Period) -> dict[str, Param]:
    """The parameters of ``exposed_sql``. experiment: its name in the exposures."""
    return {"exposure_events": list(EVENTS), "experiment": experiment, "exposed_from": period.start, "exposed_until": period.end}


def exposures(house: House, scope: Scope, experiment: str, period: Period) -> Exposed:
    """How many people each arm has, and how many were left out."""
    found = exposed_sql(house.store, scope)
    query = Sql(f"SELECT if(arms = 1, arm, '') AS arm, toInt64(count()) AS people FROM {found} GROUP BY arm ORDER BY arm")
    rows = house.warehouse.query(query, exposure_params(experiment, period)).to_pylist()
    counts = {row["arm"]: row["people"] for row in rows}
    several = counts.pop("", 0)
    return Exposed(arms=counts, several=several)


def _text(*names: str) -> Sql:
    """The first of these properties that is a text or a whole number, as text; "" for none."""
    found = Sql("''")
    for name in reversed(names):
        path = json_path(Sql("properties"), name)
        found = Sql(f"coalesce({path}.:String, toString({path}.:Int64), {found})")
    return found
