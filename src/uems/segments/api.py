"""The door of this room: everything that other rooms, the command line and the web may use."""

from uems.segments.definitions import archive_segment, list_segments, resolve_node, save_segment, segment
from uems.segments.keeper import Keeper, Tags
from uems.segments.membership import changes, is_member, members, segments_of, sizes
from uems.segments.model import Change, Draft, Membership, Segment, Size
from uems.segments.preview import preview, why
from uems.segments.schema import MIGRATIONS

__all__ = [
    "MIGRATIONS",
    "Change",
    "Draft",
    "Keeper",
    "Membership",
    "Segment",
    "Size",
    "Tags",
    "archive_segment",
    "changes",
    "is_member",
    "list_segments",
    "members",
    "preview",
    "resolve_node",
    "save_segment",
    "segment",
    "segments_of",
    "sizes",
    "why",
]
