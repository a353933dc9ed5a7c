"""What is scanned, and what is found? Units, slices and findings."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

SliceKind: TypeAlias = Literal["column", "property", "tag", "segment"]
FindingKind: TypeAlias = Literal["change", "difference"]
Codes = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """One way to slice. values: by their code, "" for not set; the code after the last is all others together."""

    kind: SliceKind
    name: str
    values: Sequence[str]
    label_zh: str = ""
    label_en: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """One value of an axis; axis None: everybody. value: its code."""

    axis: int | None = None
    value: int = 0


EVERYBODY = Slice()


@dataclass(frozen=True, slots=True, kw_only=True)
class Units:
    """Who entered one step: each person once in each of the two periods. now: in the later one; onward: went on within the window.
    minor: what they brought in from then on within it. codes: shape (axes, units)."""

    now: npt.NDArray[np.bool_]
    onward: npt.NDArray[np.bool_]
    minor: npt.NDArray[np.int64]
    codes: Codes

    def __len__(self) -> int:
        return len(self.now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """So many of so many went on."""

    people: int
    onward: int

    @property
    def rate(self) -> float:
        return self.onward / self.people if self.people else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Warning:
    """code: small_sample, mix_shift or simpson. axis: of which strata; rate, mix: the parts of the difference."""

    code: Literal["small_sample", "mix_shift", "simpson"]
    axis: int | None = None
    rate: float = 0.0
    mix: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A step at which fewer go on. a: those whom it is about, now; b: the same before (change), or all others now (difference).

    step: its place. minor: what one passage brings in on average; None where none is known. echoes: slices in which the same shows,
    because of this.
    """

    kind: FindingKind
    step: int
    slice: Slice
    a: Side
    b: Side
    interval: tuple[float, float]
    z: float
    p: float
    q: float
    minor: float | None
    warnings: tuple[Warning, ...] = ()
    echoes: tuple[Slice, ...] = ()
    since: tuple[int, int, int] | None = None
    series: Any = field(default=None)

    @property
    def recoverable(self) -> float:
        """How many more would go on, if the share were that of ``b``."""
        return self.a.people * (self.b.rate - self.a.rate)

    @property
    def worth_minor(self) -> float:
        return self.recoverable * (self.minor or 0.0)
