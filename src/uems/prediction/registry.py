"""Which models come ready to use? Each is one file: what it foretells of any workspace, whatever its events are called."""

from datetime import datetime
from typing import Protocol

from pydantic import BaseModel

from uems.kernel.house import House
from uems.kernel.registry import Registry
from uems.kernel.scope import Scope
from uems.prediction.model import Spec


class Template(Protocol):
    """A model that fits itself to a workspace. standard: every workspace has it without being asked."""

    @property
    def key(self) -> str: ...
    @property
    def label_zh(self) -> str: ...
    @property
    def label_en(self) -> str: ...
    @property
    def Config(self) -> type[BaseModel]: ...
    @property
    def sample(self) -> BaseModel: ...
    @property
    def standard(self) -> bool: ...

    def spec(self, house: House, scope: Scope, config: BaseModel, now: datetime) -> Spec:
        """The definition for this workspace. Raises ``no_events`` (409) when there is nothing to fit to."""
        ...


TEMPLATES: Registry[Template] = Registry("model template", "uems.prediction.templates")
