"""Which templates are there? All of them, in the order in which they are offered."""

from collections.abc import Mapping
from typing import Final

from uems.journeys.map.templates._content import CONTENT
from uems.journeys.map.templates._ecommerce import ECOMMERCE
from uems.journeys.map.templates._education import EDUCATION
from uems.journeys.map.templates._model import Template, TemplatePoint
from uems.journeys.map.templates._saas import SAAS

__all__ = ["TEMPLATES", "Template", "TemplatePoint"]

TEMPLATES: Final[Mapping[str, Template]] = {one.key: one for one in (ECOMMERCE, SAAS, EDUCATION, CONTENT)}
