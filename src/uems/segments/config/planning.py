"""What would the documents change? Compared field by field with what is there, conditions also in words."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from uems.collect import api as collect
from uems.kernel.errors import UemsError
from uems.kernel.filters import Node
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.store import Store, dump_json
from uems.profiles import api as profiles
from uems.segments.config.kinds import After, RoomKind, room_changes
from uems.segments.config.model import Action, Change, Documents, FieldChange, Problem
from uems.segments.definitions import list_segments, resolve
from uems.segments.lists.naming import check_lists
from uems.segments.model import Draft, Segment

_LANGUAGES: Final[tuple[profiles.Language, ...]] = ("zh", "en")


def plan(
    house: House,
    scope: Scope,
    found: Documents,
    *,
    prune: bool = False,
    users: Sequence[profiles.TagUsers],
    rooms: Sequence[RoomKind] = (),
) -> tuple[list[Change], list[Problem]]:
    """What ``apply`` would do, and why it cannot. prune: archive what stands in no document of a kind that has any. users: what asks
    tags. rooms: kinds of the rooms above, in their order."""
    store = house.store
    problems: list[Problem] = []
    changes: list[Change] = []
    if found.plan is not None:
        changes.append(_plan_change(store, scope, found))
    changes += _tag_changes(store, scope, found, prune, problems)
    tags = None if problems else _tags_after(store, scope, found, changes)
    changes += _segment_changes(store, scope, found, prune, tags, problems)
    if tags is not None:
        problems += _broken_uses(store, scope, found, tags, users)
    after = After(segments=_segments_after(store, scope, found, prune), tags=tags, documents=found)
    with store.read() as conn:
        for kind in rooms:
            changes += room_changes(kind, house, conn, scope, after, prune, problems)
    return changes, problems


def fingerprint(changes: Sequence[Change]) -> str:
    """The same for the same changes to the same definitions: what somebody agreed to is what is done."""
    told = [[one.kind, one.key, one.action, [[f.field, f.before, f.after] for f in one.fields]] for one in changes if one.action != "keep"]
    return hashlib.sha256(json.dumps(told, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _plan_change(store: Store, scope: Scope, found: Documents) -> Change:
    before = collect.current_plan(store, scope)
    fields = tuple(_plan_field(one) for one in collect.plan_differences(before.plan, found.plan))
    action: Action = "keep" if not fields and before.version else "change" if before.version else "create"
    place = found.places["tracking_plan", ""]
    return Change(kind="tracking_plan", key="", name="tracking plan", action=action, fields=fields, document=place)


def _plan_field(one: collect.PlanChange) -> FieldChange:
    parts = [one.event or ("traits" if one.is_trait else ""), one.property, one.field]
    return FieldChange(field=" · ".join(part for part in parts if part), before=one.before, after=one.after)


def _tag_changes(store: Store, scope: Scope, found: Documents, prune: bool, problems: list[Problem]) -> list[Change]:
    known = profiles.definitions(store, scope)
    gone = [key for kind, key in found.archived if kind == "tag"]
    if not found.tags and not gone:
        return []
    planned: list[profiles.TagChange] = []
    try:
        planned = profiles.plan_tags(store, scope, dict(found.tags), prune=prune and bool(found.tags))
    except UemsError as error:
        problems.append(_tag_problem(store, scope, found, error))
    acts: dict[str, Action] = {"add": "create", "change": "change", "remove": "archive", "keep": "keep"}
    changes = []
    for one in planned:
        if one.key in gone:
            continue
        before = dict(known[one.key].tag.config) if one.key in known else {}
        body = found.tags.get(one.key, {})
        fields = tuple(_tag_field(scope, f, before, body.get("config", {})) for f in one.fields)
        name = _label(body.get("label")) or (_label_of(known[one.key].tag) if one.key in known else one.key)
        document = found.places.get(("tag", one.key))
        changes.append(Change(kind="tag", key=one.key, name=name, action=acts[one.act], fields=fields, document=document))
    for key in sorted(gone):
        name = _label_of(known[key].tag) if key in known else key
        action: Action = "archive" if key in known else "keep"
        changes.append(Change(kind="tag", key=key, name=name, action=action, document=found.places["tag", key]))
    return sorted(changes, key=lambda one: one.key)


def _tags_after(store: Store, scope: Scope, found: Documents, changes: Sequence[Change]) -> dict[str, profiles.TagDef]:
    """The tags that there would be."""
    gone = {one.key for one in changes if one.kind == "tag" and one.action == "archive"}
    after = profiles.planned_tags(store, scope, dict(found.tags))
    return {key: tag for key, tag in after.items() if key not in gone}


def _broken_uses(
    store: Store, scope: Scope, found: Documents, tags: Mapping[str, profiles.TagDef], users: Sequence[profiles.TagUsers]
) -> list[Problem]:
    """What could not go on with these tags, but for segments, whose conditions are looked at as they would be."""
    with store.read() as conn:
        others = [use for room in users for use in room(conn, scope) if use.kind != "segment"]
        known = profiles.read_definitions(conn, scope.workspace_id)
    problems = []
    for use in (*profiles.uses_among(tags), *others):
        # A model may write a tag that nobody has defined yet.
        problem = profiles.broken(use, tags) if use.tag in known or use.tag in tags else ""
        if problem:
            asked, asks = found.places.get(("tag", use.tag)), found.places.get(("tag", use.key)) if use.kind == "tag" else None
            place = asks if asks is not None else asked
            message = f"{use.kind} {use.key} would break: {problem} Change that first."
            problems.append(Problem(document=place or 0, path="", code="tag_in_use", message=message))
    return problems


def _tag_field(scope: Scope, one: profiles.FieldChange, before: Mapping[str, Any], after: Any) -> FieldChange:
    if one.field != "config":
        return FieldChange(field="tag_kind" if one.field == "kind" else one.field, before=one.before, after=one.after)
    zh, en = ((_config_words(scope, before, language), _config_words(scope, after, language)) for language in _LANGUAGES)
    return FieldChange(field="config", before=one.before, after=one.after, zh=zh, en=en)


def _config_words(scope: Scope, config: Any, language: profiles.Language) -> str:
    """The conditions of a rule in words; "" for configs without any."""
    values = config.get("values") if isinstance(config, Mapping) else None
    if not isinstance(values, list):
        return ""
    told = []
    for value in values:
        try:
            told.append(f"{dump_json(value['value'])}: {profiles.say(profiles.parse_condition(value['when']), language, scope.currency)}")
        except (UemsError, KeyError, TypeError):
            return ""
    return "; ".join(told)


def _label(label: Any) -> str:
    return str(label.get("en") or label.get("zh") or "") if isinstance(label, Mapping) else ""


def _label_of(tag: profiles.TagDef) -> str:
    return tag.label.en or tag.label.zh or tag.key


def _tag_problem(store: Store, scope: Scope, found: Documents, error: UemsError) -> Problem:
    """The document that an error of all tags together is about: it names the tag or the place, or is raised by it alone too."""
    path = str(error.details.get("path", ""))
    key = str(error.details.get("tag", ""))
    parts = path.split(".")
    if not key and len(parts) > 1 and parts[0] == "tags":
        key = parts[1]
    inner = path.removeprefix(f"tags.{key}").removeprefix(".")
    if key not in found.tags:
        key = next((one for one in found.tags if _alone(store, scope, found, one) == error.message), "")
    inner = "tag_kind" if inner == "kind" else inner
    return Problem(document=found.places.get(("tag", key), 0), path=inner, code=error.code, message=error.message)


def _alone(store: Store, scope: Scope, found: Documents, key: str) -> str:
    """What is wrong with one tag by itself; "" for nothing."""
    try:
        profiles.plan_tags(store, scope, {key: found.tags[key]})
    except UemsError as error:
        return error.message
    return ""


def _segment_changes(
    store: Store, scope: Scope, found: Documents, prune: bool, tags: Mapping[str, profiles.TagDef] | None, problems: list[Problem]
) -> list[Change]:
    known = {one.key: one for one in list_segments(store, scope, archived=True)}
    live = {key: one for key, one in known.items() if not one.archived}
    gone = _gone(found, set(live), prune)
    after = _segments_after(store, scope, found, prune)
    _check_segments(store, scope, found, after, tags, problems)
    changes = [_segment_change(scope, found.segments[key], known.get(key), found) for key in in_order(found.segments, after)]
    for key in reversed(in_order([key for key in known if key in gone], {k: one.condition for k, one in live.items()})):
        place = found.places.get(("segment", key))
        action: Action = "archive" if key in live else "keep"
        changes.append(Change(kind="segment", key=key, name=known[key].name, action=action, document=place))
    unknown = sorted(gone - known.keys())
    return [*changes, *(Change(kind="segment", key=key, name=key, action="keep", document=found.places["segment", key]) for key in unknown)]


def _gone(found: Documents, live: set[str], prune: bool) -> set[str]:
    """Keys of segments that are to go."""
    gone = {key for kind, key in found.archived if kind == "segment"}
    return gone | (live - found.segments.keys()) if prune and found.segments else gone


def _segments_after(store: Store, scope: Scope, found: Documents, prune: bool) -> dict[str, Node]:
    """The segments that there would be, with what they ask."""
    live = {one.key: one.condition for one in list_segments(store, scope)}
    gone = _gone(found, set(live), prune)
    after = {key: condition for key, condition in live.items() if key not in gone}
    return after | {key: draft.condition for key, draft in found.segments.items()}


def _check_segments(
    store: Store,
    scope: Scope,
    found: Documents,
    after: Mapping[str, Node],
    tags: Mapping[str, profiles.TagDef] | None,
    problems: list[Problem],
) -> None:
    """tags: those that there would be; None while that is not known."""
    with store.read() as conn:
        for key, condition in after.items():
            place = found.places.get(("segment", key))
            try:
                resolve(key, after)
                if key in found.segments:
                    check_lists(conn, scope.workspace_id, condition)
                if tags is not None:
                    profiles.check_asked(condition, tags)
            except UemsError as error:
                # One that stands in no document breaks when what it names goes: said of the first document there is.
                told = error.message if place is not None else f"segment {key} would break: {error.message}"
                inner = f".{error.details.get('path', '')}".rstrip(".") if error.details.get("tag") else ""
                path = f"condition{inner}" if place is not None else ""
                problems.append(Problem(document=place or 0, path=path, code=error.code, message=told))


def _segment_change(scope: Scope, draft: Draft, before: Segment | None, found: Documents) -> Change:
    place = found.places["segment", draft.key]
    if before is None:
        empty = ("name", draft.name), ("description", draft.description)
        fields = [FieldChange(field=name, before=None, after=value) for name, value in empty if value]
        fields.append(_condition_change(scope, None, draft.condition))
        return Change(kind="segment", key=draft.key, name=draft.name, action="create", fields=tuple(fields), document=place)
    pairs = ("name", before.name, draft.name), ("description", before.description, draft.description)
    fields = [FieldChange(field=name, before=old, after=new) for name, old, new in pairs if old != new]
    if before.condition != draft.condition:
        fields.append(_condition_change(scope, before.condition, draft.condition))
    action: Action = "restore" if before.archived else "change" if fields else "keep"
    return Change(kind="segment", key=draft.key, name=draft.name, action=action, fields=tuple(fields), document=place)


def _condition_change(scope: Scope, before: Node | None, after: Node) -> FieldChange:
    zh, en = (
        (profiles.say(before, language, scope.currency) if before else "", profiles.say(after, language, scope.currency))
        for language in _LANGUAGES
    )
    old = profiles.dump_condition(before) if before else None
    return FieldChange(field="condition", before=old, after=profiles.dump_condition(after), zh=zh, en=en)


def in_order(keys: Any, conditions: Mapping[str, Node]) -> list[str]:
    """The keys, those that others contain before them; of a circle in any order."""
    wanted, done, found = set(keys), set[str](), list[str]()

    def visit(key: str) -> None:
        if key in done or key not in conditions:
            return
        done.add(key)
        for inner in sorted(profiles.segments_in(conditions[key])):
            visit(inner)
        if key in wanted:
            found.append(key)

    for key in sorted(wanted):
        visit(key)
    return [*found, *sorted(wanted - set(found))]
