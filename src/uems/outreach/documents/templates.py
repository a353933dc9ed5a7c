"""How are templates kept as documents? The latest version is what a document says; another text is another version."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Final

from pydantic import BaseModel, Field
from sqlalchemy import Connection

from uems.access.api import Access
from uems.kernel.edge import Body, Clean, Name
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.outreach.documents.design import kit_after
from uems.outreach.messages.model import Kind
from uems.outreach.registry import CHANNELS
from uems.outreach.templates import definitions
from uems.outreach.templates.compiled import Compiled
from uems.outreach.templates.model import TemplateDraft, TemplateSpec
from uems.segments.api import After, Fault, FieldChange, Standing, field_changes


class TemplateDocument(Body):
    """message_kind: the kind of what is sent with it; ``kind`` is that of the document."""

    key: str
    name: Name
    channel: Annotated[str, Field(max_length=40)] = "email"
    message_kind: Kind = "benefit"
    topic: Annotated[str, Field(max_length=100), Clean] = ""
    spec: TemplateSpec


class TemplateDocuments:
    """Documents of kind ``template``."""

    kind: Final = "template"
    permission: Final = "messages"
    key_pattern: Final = definitions.KEY_PATTERN
    Document: ClassVar[type[BaseModel]] = TemplateDocument

    def standing(self, conn: Connection, scope: Scope) -> Mapping[str, Standing]:
        found = {}
        for one in definitions.read_templates(conn, scope.workspace_id):
            said = TemplateDocument(
                key=one.template_id, name=one.name, channel=one.channel, message_kind=one.kind, topic=one.topic, spec=one.spec
            )
            found[one.template_id] = Standing(name=one.name, body=_written(said), archived=one.archived)
        return found

    def changes(self, document: Any, before: Standing | None) -> tuple[FieldChange, ...]:
        return field_changes(before.body if before else None, _written(document))

    def faults(self, house: House, scope: Scope, key: str, document: Any, before: Standing | None, after: After) -> list[Fault]:
        found = []
        try:
            definitions.fits(CHANNELS.get(document.channel), document.spec)
        except UemsError as error:
            found.append(Fault(path=_place(document, error), code=error.code, message=error.message))
        try:
            with kit_after(house, scope, after) as (kit, _):
                Compiled(document.spec, kit)
        except UemsError as error:
            found.append(Fault(path="spec", code=error.code, message=error.message))
        return found

    def parting(self, before: Standing) -> tuple[tuple[FieldChange, ...], list[Fault]]:
        return (), []

    def prepare(self, house: House, access: Access, document: Any) -> None:
        """Nothing follows from a template by itself."""

    def write(self, conn: Connection, access: Access, key: str, document: Any) -> None:
        head = {name: getattr(document, name) for name in ("name", "channel", "topic", "spec")}
        definitions.write_template(conn, access, key, TemplateDraft(**head, kind=document.message_kind))

    def archive(self, conn: Connection, access: Access, key: str) -> None:
        definitions.put_template_away(conn, access, key)

    def lock_name(self, workspace_id: int) -> str:
        return f"outreach_templates:{workspace_id}"


def _written(document: TemplateDocument) -> dict[str, Any]:
    return document.model_dump(mode="json", exclude={"key"}, exclude_defaults=True)


def _place(document: TemplateDocument, error: UemsError) -> str:
    """Where a template does not fit its channel: the first word of such a message is the place, which begins with ``spec``."""
    first = error.message.partition(" ")[0]
    return first if first.startswith("spec.") else "channel"
