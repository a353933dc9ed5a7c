"""How is a flow tried on history while nobody waits for the answer? As a job that says how far it is, can be called off, and is kept.

The graph that is tried is the one that stood when somebody asked; editing goes on meanwhile. A job whose process ended begins anew in
the next one, which ``attempts`` tells.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from uems.access.api import Access, audit
from uems.kernel.errors import not_found
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.outreach.flows import definitions
from uems.outreach.flows.definitions import Flow
from uems.outreach.flows.graph import Graph
from uems.outreach.simulation.bodies import SimulationBody
from uems.outreach.simulation.outcome import outcome
from uems.outreach.simulation.replay import replay
from uems.segments.api import Job, Turn, add_job, forget_jobs, get_job

KIND: Final = "simulation"
KEPT: Final = timedelta(days=90)
"""How long a result is kept."""


def ask_simulation(house: House, access: Access, flow: Flow, days: int) -> Job:
    """Have the draft of a flow tried on the last ``days``. Audited. Raises ``bad_flow`` (422) and ``too_many_jobs`` (409)."""
    definitions.must_be_sound(house, access.scope, flow.graph, "simulated")
    spec: Mapping[str, Any] = {
        "flow": flow.key,
        "days": days,
        "revision": flow.revision,
        "graph": flow.graph.model_dump(mode="json"),
    }
    with house.store.write() as conn:
        job = add_job(conn, access, KIND, flow.flow_id, spec)
        audit(conn, access, "simulation.asked", f"flow:{flow.key}", None, {"simulation": job.job_id, "days": days})
        return job


def simulation_of(house: House, scope: Scope, flow: Flow, job_id: str) -> Job:
    """Raises ``not_found``, also for one of another flow."""
    job = get_job(house.store, scope, KIND, job_id)
    if job.subject != flow.flow_id:
        raise not_found(KIND, job_id)
    return job


class Simulations:
    """Does the simulations."""

    def do(self, house: House, scope: Scope, job: Job, turn: Turn) -> None:
        with house.store.read() as conn:
            flow = definitions.read_flow(conn, scope.workspace_id, job.spec["flow"])
        tried = replace(flow, graph=Graph.model_validate(job.spec["graph"]))
        found = replay(house, scope, tried, job.spec["days"], turn.now, lambda one: outcome(one, house.store, scope), tick=turn.tick)
        with turn.finish(SimulationBody.of(found).model_dump(mode="json")):
            pass

    def forget(self, house: House, job: Job) -> None:
        """Nothing stays of one that ended early: its store is a folder that goes away with it."""

    def tidy(self, house: House, now: datetime) -> None:
        forget_jobs(house.store, KIND, now - KEPT)
