"""Who is in which segment, as the keeper remembers it: a bit a person for every segment, read from the warehouse at start."""

from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from uems.kernel.house import House
from uems.kernel.sql import Sql
from uems.kernel.warehouse import Limits
from uems.profiles.api import People

Bits = npt.NDArray[np.uint8]
_SPARE: Final = 8_192


@dataclass(slots=True)
class Members:
    """Members of one segment as bits by number of the person: a million people take 125 kB."""

    _bits: Bits = field(default_factory=lambda: np.zeros(0, np.uint8))
    size: int = 0

    def holds(self, people: People) -> npt.NDArray[np.bool_]:
        """Whether each of them is in; shape (n,)."""
        byte = (people >> np.uint64(3)).astype(np.int64)
        found = np.zeros(len(people), np.bool_)
        inside = byte < len(self._bits)
        found[inside] = (self._bits[byte[inside]] >> (people[inside] & np.uint64(7)).astype(np.uint8)) & 1 == 1
        return found

    def change(self, entered: People, left: People) -> None:
        """Put in and take out people; nobody twice, and only those who were not, or were, in."""
        self._reach(int(entered.max()) if len(entered) else 0)
        for people, put in ((entered, True), (left, False)):
            byte, bit = (people >> np.uint64(3)).astype(np.int64), np.uint8(1) << (people & np.uint64(7)).astype(np.uint8)
            if put:
                np.bitwise_or.at(self._bits, byte, bit)
            else:
                np.bitwise_and.at(self._bits, byte, ~bit)
        self.size += len(entered) - len(left)

    def everybody(self) -> People:
        """The numbers of all members, sorted."""
        return np.flatnonzero(np.unpackbits(self._bits, bitorder="little")).astype(np.uint64)

    def _reach(self, person: int) -> None:
        wanted = (person >> 3) + 1
        if wanted > len(self._bits):
            grown = np.zeros(wanted + wanted // 4 + _SPARE, np.uint8)
            grown[: len(self._bits)] = self._bits
            self._bits = grown


def read_members(house: House, workspace_id: int, segment_id: int) -> Members:
    """The members as they were written last."""
    found = house.warehouse.query(
        Sql(
            "SELECT person_id FROM segment_members FINAL WHERE workspace_id = {workspace:UInt32} AND segment_id = {segment:UInt32}"
            " AND entered ORDER BY person_id"
        ),
        {"workspace": workspace_id, "segment": segment_id},
        limits=Limits(),
    )
    members = Members()
    members.change(np.asarray(found.column("person_id").to_numpy(), np.uint64), np.zeros(0, np.uint64))
    return members
