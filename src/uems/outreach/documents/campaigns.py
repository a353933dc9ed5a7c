"""How are campaigns kept as documents? As drafts: a file never launches one, and one that was launched is not changed by a file."""

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from pydantic import BaseModel
from sqlalchemy import Connection, select

from uems.access.api import Access
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.outreach.campaigns import definitions
from uems.outreach.campaigns.checking import problems_of
from uems.outreach.campaigns.launching import GOING, archive_in
from uems.outreach.campaigns.spec import CampaignDraft
from uems.outreach.campaigns.tables import campaigns
from uems.outreach.flows.checking import Problem
from uems.outreach.flows.definitions import names_of
from uems.segments.api import After, Fault, FieldChange, Standing, field_changes

_WRONG: Final = frozenset({"bad_who", "bad_segment", "bad_goal", "unknown_template", "unknown_channel", "unknown_topic"})
"""What must be right even in a draft: what is named is there, and conditions can be read. What is lacking is asked for at the launch."""
_PLACES: Final = {"audience": "spec.audience", "test": "spec.test", "timing": "spec.timing", "goal": "spec.goal"}


class CampaignDocument(CampaignDraft):
    """A campaign as a document."""

    key: str


class CampaignDocuments:
    """Documents of kind ``campaign``."""

    kind: Final = "campaign"
    permission: Final = "campaigns"
    key_pattern: Final = definitions.KEY_PATTERN
    Document: ClassVar[type[BaseModel]] = CampaignDocument

    def standing(self, conn: Connection, scope: Scope) -> Mapping[str, Standing]:
        query = select(campaigns).where(campaigns.c.workspace_id == scope.workspace_id)
        found = [definitions.campaign_of(row) for row in conn.execute(query).mappings()]
        return {
            one.key: Standing(
                name=one.name,
                body=_written(CampaignDocument(key=one.key, name=one.name, description=one.description, spec=one.spec)),
                archived=one.state == "archived",
                facts=one.state,
            )
            for one in found
        }

    def changes(self, document: Any, before: Standing | None) -> tuple[FieldChange, ...]:
        return field_changes(before.body if before else None, _written(document))

    def faults(self, house: House, scope: Scope, key: str, document: Any, before: Standing | None, after: After) -> list[Fault]:
        if before is not None and before.facts != "draft":
            message = f"{key} is {before.facts}, and only a draft is changed by a file. Withdraw it first, or take another key."
            return [Fault(path="", code="campaign_state", message=message)]
        problems = problems_of(document.spec, names_of(house, scope, after))
        # A segment that is not there makes the whole condition wrong too; that is no second fault.
        passed = _WRONG - {"bad_who"} if any(one.code == "bad_segment" for one in problems) else _WRONG
        return [Fault(path=_place(one), code=one.code, message=one.message) for one in problems if one.code in passed]

    def parting(self, before: Standing) -> tuple[tuple[FieldChange, ...], list[Fault]]:
        if before.facts in GOING:
            message = f"{before.name} is {before.facts}; cancel it first, then archive it."
            return (), [Fault(path="", code="campaign_state", message=message)]
        return (), []

    def prepare(self, house: House, access: Access, document: Any) -> None:
        """Nothing follows from a draft by itself."""

    def write(self, conn: Connection, access: Access, key: str, document: Any) -> None:
        draft = CampaignDraft(name=document.name, description=document.description, spec=document.spec)
        definitions.write_campaign(conn, access, key, draft)

    def archive(self, conn: Connection, access: Access, key: str) -> None:
        archive_in(conn, access, key)

    def lock_name(self, workspace_id: int) -> str:
        return f"campaigns:{workspace_id}"


def _written(document: CampaignDocument) -> dict[str, Any]:
    return document.model_dump(mode="json", exclude={"key"}, exclude_defaults=True)


def _place(one: Problem) -> str:
    if one.node == "message":
        if one.code == "unknown_channel":
            return "spec.channel"
        return f"spec.variants[{one.way}].template" if one.way else "spec.topic"
    inner = str(one.details.get("path", ""))
    if one.code == "bad_who":
        return f"spec.audience.who.{inner}".rstrip(".")
    return _PLACES[one.node]
