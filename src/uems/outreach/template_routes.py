"""Which routes have templates? List, save, archive, preview as a person, test send."""

from typing import Annotated, Final

from fastapi import Path, Request

from uems.access.api import Access, Workspaces, guard, house_of
from uems.kernel.edge import Key
from uems.kernel.errors import UemsError
from uems.kernel.routing import Routes
from uems.outreach.bodies import AskedBody, MessageTemplate, MessageTemplateList, TemplatePreview, TemplateTrial, TestBody
from uems.outreach.messages import asking, weighing
from uems.outreach.messages.reaching import Reached, reach
from uems.outreach.templates import definitions
from uems.outreach.templates.checks import doubts
from uems.outreach.templates.compiled import Compiled
from uems.outreach.templates.kits import read_kit
from uems.outreach.templates.model import TemplateDraft

router = Routes()
_BASE: Final = "/workspaces/{workspace}/templates"
TemplateId = Annotated[Key, Path(description="Key of the template.")]
_LINK: Final = "https://example.com/preferences"


@router.get(_BASE)
def list_templates(request: Request, access: Annotated[Access, guard("messages:read")], archived: bool = False) -> MessageTemplateList:
    """Every template by name."""
    found = definitions.templates(house_of(request).store, access.scope, archived=archived)
    return MessageTemplateList(items=[MessageTemplate.of(one) for one in found])


@router.post("/workspaces/{workspace}/template-preview")
def preview_template(request: Request, access: Annotated[Access, guard("messages:read")], body: TemplateTrial) -> TemplatePreview:
    """What a template would say to a person; nothing is saved or sent."""
    house, scope = house_of(request), access.scope
    person: Reached | None = None
    if body.person_id is not None:
        if "people:read" not in access.actor.permissions:
            raise UemsError("forbidden", "Previews as a person need the right to see people.", status=403)
        person = reach(house, scope, [body.person_id]).get(body.person_id)
        if person is None:
            raise UemsError("not_found", f"No person {body.person_id} here.", status=404)
    values = {
        "person": {**(person.values if person is not None else {}), **body.sample},
        "context": body.context,
        "workspace": {"name": Workspaces(house.store).name(scope.workspace_id), "currency": scope.currency},
        "links": {"preferences": _LINK, "unsubscribe": _LINK, "confirm": _LINK},
    }
    with house.store.read() as conn:
        compiled = Compiled(body.spec, read_kit(conn, scope.workspace_id))
    language = body.language or (person.language if person is not None else "")
    rendered = compiled.render(language, values)
    weight = weighing.preview(house, scope, body.channel, rendered, access.now)
    return TemplatePreview(
        language=rendered.language,
        subject=rendered.subject,
        html=rendered.html,
        text=rendered.text,
        bytes=len(rendered.html.encode()) + len(rendered.text.encode()),
        checks=doubts(rendered, compiled.spec),
        parts=weight.parts,
        cost_micros=weight.cost_micros,
        refusal=weight.refusal,
        refusal_facts=dict(weight.facts),
    )


@router.get(f"{_BASE}/{{template_id}}")
def get_template(request: Request, access: Annotated[Access, guard("messages:read")], template_id: TemplateId) -> MessageTemplate:
    """One template, also an archived one."""
    return MessageTemplate.of(definitions.template(house_of(request).store, access.scope, template_id))


@router.put(f"{_BASE}/{{template_id}}")
def put_template(
    request: Request, access: Annotated[Access, guard("messages:write")], template_id: TemplateId, body: TemplateDraft
) -> MessageTemplate:
    """Save a new version of a template, or a new template."""
    return MessageTemplate.of(definitions.save_template(house_of(request).store, access, template_id, body))


@router.delete(f"{_BASE}/{{template_id}}", status_code=204)
def archive_template(request: Request, access: Annotated[Access, guard("messages:write")], template_id: TemplateId) -> None:
    """Take a template out of use; saving it again brings it back."""
    definitions.archive_template(house_of(request).store, access, template_id)


@router.post(f"{_BASE}/{{template_id}}/test", status_code=202)
def test_template(
    request: Request, access: Annotated[Access, guard("messages:write")], template_id: TemplateId, body: TestBody
) -> AskedBody:
    """Send it to one person at once, whatever caps and quiet hours say."""
    whom = asking.Whom(person_id=body.to.person_id, kind=body.to.kind, value=body.to.value)
    return AskedBody(message_id=asking.ask_test(house_of(request), access, template_id, whom, body.context), new=True)
