"""The door of this room: everything that other rooms, the command line and the web may use."""

from uems.experiments.exposures import EXPOSED
from uems.experiments.flags.documents import DOCUMENTS
from uems.experiments.flags.door import OURS as FLAG_ADDRESSES
from uems.experiments.flags.door import FlagDoor
from uems.experiments.flags.evaluator import Flags, Outcome, compile_payload
from uems.experiments.flags.ramping import Ramper
from uems.experiments.flags.splitting import Assignment, Subject
from uems.experiments.statistics.bandits import Share, thompson_of_rates
from uems.experiments.statistics.cuped import adjust
from uems.experiments.statistics.difference import Conclusion, Contrast, contrast, welch
from uems.experiments.statistics.estimates import Estimate, NoAnswer, estimate
from uems.experiments.statistics.moments import Moments, from_rows
from uems.experiments.statistics.multiple import benjamini_hochberg
from uems.experiments.tagged.acting import Acted, act_on, asks_tag_on_trial, withheld
from uems.experiments.telling import tell_exposed
from uems.experiments.trials.assigned import Assigned, assigned
from uems.experiments.trials.definitions import Experiment, list_trials
from uems.experiments.trials.sources import SourceArm, TrialSource, TrialSources, flag_sources
from uems.experiments.uses import segment_uses, tag_uses

__all__ = [
    "DOCUMENTS",
    "EXPOSED",
    "FLAG_ADDRESSES",
    "Acted",
    "Assigned",
    "Assignment",
    "Conclusion",
    "Contrast",
    "Estimate",
    "Experiment",
    "FlagDoor",
    "Flags",
    "Moments",
    "NoAnswer",
    "Outcome",
    "Ramper",
    "Share",
    "SourceArm",
    "Subject",
    "TrialSource",
    "TrialSources",
    "act_on",
    "adjust",
    "asks_tag_on_trial",
    "assigned",
    "benjamini_hochberg",
    "compile_payload",
    "contrast",
    "estimate",
    "flag_sources",
    "from_rows",
    "list_trials",
    "segment_uses",
    "tag_uses",
    "tell_exposed",
    "thompson_of_rates",
    "welch",
    "withheld",
]
