"""What asks a tag, here and in the rooms above? It is shown with the tag, which cannot be removed or change its type meanwhile.

Rooms above hand in a function of theirs; the web application holds all of them, and passes them to whoever changes tags.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from sqlalchemy import Connection

from uems.kernel.errors import UemsError
from uems.kernel.filters import Node
from uems.kernel.scope import Scope
from uems.profiles.tags.asked import asked_in, misfit
from uems.profiles.tags.config import read_config
from uems.profiles.tags.lineage import asks_tags, conditions_of
from uems.profiles.tags.model import TagDef, ValueType


@dataclass(frozen=True, slots=True, kw_only=True)
class TagUse:
    """Something that asks a tag, or speaks for it. kind: "tag", "segment", "model" ... conditions: in which it asks.

    wants: the type that the tag must have for another reason; None for none.
    """

    tag: str
    kind: str
    key: str
    label: str
    conditions: tuple[Node, ...] = ()
    wants: ValueType | None = None


TagUsers: TypeAlias = Callable[[Connection, Scope], Iterable[TagUse]]
"""Everything of one room that asks tags, read within a transaction."""


def uses_of(conn: Connection, scope: Scope, tags: Mapping[str, TagDef], users: Sequence[TagUsers]) -> dict[str, tuple[TagUse, ...]]:
    """tag → everything that asks it. tags: key → definition, all of the workspace."""
    found: dict[str, list[TagUse]] = {}
    for use in (*uses_among(tags), *(use for room in users for use in room(conn, scope))):
        found.setdefault(use.tag, []).append(use)
    return {key: tuple(uses) for key, uses in found.items()}


def uses_among(tags: Mapping[str, TagDef]) -> Iterable[TagUse]:
    """Which tags ask which."""
    for key, tag in tags.items():
        try:
            config = read_config(tag)
        except UemsError:
            continue  # its own state says so
        for one in sorted(asks_tags(config)):
            yield TagUse(tag=one, kind="tag", key=key, label=tag.label.en or tag.label.zh, conditions=conditions_of(config))


def broken(use: TagUse, tags: Mapping[str, TagDef]) -> str:
    """Why what asks a tag could not go on with these tags; "" when it can."""
    tag = tags.get(use.tag)
    if tag is None:
        return f"there is no tag {use.tag} any more."
    if use.wants is not None and tag.value_type != use.wants:
        return f"the tag {use.tag} is a {tag.value_type}, and it must be a {use.wants}."
    leaves = (leaf for condition in use.conditions for _, leaf in asked_in(condition) if leaf.name == use.tag)
    return next((problem for leaf in leaves if (problem := misfit(leaf, tag.value_type))), "")


def check_uses(conn: Connection, scope: Scope, tags: Mapping[str, TagDef], users: Sequence[TagUsers], keys: Iterable[str]) -> None:
    """Raise ``tag_in_use`` (409) when something could not go on as these tags (``keys``) are now: gone, or of another type."""
    uses = uses_of(conn, scope, tags, users)
    for key in keys:
        problems = [(use, problem) for use in uses.get(key, ()) if (problem := broken(use, tags))]
        if not problems:
            continue
        named = [_name(use) for use, _ in problems]
        if key not in tags:
            raise in_use(key, named)
        message = f"Tag {key} cannot change like this: {named[0]} would break, because {problems[0][1]} Change that first."
        raise UemsError("tag_in_use", message, status=409, details={"users": named[:100]})


def in_use(key: str, users: list[str]) -> UemsError:
    """The refusal to remove what others ask."""
    shown = ", ".join(users[:10])
    return UemsError("tag_in_use", f"Tag {key} is asked by {shown}. Change those first.", status=409, details={"users": users[:100]})


def _name(use: TagUse) -> str:
    return f"{use.kind} {use.key}"
