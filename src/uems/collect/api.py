"""The door of this room: everything that other rooms, the command line and the web may use."""

from uems.collect.erasing import ERASER
from uems.collect.fields import EVENT_COLUMNS, EventColumn, event_fields
from uems.collect.files.model import Chunk, Shape, shown
from uems.collect.files.reader import ReadOptions
from uems.collect.files.reader import inspect as inspect_file
from uems.collect.files.reader import read as read_file
from uems.collect.imports.problem_file import spreadsheet_safe
from uems.collect.imports.runner import Runner as ImportRunner
from uems.collect.imports.upload import receive as receive_file
from uems.collect.imports.vault import Stored as StoredFile
from uems.collect.imports.vault import make_folder as files_folder
from uems.collect.ingest.app import Ingest, ingest_app
from uems.collect.pipeline.consume import Consumer, Pipeline, Stages
from uems.collect.pipeline.cursor import done_offsets
from uems.collect.pipeline.stages import Checker, Claim, People, Plans, Resolved, Traits
from uems.collect.plan.bodies import PlanBody
from uems.collect.plan.history import Change as PlanChange
from uems.collect.plan.history import SavedPlan, StoredPlans, current_plan, write_plan
from uems.collect.plan.history import differences as plan_differences
from uems.collect.plan.model import Plan
from uems.collect.plan.model import to_json as plan_to_json
from uems.collect.plan.validate import validate as validate_plan
from uems.collect.receipts import Health, health, watermark
from uems.collect.schema import MIGRATIONS
from uems.collect.sources.secrets import seal, signing_key, unseal
from uems.collect.telling import append_events

__all__ = [
    "ERASER",
    "EVENT_COLUMNS",
    "MIGRATIONS",
    "Checker",
    "Chunk",
    "Claim",
    "Consumer",
    "EventColumn",
    "Health",
    "ImportRunner",
    "Ingest",
    "People",
    "Pipeline",
    "Plan",
    "PlanBody",
    "PlanChange",
    "Plans",
    "ReadOptions",
    "Resolved",
    "SavedPlan",
    "Shape",
    "Stages",
    "StoredFile",
    "StoredPlans",
    "Traits",
    "append_events",
    "current_plan",
    "done_offsets",
    "event_fields",
    "files_folder",
    "health",
    "ingest_app",
    "inspect_file",
    "plan_differences",
    "plan_to_json",
    "read_file",
    "receive_file",
    "seal",
    "shown",
    "signing_key",
    "spreadsheet_safe",
    "unseal",
    "validate_plan",
    "watermark",
    "write_plan",
]
