"""The door of this room: everything that other rooms, the command line and the web may use."""

from uems.experiments.exposures import Exposed, exposed_sql, exposure_params, exposures
from uems.experiments.flags.door import OURS as FLAG_ADDRESSES
from uems.experiments.flags.door import FlagDoor
from uems.experiments.flags.evaluator import Flags, Outcome, compile_payload
from uems.experiments.flags.ramping import Ramper
from uems.experiments.flags.splitting import Assignment, Subject

__all__ = [
    "FLAG_ADDRESSES",
    "Assignment",
    "Exposed",
    "FlagDoor",
    "Flags",
    "Outcome",
    "Ramper",
    "Subject",
    "compile_payload",
    "exposed_sql",
    "exposure_params",
    "exposures",
]
