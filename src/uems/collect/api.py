"""The door of this room: everything that other rooms, the command line and the web may use."""

from uems.collect.fields import EVENT_COLUMNS, EventColumn, event_fields
from uems.collect.imports.runner import Runner as ImportRunner
from uems.collect.ingest.app import ingest_app
from uems.collect.pipeline.consume import Consumer, Pipeline, Stages
from uems.collect.pipeline.cursor import done_offsets
from uems.collect.pipeline.stages import Checker, Claim, People, Plans, Resolved, Traits
from uems.collect.plan.history import SavedPlan, StoredPlans, current_plan
from uems.collect.receipts import Health, health, watermark
from uems.collect.schema import MIGRATIONS

__all__ = [
    "EVENT_COLUMNS",
    "MIGRATIONS",
    "Checker",
    "Claim",
    "Consumer",
    "EventColumn",
    "Health",
    "ImportRunner",
    "People",
    "Pipeline",
    "Plans",
    "Resolved",
    "SavedPlan",
    "Stages",
    "StoredPlans",
    "Traits",
    "current_plan",
    "done_offsets",
    "event_fields",
    "health",
    "ingest_app",
    "watermark",
]
