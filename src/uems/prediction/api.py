"""The door of this room: everything that other rooms, the command line and the web may use."""

from uems.prediction.erasing import ERASER
from uems.prediction.jobs import Modeller, next_night
from uems.prediction.model import Model, Outcome, Reason, Rule, Run, Seed, Spec, Version
from uems.prediction.models import (
    change_model,
    create_model,
    delete_model,
    get_model,
    get_version,
    list_models,
    list_versions,
    promote,
    roll_back,
    tag_uses,
)
from uems.prediction.registry import TEMPLATES
from uems.prediction.runs import cancel_run, get_run, list_runs, queue_run
from uems.prediction.scoring import Scored, explain
from uems.prediction.snapshots import Known, is_history, known_days
from uems.prediction.spec import dump_spec, parse_spec
from uems.prediction.uplift_store import Origin as GuardedOrigin
from uems.prediction.uplift_store import harmed_by, read_guards
from uems.prediction.uplift_trials import Bought, Evidence, Trial, TrialKind

__all__ = [
    "ERASER",
    "TEMPLATES",
    "Bought",
    "Evidence",
    "GuardedOrigin",
    "Known",
    "Model",
    "Modeller",
    "Outcome",
    "Reason",
    "Rule",
    "Run",
    "Scored",
    "Seed",
    "Spec",
    "Trial",
    "TrialKind",
    "Version",
    "cancel_run",
    "change_model",
    "create_model",
    "delete_model",
    "dump_spec",
    "explain",
    "get_model",
    "get_run",
    "get_version",
    "harmed_by",
    "is_history",
    "known_days",
    "list_models",
    "list_runs",
    "list_versions",
    "next_night",
    "parse_spec",
    "promote",
    "queue_run",
    "read_guards",
    "roll_back",
    "tag_uses",
]
