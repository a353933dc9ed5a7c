"""How does anything that goes wrong reach the person who can put it right?

One exception class, one JSON shape: ``{"code", "message", "details"}``. A message says what, got, wanted, next.
"""

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any


class UemsError(Exception):
    """An error a caller can act on.

    code: a stable snake_case word, listed in the reference docs. status: the HTTP status to answer with.
    message: one or two sentences: what went wrong, what was got, what was wanted, what to do next.
    details: JSON-ready facts for programs (field names, limits, offsets); never secrets.
    """

    def __init__(self, code: str, message: str, *, status: int = 400, details: Mapping[str, object] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.status = status
        self.message = message
        self.details: dict[str, object] = dict(details or {})

    @property
    def passes(self) -> bool:
        """Whether it is nobody's fault in particular: the same may well succeed in a moment, here or in another process."""
        return self.status == 503 or self.code in ("warehouse_cancelled", "lease_lost")

    def as_json(self) -> dict[str, object]:
        """The one error shape of every answer: ``code``, ``message`` and, where there are any, ``details``."""
        body: dict[str, object] = {"code": self.code, "message": self.message}
        if self.details:
            body["details"] = self.details
        return body


def not_found(kind: str, got: str) -> UemsError:
    """``kind`` names the thing ("person", "workspace"); ``got`` is the id that was asked for."""
    return UemsError("not_found", f"No {kind} {got!r} here. Check the id, or list what exists.", status=404, details={"kind": kind})


def invalid(field: str, got: object, wanted: str) -> UemsError:
    """A value that cannot be accepted: ``field`` names it, ``wanted`` says what would be."""
    shown = repr(got)
    if len(shown) > 120:
        shown = shown[:117] + "..."
    return UemsError("invalid", f"{field} is {shown}; {wanted}", status=422, details={"field": field})


def plain(fault: Mapping[str, Any]) -> str:
    """What a validator found, as part of a sentence: without its own preface, without the full stop, and a text counted in characters."""
    if fault.get("type") == "too_long" and isinstance(fault.get("input"), str):
        told = fault["ctx"]
        return f"The text should have at most {told['max_length']} characters, not {told['actual_length']}"
    return str(fault.get("msg", "")).removeprefix("Value error, ").removesuffix(".")


def faults(found: Iterable[Mapping[str, Any]], whole: str, most: int = 5) -> str:
    """The first faults that a validator found, each with its field; ``whole`` is what a fault of no field in particular is called."""
    return "; ".join(f"{'.'.join(map(str, one['loc'])) or whole}: {plain(one)}" for one in islice(found, most))
