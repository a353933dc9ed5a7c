"""Are everybody's tags right? Computes them for all people, or for some, by the same code, and writes only what changed.

Tags that ask tags come after those. A tag that fails keeps its values and says why; the others are not held up by it.
"""

import logging
import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from uems.identity import api as identity
from uems.kernel.errors import UemsError, not_found
from uems.kernel.filters import At
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.store import allocate, dump_json
from uems.kernel.warehouse import Limits
from uems.profiles.conditions.asking import Asking, Chosen, People
from uems.profiles.conditions.grammar import conclude, questions
from uems.profiles.conditions.model import Top
from uems.profiles.roles.mappings import roles_of
from uems.profiles.roles.model import Roles
from uems.profiles.roles.relations import NOBODY as NO_RELATIONS
from uems.profiles.roles.relations import refresh_relations
from uems.profiles.tags.batches import undone_batches
from uems.profiles.tags.columns import Floats, TagColumn, nothing
from uems.profiles.tags.config import Config, is_scored, read_config
from uems.profiles.tags.cuts import Cuts, cuts_of, read_cuts, write_cuts
from uems.profiles.tags.definitions import definitions
from uems.profiles.tags.jobs import Bench, Job, job_of
from uems.profiles.tags.lineage import asks_tags, conditions_of, in_order, tops_of
from uems.profiles.tags.model import GIVEN, SavedTag, TagState
from uems.profiles.tags.passes import announce
from uems.profiles.tags.states import NEVER, failed, states_of, succeeded, write_states
from uems.profiles.tags.stored import NOBODY, Stored, Writer, difference, read_stored

