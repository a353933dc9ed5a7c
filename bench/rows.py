"""What does the table of a benchmark hold?"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table. note: what else was seen."""

    what: str
    figure: str
    wanted: str
    met: bool | None
    note: str = ""
