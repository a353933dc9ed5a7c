"""What do the theme and blocks look like over HTTP?"""

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from uems.kernel.edge import Body, Count, Key, Name
from uems.outreach.templates.blocks import BlockSpec
from uems.outreach.templates.design import Block
from uems.outreach.templates.model import Language
from uems.outreach.templates.theme import Theme


class MessageTheme(Body):
    """The theme as it stands. version: 0 for the standard one; give it as ``if_version`` when you change it. used_by: keys of templates."""

    version: Count
    spec: Theme
    used_by: list[str]


class MessageThemeDraft(Body):
    """What the theme is to be. if_version: the one that was edited."""

    spec: Theme
    if_version: Annotated[int, Field(ge=0, le=2_000_000_000)] | None = None


class MessageThemeTrial(Body):
    """What to show with a theme: a template, or a letter that uses all of it."""

    spec: Theme
    language: Language
    template_id: Key | None = None


class MessageBlock(Body):
    """A block as it stands. used_by: ``template:KEY`` and ``block:KEY`` of all that it is put into, directly or by way of others."""

    block_id: str
    name: str
    version: Count
    archived: bool
    spec: BlockSpec
    saved_at: datetime
    saved_by: str
    used_by: list[str]

    @staticmethod
    def of(one: Block) -> "MessageBlock":
        known = {name: getattr(one, name) for name in Block.__dataclass_fields__ if name != "used_by"}
        return MessageBlock(**known, used_by=list(one.used_by))


class MessageBlockList(Body):
    items: list[MessageBlock]


class MessageBlockDraft(Body):
    """What a block is to be. if_version: the one that was edited, 0 for none."""

    name: Name
    spec: BlockSpec
    if_version: Annotated[int, Field(ge=0, le=2_000_000_000)] | None = None


class MessageBlockTrial(Body):
    """A block to look at, alone. sample: values of ``person``."""

    block_id: Key = "block"
    spec: BlockSpec
    language: Language
    sample: dict[str, Any] = Field(default_factory=dict)


class DesignPreview(Body):
    """What a reader would see; html is empty where there is only text."""

    html: str
    text: str
