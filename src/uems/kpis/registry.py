"""What is a metric, and which are there?"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final, Protocol

from pydantic import BaseModel, ConfigDict

from uems.kernel.registry import Registry
from uems.kpis.model import Column, Good, Horizon, Measured, Value, Whom, Words

if TYPE_CHECKING:  # the facts need the store of spend, which need not know what a metric is
    from uems.kpis.facts import View


MONEY: Final[tuple[Column, ...]] = ("value", "numerator", "target")
"""What is money of a metric whose unit is."""


class NoConfig(BaseModel):
    """Of a metric that takes no parameters."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Metric(Protocol):
    """One number about the business.

    formula: in words. good: which direction is better. horizon: "short" for what can be bought today, "long" for what lasts.
    needs: roles of events without which it cannot be measured. ripens_days: so many days after the last of a period its value
    still grows, because people are given that time. whom: of whom it is made, below the line of a quotient; None where that is no list
    of people. back_days: so many days up to the last of a period count in place of its own; 0 for those. money: which of its numbers
    are minor units.
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
    def whom(self) -> Whom | None: ...
    @property
    def back_days(self) -> int: ...
    @property
    def money(self) -> tuple[Column, ...]: ...
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
    whom: Whom | None = None
    back_days: int = 0
    money: tuple[Column, ...] = ()
    Config: ClassVar[type[BaseModel]] = NoConfig
    sample: ClassVar[BaseModel] = NoConfig()

    def __post_init__(self) -> None:
        if self.unit == "money" and not self.money:
            object.__setattr__(self, "money", MONEY)


METRICS: Registry[Metric] = Registry("metric", "uems.kpis.definitions")
