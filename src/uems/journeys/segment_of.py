"""How do the people behind a number become a segment? By a list of exactly them, and a segment that asks for that list."""

from typing import Any

import numpy as np
import numpy.typing as npt

from uems.access.api import Access
from uems.kernel.house import House
from uems.profiles import api as profiles
from uems.segments import api as segments


def segment_of(house: House, access: Access, people: npt.NDArray[np.uint64], key: str, name: str, description: str) -> dict[str, Any]:
    """``key``, ``name``, ``list_id`` and ``people`` of a new segment of these people.

    Raises ``nobody_there`` (409), ``segment_changed`` (409) where the key is taken, and ``invalid``.
    """
    made = segments.list_of_people(house, access, name=name, description=description, people=people)
    draft = segments.Draft(key=key, name=name, description=description, condition=profiles.nodes.Listed(list_id=made.list_id))
    try:
        segments.save_segment(house.store, access, draft, base_version=0)
    except BaseException:
        segments.delete_list(house.store, access, made.list_id)
        raise
    return {"key": key, "name": name, "list_id": made.list_id, "people": made.people}
