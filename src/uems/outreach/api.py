"""The door of this room: everything that other rooms, the command line and the web may use."""

from uems.outreach.acting import (
    Act,
    ActKind,
    Pressure,
    Refusals,
    Touched,
    acts,
    channels_of_acts,
    complained,
    cost_micros,
    costs_of_acts,
    pressure,
    retire_act,
    revive_act,
    touched_by,
    unsubscribed,
)
from uems.outreach.campaigns.engine import Campaigner
from uems.outreach.consent.model import Restraints, Topic
from uems.outreach.consent.settings import save_restraints, save_topic
from uems.outreach.documents import DOCUMENTS
from uems.outreach.dry.deciding import DryDecider
from uems.outreach.erasing import ERASER
from uems.outreach.flows.calling import Caller
from uems.outreach.flows.doors import Doors
from uems.outreach.flows.engine import Engine
from uems.outreach.flows.listening import Listener
from uems.outreach.holdouts.assigning import EVERYTHING, Holdout, Period, periods_of
from uems.outreach.holdouts.definitions import end_holdout, holdouts, save_holdout
from uems.outreach.holdouts.measuring import cost_in_period, meant_for
from uems.outreach.inbox.streams import Streams
from uems.outreach.mailbox.reader import BounceReader
from uems.outreach.messages.model import KINDS, Kind, Origin, Outgoing, State
from uems.outreach.messages.outbox import enqueue
from uems.outreach.messages.sender import Sender
from uems.outreach.messages.touching import machine
from uems.outreach.pruning import kept as kept_history
from uems.outreach.scenes.watching import SceneWatch
from uems.outreach.simulation.worker import simulator
from uems.outreach.sources import trial_sources
from uems.outreach.templates.definitions import Template, save_template, templates
from uems.outreach.templates.model import TemplateDraft, TemplateSpec, Variant
from uems.outreach.uses import segment_uses, tag_uses

__all__ = [
    "DOCUMENTS",
    "ERASER",
    "EVERYTHING",
    "KINDS",
    "Act",
    "ActKind",
    "BounceReader",
    "Caller",
    "Campaigner",
    "Doors",
    "DryDecider",
    "Engine",
    "Holdout",
    "Kind",
    "Listener",
    "Origin",
    "Outgoing",
    "Period",
    "Pressure",
    "Refusals",
    "Restraints",
    "SceneWatch",
    "Sender",
    "State",
    "Streams",
    "Template",
    "TemplateDraft",
    "TemplateSpec",
    "Topic",
    "Touched",
    "Variant",
    "acts",
    "channels_of_acts",
    "complained",
    "cost_in_period",
    "cost_micros",
    "costs_of_acts",
    "end_holdout",
    "enqueue",
    "holdouts",
    "kept_history",
    "machine",
    "meant_for",
    "periods_of",
    "pressure",
    "retire_act",
    "revive_act",
    "save_holdout",
    "save_restraints",
    "save_template",
    "save_topic",
    "segment_uses",
    "simulator",
    "tag_uses",
    "templates",
    "touched_by",
    "trial_sources",
    "unsubscribed",
]
