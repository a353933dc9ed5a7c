"""Templates, scenes, flows and campaigns as documents: each kind says how it is written, compared, checked and put in force."""

from typing import Final

from uems.outreach.documents.campaigns import CampaignDocuments
from uems.outreach.documents.flows import FlowDocuments
from uems.outreach.documents.scenes import SceneDocuments
from uems.outreach.documents.templates import TemplateDocuments
from uems.segments.api import RoomKind

DOCUMENTS: Final[tuple[RoomKind, ...]] = (TemplateDocuments(), SceneDocuments(), FlowDocuments(), CampaignDocuments())
"""In the order in which they are put in force: flows and campaigns send templates, and a scene may begin a flow."""

__all__ = ["DOCUMENTS"]
