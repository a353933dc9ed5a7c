"""How does a model speak? It takes a tag over, writes the scores of people with their reasons, and gives the tag back."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from sqlalchemy import Connection

from uems.access.api import Access
from uems.kernel.errors import not_found
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.store import Store, allocate, dump_json
from uems.profiles.conditions.asking import People
from uems.profiles.tags.columns import TagColumn
from uems.profiles.tags.config import bad_tag, is_scored, read_config, value_problem, write_config
from uems.profiles.tags.definitions import definition, read_definitions, write_definition
from uems.profiles.tags.model import Family, SavedTag, TagDef, ValueType, Words
from uems.profiles.tags.passes import announce
from uems.profiles.tags.states import NEVER, states_of, succeeded, write_states
from uems.profiles.tags.stored import NOBODY, Stored, Writer, difference, read_stored

_CHECKED: Final = 1_000
Floats: TypeAlias = npt.NDArray[np.float64]


def take_over(
    store: Store,
    access: Access,
    tag: str,
    model: str,
    *,
    label: Words | None = None,
    description: Words | None = None,
    family: Family = "behaviour",
    value_type: ValueType = "number",
    unit: str = "",
) -> SavedTag:
    """Let a model speak for a tag: what it was before speaks again after ``give_back``. Audited; safe to repeat.

    A tag that does not exist yet is made, for which ``label`` is needed. Raises ``bad_tag`` for one set by hand or imported.
    """
    with store.write() as conn:
        known = read_definitions(conn, access.scope.workspace_id).get(tag)
        if known is None:
            made = TagDef(
                key=tag,
                family=family,
                kind="model",
                label=label or Words(zh=tag, en=tag),
                description=description or Words(),
                value_type=value_type,
                unit=unit,
                config={"model": model},
            )
            return write_definition(conn, access, made)
        if known.tag.kind in ("manual", "imported"):
            raise bad_tag(tag, f"it is a {known.tag.kind} tag, which no model may speak for.")
        config = read_config(known.tag)
        fallback = known.tag.config.get("fallback") if known.tag.kind == "model" else write_config(config)
        changed = replace(known.tag, kind="model", refresh="nightly", config={"model": model, "fallback": fallback})
        return write_definition(conn, access, changed, standard=known.standard)


def give_back(store: Store, access: Access, tag: str) -> SavedTag:
    """Let the rule of a tag speak again; without one nobody has a value until a model takes it over. Audited."""
    with store.write() as conn:
        return give_back_in(conn, access, tag)


def give_back_in(conn: Connection, access: Access, tag: str) -> SavedTag:
    """As ``give_back``, within a transaction that changes more."""
    known = read_definitions(conn, access.scope.workspace_id).get(tag)
    if known is None:
        raise not_found("tag", tag)
    if known.tag.kind != "model":
        return known
    changed = replace(known.tag, config={**known.tag.config, "model": ""})
    return write_definition(conn, access, changed, standard=known.standard)


def write_scores(
    house: House,
    scope: Scope,
    tag: str,
    people: People,
    values: Sequence[object],
    confidences: Sequence[float] | None,
    evidence: Sequence[Mapping[str, object]] | None,
    now: datetime,
    *,
    whole: People | None = None,
) -> People:
    """Write what a model says of these people, shape (n,); gives who has another value than before.

    whole: everybody who has a score now, so that all others lose theirs; None leaves them as they are. Only differences are
    written. Raises ``not_found``, and ``bad_tag`` for a tag that no model speaks for or a value that it cannot have.
    """
    saved = definition(house.store, scope, tag)
    if not is_scored(read_config(saved.tag)):
        raise bad_tag(tag, "no model speaks for it; let one take it over first.")
    problem = next((p for value in values[:_CHECKED] if (p := value_problem(saved.tag, value))), "")
    if problem:
        raise bad_tag(tag, problem)
    with house.store.write() as conn:
        version = allocate(conn, f"tag_values:{scope.workspace_id}")
    order = np.argsort(people, kind="stable")
    column = TagColumn(
        values=pa.array([dump_json(values[n]) for n in order], pa.string()),
        confidence=None if confidences is None else np.asarray(confidences, np.float32)[order],
        evidence=None if evidence is None else pa.array(_dumped([evidence[n] for n in order]), pa.string()),
    )
    mine = np.asarray(people, np.uint64)[order]
    stored = read_stored(house, scope, [tag], None if whole is not None else mine.tolist()).get(tag, NOBODY)
    found = difference(tag, mine, column, stored if whole is None else _without(stored, np.setdiff1d(whole, mine)))
    writer = Writer(house, scope, version, now)
    writer.add(found, history=saved.tag.keeps_history)
    writer.close()
    before = states_of(house.store, scope).get(tag, NEVER)
    full = None if whole is None else (len(whole), max(before.everybody, len(whole)), before.seconds)
    state = succeeded(before, version=saved.version, now=now, gained=found.gained, lost=found.lost, full=full)
    write_states(house.store, scope, {tag: state})
    if len(found.changed):
        announce(house.store, scope.workspace_id, version)
    return found.changed


def _dumped(evidence: Sequence[Mapping[str, object]]) -> list[str]:
    """As JSON, once for each that many people share."""
    known: dict[int, str] = {}
    for one in evidence:
        if id(one) not in known:
            known[id(one)] = dump_json(one)
    return [known[id(one)] for one in evidence]


def scores_of(house: House, scope: Scope, tag: str) -> tuple[People, Floats]:
    """(people, what a model says of each) for a tag of numbers, both of shape (n,), by person; nobody where there is no such tag."""
    found = read_stored(house, scope, [tag], None).get(tag, NOBODY)
    values = np.array([json.loads(text) for text in found.values.to_pylist()], np.float64)
    return found.people, values


def _without(stored: Stored, people: People) -> Stored:
    """Those who keep what they have are not looked at."""
    rows = np.flatnonzero(~np.isin(stored.people, people))
    taken = pa.array(rows)
    return Stored(
        people=stored.people[rows],
        values=stored.values.take(taken),
        confidence=stored.confidence.take(taken),
        evidence=stored.evidence.take(taken),
    )
