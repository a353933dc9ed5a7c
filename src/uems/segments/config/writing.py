"""How are the definitions that are there written as documents? So that reading them again changes nothing."""

from collections.abc import Sequence
from typing import Any

from uems.collect import api as collect
from uems.kernel.scope import Scope
from uems.kernel.store import Store
from uems.profiles import api as profiles
from uems.segments.config.kinds import RoomKind
from uems.segments.definitions import list_segments


def documents_of(store: Store, scope: Scope, *, standard: bool = False, rooms: Sequence[RoomKind] = ()) -> list[dict[str, Any]]:
    """The tracking plan, if there is one, then tags, segments and what the rooms above have by key. standard: also tags as shipped."""
    found: list[dict[str, Any]] = []
    plan = collect.current_plan(store, scope)
    if plan.version:
        body = collect.PlanBody.model_validate(collect.plan_to_json(plan.plan))
        found.append({"kind": "tracking_plan", **body.model_dump(mode="json", exclude_defaults=True)})
    for key, tag in sorted(profiles.tags_to_yaml(store, scope, standard=standard).items()):
        rest = {name: value for name, value in tag.items() if name != "kind"}
        found.append({"kind": "tag", "key": key, "tag_kind": tag["kind"], **rest})
    for one in sorted(list_segments(store, scope), key=lambda one: one.key):
        described = {"description": one.description} if one.description else {}
        condition = profiles.dump_condition(one.condition)
        found.append({"kind": "segment", "key": one.key, "name": one.name, **described, "condition": condition})
    with store.read() as conn:
        for kind in rooms:
            there = kind.standing(conn, scope)
            found += [{"kind": kind.kind, "key": key, **there[key].body} for key in sorted(there) if not there[key].archived]
    return found
