"""By which ids and traits do the people of a world appear in events?"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from uems.simulate.catalogue import AGES, CITIES, COUNTRIES, GIVEN, SURNAMES
from uems.simulate.people import Ints, Population


def user_ids(name: str, person: Ints) -> pa.Array:
    """name: of the world; ids of two worlds never meet."""
    return pc.binary_join_element_wise(f"{name}-u", pa.array(person).cast(pa.string()), "")


def anonymous_ids(name: str, person: Ints, slot: Ints) -> pa.Array:
    """One a person and device."""
    return pc.binary_join_element_wise(
        f"{name}-a", pa.array(person).cast(pa.string()), pa.array(["-0", "-1"]).take(pa.array(np.maximum(slot, 0))), ""
    )


def traits_of(name: str, people: Population, person: int) -> dict[str, object]:
    """What somebody says of themselves when they sign up or in."""
    inviter = int(people.ints("inviter")[person])
    surname = SURNAMES[person * 7 % len(SURNAMES)]
    traits: dict[str, object] = {
        "name": surname + GIVEN[person * 5 % len(GIVEN)],
        "email": f"{name}-{person}@example.com",
        "age": AGES[people.ints("age")[person]],
        "country": COUNTRIES[people.ints("country")[person]],
    }
    if traits["country"] == "CN":
        traits["city"] = CITIES[people.ints("city")[person]]
    if inviter >= 0:
        traits["invited_by"] = f"{name}-u{inviter}"
    return traits
