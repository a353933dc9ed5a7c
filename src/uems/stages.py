"""Which rooms have a part in the pipeline? The one place where collection meets the rooms above it."""

from uems.access import api as access
from uems.collect import api as collect
from uems.identity import api as identity
from uems.kernel.clock import utc_now
from uems.kernel.house import House
from uems.outreach import api as outreach
from uems.profiles import api as profiles


def stages_of(house: House) -> collect.Stages:
    """A fresh set for one consumer; each part has a memory of its own, so two threads never share one."""
    return collect.Stages(
        workspaces=access.Workspaces(house.store),
        people=identity.Resolver(house.store, house.warehouse, key=identity.tombstone_key(house.settings)),
        traits=profiles.Extractor(),
        plans=collect.StoredPlans(house.store),
        listening=outreach.Listener(house.store),
    )


def holder_of(house: House, instance: str) -> str:
    """The name under which a process holds the leases of its loops. instance: unique for the process.

    An embedded warehouse is owned by one process at a time, so there the successor of a killed process may go on at once; in a
    cluster it waits until the lease of the dead one has run out.
    """
    return "embedded" if house.warehouse.engine == "chdb" else instance


def pipeline(house: House, instance: str) -> collect.Pipeline:
    """The loop that empties the event log into the warehouse."""
    return collect.Pipeline(house, lambda: stages_of(house), holder_of(house, instance), utc_now)
