"""What is a metric, and which are there?"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Protocol

from pydantic import BaseModel, ConfigDict

from uems.kernel.registry import Registry
from uems.kpis.model import Good, Horizon, Measured, Value, Words

if TYPE_CHECKING:  # the facts need the store of spend, which need not know what a metric is
    from uems.kpis.facts import View


class NoConfig(BaseModel):
    """Of a metric that takes no parameters."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Metric(Protocol):
    """One number about the business.

    formula: in words. good: which direction is better. horizon: "short" for what can be bought today, "long" for what lasts.
    needs: roles of events without which it cannot be measured. ripens_days: so many days after the last of a period its value
    still grows, because people are given that time.
    """

    @property
    def key(self) -> str: ...
    @property
    def label_zh(self) -> str: ...
    @property
    def label_en(self) -> str: ...
    @property
    def formula(self) -> Words: ...
    @property
    def unit(self) -> Measured: ...
    @property
    def good(self) -> Good: ...
    @property
    def horizon(self) -> Horizon: ...
    @property
    def needs(self) -> tuple[str, ...]: ...
    @property
    def ripens_days(self) -> int: ...
    @property
    def Config(self) -> type[BaseModel]: ...
    @property
    def sample(self) -> BaseModel: ...

    def measure(self, view: "View", config: BaseModel) -> Sequence[Value]:
        """One value for each of ``view.windows``, the whole period first."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricBase:
    """What a metric says of itself."""

    key: str
    label_zh: str
    label_en: str
    formula: Words
    unit: Measured
    good: Good = "up"
    horizon: Horizon = "short"
    needs: tuple[str, ...] = ()
    ripens_days: int = 0
    Config: ClassVar[type[BaseModel]] = NoConfig
    sample: ClassVar[BaseModel] = NoConfig()


METRICS: Registry[Metric] = Registry("metric", "uems.kpis.definitions")
