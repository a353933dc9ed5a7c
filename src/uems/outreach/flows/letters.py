"""What do the messages of a recipe say, before somebody writes them anew? Templates that are made with the flow, where there are none."""

from html import escape

from uems.access.api import Access
from uems.kernel.store import Store
from uems.outreach.flows.recipe import Said
from uems.outreach.flows.registry import Recipe
from uems.outreach.messages.model import Kind
from uems.outreach.templates.definitions import save_template, templates
from uems.outreach.templates.model import Language, TemplateDraft, TemplateSpec, Variant


def make_letters(store: Store, access: Access, recipe: Recipe, language: Language) -> list[str]:
    """Make the templates that the recipe sends and that were never there; their keys. language: of their names, and of those who speak
    neither. Audited one by one; whoever calls has checked that the caller may write templates.
    """
    known = {one.template_id for one in templates(store, access.scope, archived=True)}
    missing = [key for key in recipe.letters if key not in known]
    kinds: dict[str, Kind] = {str(config["template"]): config["kind"] for kind, config in recipe.nodes.values() if kind == "send"}
    for key in missing:
        save_template(store, access, key, _draft(recipe.letters[key], kinds[key], language))
    return missing


def _draft(said: Said, kind: Kind, language: Language) -> TemplateDraft:
    variants: dict[Language, Variant] = {
        "zh": Variant(subject=said.subject_zh, body=_paragraph(said.text_zh)),
        "en": Variant(subject=said.subject_en, body=_paragraph(said.text_en)),
    }
    return TemplateDraft(name=variants[language].subject, kind=kind, spec=TemplateSpec(language=language, variants=variants), if_version=0)


def _paragraph(text: str) -> str:
    return f"<p>{escape(text, quote=False)}</p>"
