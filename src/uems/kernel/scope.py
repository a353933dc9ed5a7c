"""Whose data is this? Every query and every change names its workspace by one value."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """A workspace as the lower rooms need it.

    workspace_id: dense integer, the first key column of every table. zone: IANA zone of its business days.
    currency: ISO 4217 code in which its money is reported.
    """

    workspace_id: int
    slug: str
    zone: str
    currency: str
