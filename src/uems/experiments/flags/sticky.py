"""Which arm was somebody given before? Sticky assignments, in the documents that flag clients keep.

A document is ``{"attributeName", "attributeValue", "assignments": {"<experiment>__<version>": "<arm>"}}`` and is filed under
``<attributeName>||<attributeValue>``.
"""

from collections.abc import Mapping, MutableMapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from uems.experiments.flags.buckets import hashable

Documents: TypeAlias = MutableMapping[str, Any]
"""By file name, see above; a new assignment is written into it."""


class Kept(NamedTuple):
    """arm: -1 for none. blocked: it was given in a version that may not take part any more."""

    arm: int = -1
    blocked: bool = False


def file_name(attribute: str, value: str) -> str:
    return f"{attribute}||{value}"


def kept_arm(
    documents: Documents,
    attributes: Mapping[str, Any],
    key: str,
    *,
    attribute: str,
    fallback: str | None,
    version: int,
    least_version: int,
    arms: Sequence[str | None],
) -> Kept:
    """What the documents say; the attribute itself goes before its fallback."""
    given: dict[str, str] = {}
    for name in (fallback or "id", attribute):
        found = documents.get(file_name(name, hashable(attributes.get(name))))
        given.update((found or {}).get("assignments") or {})
    if any(f"{key}__{older}" in given for older in range(least_version)):
        return Kept(blocked=True)
    arm = given.get(f"{key}__{version}")
    return Kept(arm=arms.index(arm)) if arm is not None and arm in arms else Kept()


def keep(documents: Documents, attribute: str, value: str, key: str, version: int, arm: str) -> None:
    """Write the assignment down."""
    name = file_name(attribute, value)
    given = (documents.get(name) or {}).get("assignments") or {}
    assignments = {**given, f"{key}__{version}": arm}
    documents[name] = {"attributeName": attribute, "attributeValue": value, "assignments": assignments}
