"""How do the people behind a number go over HTTP? Page by page, by their number, as they are known now."""

import numpy as np
import numpy.typing as npt

from uems.kernel.edge import Body, decode_cursor, encode_cursor
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.profiles import api as profiles


class PeoplePage(Body):
    """A page of the people behind a number, by their number. total: that number itself."""

    total: int
    items: list[profiles.PersonRow]
    next_cursor: str | None = None


def page_of_people(house: House, scope: Scope, found: npt.NDArray[np.uint64], cursor: str | None, limit: int) -> PeoplePage:
    """found: all of them, sorted. Raises ``invalid_cursor``."""
    after = decode_cursor(cursor, int)[0] if cursor else -1
    page = [int(number) for number in found[found.astype("int64") > after][:limit]]
    rows = [profiles.PersonRow.of(profile) for profile in profiles.profiles_now(house, scope, page)]
    following = encode_cursor(page[-1]) if page and page[-1] < int(found[-1]) else None
    return PeoplePage(total=len(found), items=rows, next_cursor=following)
