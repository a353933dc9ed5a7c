"""Which kinds of nodes are there, and which flows ready made?"""

from collections.abc import Mapping
from typing import Any, Final, Protocol

from pydantic import BaseModel

from uems.kernel.registry import Registry
from uems.outreach.flows.graph import Graph
from uems.outreach.flows.recipe import Said
from uems.outreach.flows.steps import Step


class Recipe(Protocol):
    """A flow that comes ready made. nodes: id → (kind, config). letters: template that it sends → what that says at first."""

    @property
    def key(self) -> str: ...
    @property
    def label_zh(self) -> str: ...
    @property
    def label_en(self) -> str: ...
    @property
    def says_zh(self) -> str: ...
    @property
    def says_en(self) -> str: ...
    @property
    def nodes(self) -> Mapping[str, tuple[str, Mapping[str, Any]]]: ...
    @property
    def letters(self) -> Mapping[str, Said]: ...
    @property
    def Config(self) -> type[BaseModel]: ...
    @property
    def sample(self) -> BaseModel: ...

    def graph(self) -> Graph: ...


STEPS: Final[Registry[Step]] = Registry("flow node", "uems.outreach.nodes")
RECIPES: Final[Registry[Recipe]] = Registry("flow recipe", "uems.outreach.recipes")
