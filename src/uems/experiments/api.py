"""The door of this room: everything that other rooms, the command line and the web may use."""

from uems.experiments.flags.door import OURS as FLAG_ADDRESSES
from uems.experiments.flags.door import FlagDoor

__all__ = [
    "FLAG_ADDRESSES",
    "FlagDoor",
]
