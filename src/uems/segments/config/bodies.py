"""What do documents of definitions and their changes look like over HTTP?"""

from typing import Annotated, Any

from pydantic import Field

from uems.kernel.edge import Body, Clean
from uems.segments.config.model import Action, Change, Kind, Problem
from uems.segments.config.reading import MAX_DOCUMENTS


class DocumentsBody(Body):
    """documents: each with its ``kind``, such as tracking_plan, tag, segment, template, scene, flow or campaign.

    prune: archive what stands in no document of a kind that has any.
    """

    documents: Annotated[list[dict[str, Any]], Field(max_length=MAX_DOCUMENTS)]
    prune: bool = False


class ApplyBody(DocumentsBody):
    """fingerprint: of the plan that was agreed to; 409 when other changes would be made by now. Null applies whatever it comes to."""

    fingerprint: str | None = None
    note: Annotated[str, Field(max_length=500), Clean] = ""


class FieldChangeBody(Body):
    """before and after as JSON, and in words where the field is a condition."""

    field: str
    before: Any
    after: Any
    zh_before: str
    zh_after: str
    en_before: str
    en_after: str


class ConfigChangeBody(Body):
    """What becomes of one definition; keep: nothing. document: the number of the one that asks for it, from 0."""

    kind: Kind
    key: str
    name: str
    action: Action
    document: int | None
    fields: list[FieldChangeBody]

    @staticmethod
    def of(one: Change) -> "ConfigChangeBody":
        fields = [
            FieldChangeBody(
                field=f.field, before=f.before, after=f.after, zh_before=f.zh[0], zh_after=f.zh[1], en_before=f.en[0], en_after=f.en[1]
            )
            for f in one.fields
        ]
        return ConfigChangeBody(kind=one.kind, key=one.key, name=one.name, action=one.action, document=one.document, fields=fields)


class ConfigProblemBody(Body):
    """Why a document cannot be used. path: where in it, as in ``condition.and[0].did``."""

    document: int
    path: str
    code: str
    message: str

    @staticmethod
    def of(one: Problem) -> "ConfigProblemBody":
        return ConfigProblemBody(document=one.document, path=one.path, code=one.code, message=one.message)


class ConfigPlanBody(Body):
    """With problems nothing can be applied. fingerprint: to apply exactly this."""

    changes: list[ConfigChangeBody]
    problems: list[ConfigProblemBody]
    fingerprint: str


class AppliedBody(Body):
    changes: list[ConfigChangeBody]


class ConfigBody(Body):
    """Every definition as a document; sent back, they change nothing."""

    documents: list[dict[str, Any]]
