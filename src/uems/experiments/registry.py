"""Which kinds of metrics can an experiment have? Each is one file: what it sums up of every person, after the first exposure and before."""

from typing import Protocol, runtime_checkable

from pydantic import BaseModel

from uems.experiments.trials.frame import Amount, Frame, Measured
from uems.kernel.registry import Registry


class MetricKind(Protocol):
    """One kind of metric. unit: how its values are shown."""

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
    def unit(self) -> str: ...

    def measured(self, frame: Frame, config: BaseModel) -> Measured:
        """What SQL sums up for each person, by the columns that ``frame`` makes of events."""
        ...


@runtime_checkable
class Daily(Protocol):
    """A kind whose value is the sum of what a person did on each day."""

    def amount(self, config: BaseModel) -> Amount:
        """What is summed up."""
        ...

    def limit(self, config: BaseModel) -> float | None:
        """The most that one person may count for; None for no limit."""
        ...


METRIC_KINDS: Registry[MetricKind] = Registry("metric kind", "uems.experiments.trials.kinds")