_logger = logging.getLogger("uems.tags")
_FATAL: Final = frozenset({"warehouse_down", "warehouse_cancelled", "warehouse_busy"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Refreshed:
    """What a pass did. version: of everything it wrote. people: who was looked at, sorted. changed: tag → who has another value.

    related: who has a new relation, sorted. failed: tag → why it could not be computed.
    """

    version: int
    people: People
    related: People
    changed: Mapping[str, People]
    failed: Mapping[str, str]

    @property
    def touched(self) -> People:
        """Everybody of whom any tag changed, sorted."""
        parts = [people for people in self.changed.values() if len(people)]
        return np.unique(np.concatenate(parts)) if parts else np.zeros(0, np.uint64)


def refresh(
    house: House,
    scope: Scope,
    now: datetime,
    people: Sequence[int] | None = None,
    *,
    tags: Collection[str] | None = None,
    limits: Limits | None = None,
    measure: bool | None = None,
    tops: Iterable[Top] = (),
    tell: bool = True,
) -> Refreshed:
    """Compute tags of everybody (``people`` None), or of some, and write what differs from what is stored.

    people: numbers of people, or that they had before a merge; those who are nobody any more lose their tags. tags: only these;
    None is all of them for everybody, and for some people those that are live. measure: take cuts anew; None does it for
    everybody only. tops: percentiles that others ask for and whose cuts have to be measured too. now: aware; see ``as_of``.
    tell: let the loop that follows tags know; the loop itself need not.

    Raises ``not_found`` for a tag that does not exist, and ``warehouse_down`` and ``warehouse_cancelled``; what else goes wrong is
    kept with the tag, in ``failed`` and its state.
    """
    whole = _Pass(house, scope, now, people, limits, measure, tops)
    try:
        done = whole.run(tags)
    finally:
        whole.close()
    if tell and any(len(changed) for changed in done.changed.values()):
        announce(house.store, scope.workspace_id, done.version)
    return done


@dataclass(slots=True, kw_only=True)
class _Outcome:
    """changed: tag → who. states: what to keep."""

    changed: dict[str, People] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    states: dict[str, TagState] = field(default_factory=dict)
    done: list[str] = field(default_factory=list)


class _Pass:
    """One pass over some tags of everybody, or of the chosen."""

    def __init__(
        self,
        house: House,
        scope: Scope,
        now: datetime,
        people: Sequence[int] | None,
        limits: Limits | None,
        measure: bool | None,
        tops: Iterable[Top],
    ) -> None:
        self._house, self._scope, self._now, self._limits = house, scope, now, limits
        self._started = time.perf_counter()
        self._at = At(now=now, zone=scope.zone)
        # Before anything is read: whoever reads later has a higher version, and what they write stays.
        with house.store.write() as conn:
            self._version = allocate(conn, f"tag_values:{scope.workspace_id}")
        self._chosen = None if people is None else Chosen.of(house, scope, people)
        self._gone = set() if people is None else _gone(house, scope, people, self._chosen)
        self._roles: Roles = roles_of(house.store, scope)
        self._undone = undone_batches(house.store, scope)
        self._cuts: Cuts = read_cuts(house, scope, measuring=people is None if measure is None else measure)
        self._tops = set(tops)
        self._known = definitions(house.store, scope)
        self._states = states_of(house.store, scope)
        self._writer = Writer(house, scope, self._version, now)
        self._people: People | None = None
        self._stored: dict[str, Stored] = {}
        self._ahead: list[str] = []
        self._reading: dict[str, Future[dict[str, Stored]]] = {}
        self._reader = ThreadPoolExecutor(1, "tags")
        self._steps = 0
        self._out = _Outcome()

    def run(self, tags: Collection[str] | None) -> Refreshed:
        configs = self._configs()
        wanted = [key for key in self._wanted(tags) if key in configs and not is_scored(configs[key])]
        related = self._relate() if tags is None else NO_RELATIONS
        self._tops |= tops_of(node for config in configs.values() for node in conditions_of(config))
        for step in in_order({key: asks_tags(configs[key]) for key in wanted}):
            if self._chosen is not None:  # all at once; of everybody one tag at a time, which is less to hold
                self._stored = read_stored(self._house, self._scope, step, {*self._chosen.people.tolist(), *self._gone}, self._limits)
            self._ahead = list(step)
            for saved, found in self._columns([self._known[key] for key in step]):
                self._keep(saved, found)
            self._writer.close()
            write_cuts(self._house, self._scope, self._cuts, self._version, self._steps)
            self._steps += 1
        self._clear(None if tags is None else wanted)
        self._writer.close()
        full = self._chosen is None
        dropped = [key for key in self._states if key not in self._known] if full and tags is None else []
        write_states(self._house.store, self._scope, self._out.states, dropped, self._states)
        everybody = self._asking().people(self._limits) if self._people is None else self._people
        return Refreshed(version=self._version, people=everybody, related=related, changed=self._out.changed, failed=self._out.failed)

    def close(self) -> None:
        """Let go of what reads ahead."""
        self._reader.shutdown(cancel_futures=True)

    def _relate(self) -> People:
        """New relations first: tags ask them. Who has one."""
        try:
            return refresh_relations(self._house, self._scope, self._roles, self._at, self._chosen, self._limits)
        except UemsError as error:
            if error.code in _FATAL:
                raise
            _logger.error("tags: the relations of %s could not be made (%s)", self._scope.slug, error.message)
            self._out.failed["(relations)"] = error.message
            return NO_RELATIONS

    def _configs(self) -> dict[str, Config]:
        """What enabled tags say; one that cannot be read by this version of the program fails."""
        found = {}
        for key, saved in self._known.items():
            if not saved.tag.enabled:
                continue
            try:
                found[key] = read_config(saved.tag)
            except UemsError as error:
                self._fail(saved, error)
        return found

    def _wanted(self, tags: Collection[str] | None) -> list[str]:
        if tags is not None:
            for key in tags:
                if key not in self._known:
                    raise not_found("tag", key)
            return [key for key in self._known if key in tags and self._known[key].tag.enabled]
        enabled = {key: saved.tag for key, saved in self._known.items() if saved.tag.enabled}
        if self._chosen is None:
            return list(enabled)
        return [key for key, tag in enabled.items() if tag.refresh == "live" or tag.kind in GIVEN]

    def _asking(self) -> Asking:
        return Asking(self._house, self._scope, self._at, self._chosen)

    def _columns(self, saved: Sequence[SavedTag]) -> Iterator[tuple[SavedTag, tuple[Job, TagColumn] | Exception]]:
        """Each tag with its new values, or with why there are none. When all together fail, they are tried in halves."""
        asking = self._asking()
        bench = Bench(asking=asking, roles=self._roles, cuts=self._cuts, undone=self._undone)
        jobs: list[Job] = []
        for one in saved:
            try:
                jobs.append(job_of(one, bench))
            except Exception as error:
                yield one, error
        if self._people is None:
            self._people = asking.people(self._limits)
        trees = [tree for job in jobs for tree in job.trees]
        asked = questions(trees, asking)
        values = [*asked.values(), *(value for job in jobs for value in job.values)]
        try:
            answers = asking.run(values, limits=self._limits, people=self._people)
        except UemsError as error:
            if error.code in _FATAL:
                raise
            if len(jobs) == 1:
                yield jobs[0].saved, error
                return
            for half in (jobs[: len(jobs) // 2], jobs[len(jobs) // 2 :]):
                yield from self._columns([job.saved for job in half])
            return
        masks = conclude(trees, asked, answers).masks
        for job in jobs:
            try:
                yield job.saved, (job, _only_allowed(job.conclude(answers, masks), job.saved))
            except Exception as error:
                yield job.saved, error

    def _keep(self, saved: SavedTag, found: tuple[Job, TagColumn] | Exception) -> None:
        if isinstance(found, Exception):
            self._fail(saved, found)
            return
        job, column = found
        assert self._people is not None
        tag = saved.tag.key
        stored = self._stored if self._chosen is not None else self._read_ahead(tag)
        written = difference(tag, self._people, column, stored.get(tag, NOBODY))
        self._writer.add(written, history=saved.tag.keeps_history)
        self._out.changed[tag] = written.changed
        self._out.done.append(tag)
        full = None
        if self._chosen is None:
            full = len(column) - column.values.null_count, len(column), round(time.perf_counter() - self._started, 3)
        self._out.states[tag] = succeeded(
            self._states.get(tag, NEVER),
            version=saved.version,
            now=self._now,
            gained=written.gained,
            lost=written.lost,
            full=full,
            waiting=", ".join(job.missing),
        )
        self._measure(tag, column)

    def _read_ahead(self, tag: str) -> dict[str, Stored]:
        """The stored values of everybody; those of the tag after it are read meanwhile."""
        mine = self._reading.pop(tag, None)
        self._ahead = [key for key in self._ahead if key != tag]
        for key in self._ahead[:1]:
            if key not in self._reading:
                self._reading[key] = self._reader.submit(read_stored, self._house, self._scope, [key], None, self._limits)
        return mine.result() if mine is not None else read_stored(self._house, self._scope, [tag], None, self._limits)

    def _measure(self, tag: str, column: TagColumn) -> None:
        """The cuts that conditions on percentiles of this tag go by."""
        mine = [top for top in self._tops if top.name == tag]
        if not mine or not self._cuts.measuring:
            return
        values = _numbers(column)
        for top in mine:
            share = float(top.percent if top.lowest else -top.percent)
            [cut] = cuts_of(values, [share])
            self._cuts.set(tag, share, cut)

    def _fail(self, saved: SavedTag, error: Exception) -> None:
        known = isinstance(error, UemsError)
        code, message = (error.code, error.message) if isinstance(error, UemsError) else ("tag_failed", f"{type(error).__name__}: {error}")
        _logger.error("tags: %s of %s failed (%s)", saved.tag.key, self._scope.slug, message, exc_info=None if known else error)
        self._out.failed[saved.tag.key] = message
        self._out.states[saved.tag.key] = failed(self._states.get(saved.tag.key, NEVER), code, message, self._now)

    def _clear(self, only: Sequence[str] | None) -> None:
        """Take away what nobody may have: tags that are out of use, and every tag of those who are nobody any more."""
        if self._chosen is None:
            if only is None:
                idle = [key for key in self._states if key not in self._known or not self._known[key].tag.enabled]
                self._empty(idle, None)
            return
        if self._gone:
            rest = [key for key in {**self._states, **self._known} if key not in self._out.done]
            self._empty(rest, self._gone)

    def _empty(self, tags: Sequence[str], people: Collection[int] | None) -> None:
        none = TagColumn(values=nothing(0))
        for tag, stored in read_stored(self._house, self._scope, tags, people, self._limits).items():
            written = difference(tag, np.zeros(0, np.uint64), none, stored)
            saved = self._known.get(tag)
            self._writer.add(written, history=saved is not None and saved.tag.keeps_history)
            self._out.changed[tag] = written.changed
            before = self._out.states.get(tag, self._states.get(tag, NEVER))
            self._out.states[tag] = _less(before, written.lost)


def _less(state: TagState, lost: int) -> TagState:
    return replace(state, people=max(state.people - lost, 0))


def _gone(house: House, scope: Scope, people: Sequence[int], chosen: Chosen | None) -> set[int]:
    """Those of the numbers, and of what their people were stored as, that are nobody now."""
    assert chosen is not None
    numbers = {*(int(person) for person in people), *chosen.stored.tolist()}
    if numbers == set(chosen.people.tolist()):  # nobody of them was ever merged, which is usual
        return set()
    owners = identity.people_of(house.store, scope, numbers)
    return {number for number in numbers if number not in owners or owners[number].person_id != number}


def _numbers(column: TagColumn) -> Floats:
    """The values that are numbers; NaN for all others."""
    values = column.values.combine_chunks() if isinstance(column.values, pa.ChunkedArray) else column.values
    plain = pc.fill_null(pc.match_substring_regex(values, r"^-?[0-9]"), False)
    return np.asarray(
        pc.cast(pc.if_else(plain, values, pa.scalar(None, pa.string())), pa.float64()).to_numpy(zero_copy_only=False), np.float64
    )


def _only_allowed(column: TagColumn, saved: SavedTag) -> TagColumn:
    """Without values that the definition does not allow."""
    tag = saved.tag
    if tag.allowed is None or tag.value_type == "list":
        return column
    known = pa.array([dump_json(value) for value in tag.allowed], pa.string())
    kept = pc.if_else(pc.is_in(column.values, known), column.values, pa.scalar(None, pa.string()))
    return TagColumn(values=kept, confidence=column.confidence, evidence=column.evidence)
