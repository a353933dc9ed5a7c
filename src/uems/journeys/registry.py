"""What is a report, and which are there?"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel

from uems.kernel.house import House
from uems.kernel.registry import Registry
from uems.kernel.scope import Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What the reader of an answer should know. code: "unknown_event", ...; subject: what it is about; near: what may be meant."""

    code: str
    subject: str
    near: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a report found. first_day, last_day: the business days that were counted, None where there were no events at all.

    exact: False only for an estimate, which ``data`` then explains. data: JSON-ready, as the report's module describes.
    """

    first_day: date | None
    last_day: date | None
    exact: bool
    data: Mapping[str, Any]
    warnings: tuple[Notice, ...] = ()


class Report(Protocol):
    """One question over events."""

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

    def run(self, house: House, scope: Scope, spec: BaseModel, now: datetime) -> Answer: ...


@runtime_checkable
class OpensPeople(Protocol):
    """A report whose numbers of people can be opened. ``Cell`` names one number of the answer to a spec."""

    @property
    def Cell(self) -> type[BaseModel]: ...
    @property
    def sample_cell(self) -> BaseModel: ...

    def people(self, house: House, scope: Scope, spec: BaseModel, cell: BaseModel, now: datetime) -> npt.NDArray[np.uint64]:
        """Exactly the people whom the answer counts there, as they are now: sorted, each once. Empty where there are none.

        Raises ``invalid`` for a cell that the answer does not have.
        """
        ...


REPORTS: Registry[Report] = Registry("report", "uems.journeys.reports")
