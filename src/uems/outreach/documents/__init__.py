"""The theme, blocks, templates, scenes, flows and campaigns as documents: how each kind is written, compared, checked and put in force."""

from typing import Final

from uems.outreach.documents.campaigns import CampaignDocuments
from uems.outreach.documents.design import BlockDocuments, ThemeDocuments
from uems.outreach.documents.flows import FlowDocuments
from uems.outreach.documents.scenes import SceneDocuments
from uems.outreach.documents.templates import TemplateDocuments
from uems.segments.api import RoomKind

DOCUMENTS: Final[tuple[RoomKind, ...]] = (
    ThemeDocuments(),
    BlockDocuments(),
    TemplateDocuments(),
    SceneDocuments(),
    FlowDocuments(),
    CampaignDocuments(),
)
"""In the order in which they are put in force: templates are made of blocks, flows and campaigns send templates,
and a scene may begin a flow."""

__all__ = ["DOCUMENTS"]
