"""The door of this room: everything that other rooms, the command line and the web may use."""

from uems.segments.config.kinds import After, Fault, RoomKind, Standing, field_changes
from uems.segments.config.model import FieldChange
from uems.segments.current import Currency, currency
from uems.segments.definitions import archive_segment, list_segments, resolve, resolve_node, save_segment, segment
from uems.segments.doers import segment_worker
from uems.segments.erasing import ERASER
from uems.segments.feed import Change, Place, changes_since, follow, head, place_of, start_at
from uems.segments.jobs.model import LIVE, Job, State
from uems.segments.jobs.paging import page_of, page_start
from uems.segments.jobs.queue import add_job, cancel, forget_jobs, get_job, list_jobs
from uems.segments.jobs.worker import Turn, Worker
from uems.segments.keeper import Keeper
from uems.segments.lists.definitions import PeopleList, create_list, delete_list, list_lists, people_list
from uems.segments.lists.naming import check_lists
from uems.segments.lists.people import list_of_people
from uems.segments.membership import is_member, known_since, members, members_sql, moved_between, segments_of, sizes
from uems.segments.model import Draft, Membership, Segment, Size
from uems.segments.preview import preview, why
from uems.segments.schema import MIGRATIONS
from uems.segments.syncs.loop import Syncer
from uems.segments.tagging import Tags, tag_uses
from uems.segments.uses import SegmentUse, SegmentUsers, named_in

__all__ = [
    "ERASER",
    "LIVE",
    "MIGRATIONS",
    "After",
    "Change",
    "Currency",
    "Draft",
    "Fault",
    "FieldChange",
    "Job",
    "Keeper",
    "Membership",
    "PeopleList",
    "Place",
    "RoomKind",
    "Segment",
    "SegmentUse",
    "SegmentUsers",
    "Size",
    "Standing",
    "State",
    "Syncer",
    "Tags",
    "Turn",
    "Worker",
    "add_job",
    "archive_segment",
    "cancel",
    "changes_since",
    "check_lists",
    "create_list",
    "currency",
    "delete_list",
    "field_changes",
    "follow",
    "forget_jobs",
    "get_job",
    "head",
    "is_member",
    "known_since",
    "list_jobs",
    "list_lists",
    "list_of_people",
    "list_segments",
    "members",
    "members_sql",
    "moved_between",
    "named_in",
    "page_of",
    "page_start",
    "people_list",
    "place_of",
    "preview",
    "resolve",
    "resolve_node",
    "save_segment",
    "segment",
    "segment_worker",
    "segments_of",
    "sizes",
    "start_at",
    "tag_uses",
    "why",
]
