"""Which routes has the look of messages? The theme, blocks that templates share, and how both would look."""

from dataclasses import replace
from typing import Annotated, Any, Final

from fastapi import Path, Request

from uems.access.api import Access, Workspaces, guard, house_of
from uems.kernel.edge import Key
from uems.kernel.routing import Routes
from uems.outreach.design_bodies import (
    DesignPreview,
    MessageBlock,
    MessageBlockDraft,
    MessageBlockList,
    MessageBlockTrial,
    MessageTheme,
    MessageThemeDraft,
    MessageThemeTrial,
)
from uems.outreach.templates import definitions, design
from uems.outreach.templates.blocks import BlockSpec, Kit
from uems.outreach.templates.compiled import Compiled
from uems.outreach.templates.kits import read_kit
from uems.outreach.templates.model import Language, TemplateSpec
from uems.outreach.templates.sample import SAMPLE

router = Routes()
_ROOT: Final = "/workspaces/{workspace}"
BlockId = Annotated[Key, Path(description="Key of the block.")]
BlockVersion = Annotated[int, Path(ge=1, le=2_000_000_000, description="Version of the block.")]


@router.get(f"{_ROOT}/message-theme")
def get_theme(request: Request, access: Annotated[Access, guard("messages:read")]) -> MessageTheme:
    """The look that every template may read, and which ones do."""
    store = house_of(request).store
    spec, version = design.theme(store, access.scope)
    return MessageTheme(version=version, spec=spec, used_by=list(design.themed_templates(store, access.scope)))


@router.put(f"{_ROOT}/message-theme")
def put_theme(request: Request, access: Annotated[Access, guard("messages:write")], body: MessageThemeDraft) -> MessageTheme:
    """Change the look of everything that is sent from now on; what was sent stays as it was."""
    store = house_of(request).store
    version = design.save_theme(store, access, body.spec, body.if_version)
    return MessageTheme(version=version, spec=body.spec, used_by=list(design.themed_templates(store, access.scope)))


@router.post(f"{_ROOT}/message-theme-preview")
def preview_theme(request: Request, access: Annotated[Access, guard("messages:read")], body: MessageThemeTrial) -> DesignPreview:
    """How a template, or a letter that uses all of the theme, would look; nothing is saved."""
    spec = SAMPLE if body.template_id is None else definitions.template(house_of(request).store, access.scope, body.template_id).spec
    with house_of(request).store.read() as conn:
        kit = replace(read_kit(conn, access.scope.workspace_id), theme=body.spec)
        return _shown(request, access, spec, kit, body.language, {})


@router.get(f"{_ROOT}/message-blocks")
def list_blocks(request: Request, access: Annotated[Access, guard("messages:read")], archived: bool = False) -> MessageBlockList:
    """Every block by name, and what it is put into."""
    return MessageBlockList(items=[MessageBlock.of(one) for one in design.blocks(house_of(request).store, access.scope, archived=archived)])


@router.post(f"{_ROOT}/message-block-preview")
def preview_block(request: Request, access: Annotated[Access, guard("messages:read")], body: MessageBlockTrial) -> DesignPreview:
    """How a block would look by itself; nothing is saved."""
    with house_of(request).store.read() as conn:
        kit = design.with_block(read_kit(conn, access.scope.workspace_id), body.block_id, body.spec)
        design.check_block(body.block_id, body.spec, kit)
        return _shown(request, access, design.alone(body.block_id, body.spec, body.language), kit, body.language, body.sample)


@router.get(f"{_ROOT}/message-blocks/{{block_id}}")
def get_block(request: Request, access: Annotated[Access, guard("messages:read")], block_id: BlockId) -> MessageBlock:
    """One block, also an archived one."""
    return MessageBlock.of(design.block(house_of(request).store, access.scope, block_id))


@router.get(f"{_ROOT}/message-blocks/{{block_id}}/versions/{{version}}")
def get_block_version(
    request: Request, access: Annotated[Access, guard("messages:read")], block_id: BlockId, version: BlockVersion
) -> BlockSpec:
    """What a version of a block said; versions never change."""
    return design.block_version(house_of(request).store, access.scope, block_id, version)


@router.put(f"{_ROOT}/message-blocks/{{block_id}}")
def put_block(
    request: Request, access: Annotated[Access, guard("messages:write")], block_id: BlockId, body: MessageBlockDraft
) -> MessageBlock:
    """Save a new version of a block, and with it of every template that names the block without a number."""
    return MessageBlock.of(design.save_block(house_of(request).store, access, block_id, body.name, body.spec, body.if_version))


@router.delete(f"{_ROOT}/message-blocks/{{block_id}}", status_code=204)
def archive_block(request: Request, access: Annotated[Access, guard("messages:write")], block_id: BlockId) -> None:
    """Take a block out of use; refused while a template or another block puts it in."""
    design.archive_block(house_of(request).store, access, block_id)


def _shown(request: Request, access: Access, spec: TemplateSpec, kit: Kit, language: Language, person: dict[str, Any]) -> DesignPreview:
    """A template as nobody in particular reads it; what is not known shows nothing."""
    link = "https://example.com/preferences"
    values = {
        "person": person,
        "context": {},
        "workspace": {"name": Workspaces(house_of(request).store).name(access.scope.workspace_id), "currency": access.scope.currency},
        "links": {"preferences": link, "unsubscribe": link, "confirm": link},
    }
    rendered = Compiled(spec.model_copy(update={"on_missing": "blank", "track": False}), kit).render(language, values)
    return DesignPreview(html=rendered.html, text=rendered.text)
