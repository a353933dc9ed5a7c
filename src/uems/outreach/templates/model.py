"""What is a template? What is said, in versions, with a variant a language, and what stands where something is not known."""

from typing import Annotated, Final, Literal, TypeAlias

from pydantic import AfterValidator, Field, model_validator

from uems.kernel.edge import Body, Clean, Name
from uems.outreach.messages.model import Kind

Language: TypeAlias = Literal["zh", "en"]
LANGUAGES: Final[tuple[Language, ...]] = ("zh", "en")
MOST_SOURCE: Final = 200_000

Source = Annotated[str, Field(max_length=MOST_SOURCE), Clean]
Line = Annotated[str, Field(max_length=1_000), Clean]
Scalar: TypeAlias = str | int | float | bool


def _path(value: str) -> str:
    parts = value.split(".")
    if len(parts) < 2 or parts[0] not in ("person", "context") or not all(part for part in parts):
        raise ValueError("must name a value of person or context, such as person.first_name")
    return value


Path = Annotated[str, Field(max_length=200), Clean, AfterValidator(_path)]


class Variant(Body):
    """What is said in one language. body: MJML, HTML or plain text, as ``format`` says; text: the plain text beside it, made if empty.

    preheader: what mail programs show beside the subject. provider_code: of the text that a provider of short messages has approved; then
    ``body`` is that text as it was approved, with ``${name}`` or ``{1}`` in it, and parameters: name → what is filled in, as Liquid.
    layout, image_url, button, link: what a note has beside title and text on a channel that shows it; the addresses are https. reply: "yes"
    where the reader may answer right there.
    """

    subject: Line = ""
    preheader: Line = ""
    format: Literal["mjml", "html", "text"] = "html"
    body: Source = ""
    text: Source = ""
    provider_code: Annotated[str, Field(max_length=100), Clean] = ""
    parameters: Annotated[dict[Annotated[str, Field(pattern=r"^[A-Za-z0-9_]{1,40}$")], Line], Field(max_length=40)] = Field(
        default_factory=dict
    )
    layout: Literal["card", "banner", "modal"] = "card"
    image_url: Line = ""
    button: Annotated[str, Field(max_length=200), Clean] = ""
    link: Line = ""
    reply: Literal["", "yes"] = ""


class Campaign(Body):
    """What is added to links, so that web analytics knows where people come from."""

    source: Line = "uems"
    medium: Line = ""
    campaign: Line = ""


class TemplateSpec(Body):
    """A version. language: of which the variant is taken where the person's has none.

    fallbacks: what stands where a value is not known. on_missing: whether a message without a value and without a fallback is not sent
    ("stop"), or shows nothing there ("blank").
    """

    variants: Annotated[dict[Language, Variant], Field(min_length=1)]
    language: Language = "zh"
    fallbacks: Annotated[dict[Path, Scalar], Field(max_length=200)] = Field(default_factory=dict)
    on_missing: Literal["stop", "blank"] = "stop"
    track: bool = True
    utm: Campaign = Campaign()

    @model_validator(mode="after")
    def _has_its_language(self) -> "TemplateSpec":
        if self.language not in self.variants:
            raise ValueError(f"there is no variant in {self.language!r}, which is the one for everybody else")
        return self


class TemplateDraft(Body):
    """What a template is to be. channel, kind, topic: of what is sent with it. if_version: the version that was edited, 0 for none."""

    name: Name
    channel: Annotated[str, Field(max_length=40)] = "email"
    kind: Kind = "benefit"
    topic: Annotated[str, Field(max_length=100), Clean] = ""
    spec: TemplateSpec
    if_version: Annotated[int, Field(ge=0)] | None = None
