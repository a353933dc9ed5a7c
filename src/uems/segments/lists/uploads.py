"""How does a file of ids come onto a list? Kept, read piece by piece, matched, and put in force in one transaction.

Five million rows take the memory of one piece: who is on it already is a bit a person, different ids are counted by their
hashes on disk, and what came before is known by some millions of hashes in memory and not looked up again. Ids that nobody
has are counted and shown, and are not kept.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import xxhash
from sqlalchemy import delete, insert, select, update

from uems.access.api import Access, Actor, audit
from uems.collect import api as collect
from uems.identity import api as identity
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.ids import new_id
from uems.kernel.schema import change_rows
from uems.kernel.scope import Scope
from uems.kernel.settings import Settings
from uems.kernel.sql import Sql
from uems.kernel.store import Store, allocate, lock
from uems.kernel.warehouse import Limits
from uems.segments.definitions import rebuild_where
from uems.segments.jobs.model import LIVE, Job
from uems.segments.jobs.queue import add_job
from uems.segments.jobs.worker import Turn
from uems.segments.lists.definitions import names, read_list
from uems.segments.lists.distinct import Distinct, Seen
from uems.segments.lists.reading import check_mode, fixed, reopened, shape_of
from uems.segments.standing import Members
from uems.segments.tables import list_parts, people_lists, segment_jobs

EXAMPLES: Final = 20
_EXAMPLES: Final = ("invalid_examples", "unknown_examples")
_ROWS: Final = 50_000
_INSERT: Final = 300_000
_QUIET: Final = timedelta(minutes=10)
"""Rows of a part that counts no more stay for so long: a statement that began before may be reading them."""


@dataclass(slots=True, kw_only=True)
class Report:
    """What was in the file. rows: all of them; invalid: rows without a usable id, broken ones included; duplicates: rows whose id
    came before. distinct ids are matched or unknown. people: on the list after the upload.
    """

    rows: int = 0
    invalid: int = 0
    duplicates: int = 0
    distinct: int = 0
    matched: int = 0
    unknown: int = 0
    people: int = 0
    invalid_examples: list[dict[str, Any]] = field(default_factory=list)
    unknown_examples: list[dict[str, Any]] = field(default_factory=list)

    def counts(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if name not in _EXAMPLES}


def folder_of(settings: Settings) -> Path:
    """Where files of ids lie while they are read."""
    folder = collect.files_folder(settings) / "lists"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def ask_upload(
    house: House,
    access: Access,
    list_id: int,
    stored: collect.StoredFile,
    *,
    name: str,
    mode: str,
    column: str,
    options: collect.ReadOptions,
) -> Job:
    """Keep an uploaded file and have it read. Audited. Raises as ``shape_of``, ``not_found``, ``too_many_jobs`` and ``invalid``."""
    check_mode(mode)
    job_id = new_id("upload")
    path = folder_of(house.settings) / job_id
    with house.store.read() as conn:
        kind = read_list(conn, access.scope.workspace_id, list_id).kind
    shape, chosen = shape_of(stored.path, kind, column, options)
    stored.path.replace(path)
    try:
        with house.store.write() as conn:
            read_list(conn, access.scope.workspace_id, list_id)
            spec = {
                "mode": mode,
                "column": chosen,
                "file": name,
                "bytes": stored.size_bytes,
                "shape": fixed(shape),
                "rows": round(stored.size_bytes / shape.row_bytes),
                "actor": _actor(access.actor),
            }
            job = add_job(conn, access, "upload", list_id, spec, job_id=job_id)
            facts = {"file": name, "bytes": stored.size_bytes, "mode": mode, "column": chosen}
            audit(conn, access, "list.upload_started", f"list:{list_id}", None, facts)
            return job
    except BaseException:
        path.unlink(missing_ok=True)
        raise


class ListUploads:
    """Does the uploads."""

    def do(self, house: House, scope: Scope, job: Job, turn: Turn) -> None:
        path = folder_of(house.settings) / job.job_id
        if not path.is_file():
            raise UemsError("file_gone", "The file is not kept any more. Upload it again.", status=410)
        with house.store.write() as conn:
            part = allocate(conn, f"list_parts:{scope.workspace_id}")
            kind = read_list(conn, scope.workspace_id, job.subject).kind
        turn.note({"part": part})  # before its first row: what belongs to nobody is removed
        matching = _Matching(house, scope, kind, part, folder_of(house.settings) / f"{job.job_id}.distinct")
        try:
            shape = reopened(path, job.spec["shape"])
            for chunk in collect.read_file(path, shape, chunk_rows=_ROWS, only=[job.spec["column"]]):
                matching.take(chunk, job.spec["column"])
                turn.tick(0.95 * min(1.0, matching.report.rows / max(job.spec["rows"], 1)))
            report = matching.finish()
        finally:
            matching.close()
        if report.rows and not report.matched:
            message = f"None of the {report.rows:,} rows has the {kind} of anybody here. Is it the right column, and kind?"
            raise UemsError("list_matches_nobody", message, status=422, details={"report": asdict(report)})
        self._enforce(house, scope, job, turn, part, report)
        path.unlink(missing_ok=True)

    def _enforce(self, house: House, scope: Scope, job: Job, turn: Turn, part: int, report: Report) -> None:
        c, p = people_lists.c, list_parts.c
        append = job.spec["mode"] == "append"
        before = _parts(house, scope, job.subject) if append else []
        report.people = _people(house, scope, [*before, part])
        with turn.finish({"part": part, **asdict(report)}) as conn:
            lock(conn, f"lists:{scope.workspace_id}")
            read_list(conn, scope.workspace_id, job.subject)
            mine = (p.workspace_id == scope.workspace_id, p.list_id == job.subject)
            if not append:
                conn.execute(delete(list_parts).where(*mine))
            conn.execute(insert(list_parts).values(workspace_id=scope.workspace_id, list_id=job.subject, part=part))
            values = {"people": report.people, "filled_at": turn.now, "changed_at": turn.now, "changed_by": job.created_by}
            conn.execute(update(people_lists).where(c.workspace_id == scope.workspace_id, c.list_id == job.subject).values(**values))
            rebuilt = rebuild_where(conn, scope.workspace_id, names(job.subject))
            access = Access(scope=scope, actor=Actor(**job.spec["actor"]), now=turn.now)
            # Counts only: the log is for ever, and the examples are ids of people.
            facts = {**report.counts(), "mode": job.spec["mode"], "segments": rebuilt}
            audit(conn, access, "list.filled", f"list:{job.subject}", None, facts)

    def forget(self, house: House, job: Job) -> None:
        """The rows are left to ``tidy``: nobody sees them."""
        if job.state not in LIVE:
            (folder_of(house.settings) / job.job_id).unlink(missing_ok=True)

    def tidy(self, house: House, now: datetime) -> None:
        """Files of jobs that are over, examples that have been kept for as long as files are, and rows of parts that count for no list."""
        _forget_examples(house.store, now - timedelta(days=house.settings.files_keep_days))
        j = segment_jobs.c
        with house.store.read() as conn:
            live = set(conn.execute(select(j.job_id).where(j.kind == "upload", j.state.in_(LIVE))).scalars())
        for path in folder_of(house.settings).iterdir():
            if path.is_file() and path.name not in live and path.stat().st_mtime < now.timestamp() - _QUIET.total_seconds():
                path.unlink(missing_ok=True)
        _sweep(house, now)


class _Matching:
    """One file against the people that are known."""

    def __init__(self, house: House, scope: Scope, kind: str, part: int, scratch: Path) -> None:
        self._house, self._scope, self._kind, self._part = house, scope, kind, part
        self._distinct = Distinct(scratch)
        self._seen = Seen()
        self._nodes = Members()
        self._waiting: list[tuple[Any, Any]] = []
        self._held = 0
        self._blocks = 0
        self.report = Report()

    def take(self, chunk: collect.Chunk, column: str) -> None:
        report = self.report
        texts: list[str] = chunk.table.column(column).to_pylist()
        report.rows += len(texts) + chunk.bad_rows
        report.invalid += chunk.bad_rows
        for problem in chunk.problems:
            self._invalid(problem.row, problem.got, problem.what)
        first: dict[str, int] = {}
        for place, text in enumerate(texts):
            first.setdefault(text, place)
        # What was an id before is that one again, and counted.
        hashes = np.fromiter((xxhash.xxh3_64_intdigest(text.encode("utf-8", "surrogatepass")) for text in first), np.uint64, len(first))
        new = self._seen.is_new(hashes)
        first = {text: place for (text, place), is_new in zip(first.items(), new.tolist(), strict=True) if is_new}
        of_text = dict(zip(first, hashes[new].tolist(), strict=True))
        # In order, so that neighbours are looked up together: at random each look-up reads a page of its own.
        different = sorted(first)
        owners = dict(zip(different, identity.find_owners(self._house.store, self._scope, self._kind, different), strict=True))
        self._count_invalid(texts, first, owners, chunk)
        valid = {owner.normal: (owner, place) for text, place in first.items() if (owner := owners[text]).normal}
        self._distinct.add(np.fromiter((xxhash.xxh3_64_intdigest(normal.encode()) for normal in valid), np.uint64, len(valid)))
        settled = [of_text[text] for text in first if owners[text].normal]
        self._seen.add(np.array(settled, np.uint64))
        self._keep([owner for owner, _ in valid.values() if owner.node_id])
        if len(report.unknown_examples) < EXAMPLES:
            unknown = [place for owner, place in valid.values() if not owner.node_id]
            for place in unknown[: EXAMPLES - len(report.unknown_examples)]:
                report.unknown_examples.append({"row": int(chunk.rows[place]), "value": collect.shown(texts[place])})

    def _count_invalid(self, texts: list[str], first: dict[str, int], owners: Mapping[str, identity.Owner], chunk: collect.Chunk) -> None:
        junk = {text for text, owner in owners.items() if not owner.normal}
        if not junk:
            return
        self.report.invalid += sum(text in junk for text in texts)
        for text in sorted(junk, key=lambda one: first[one])[:EXAMPLES]:
            self._invalid(int(chunk.rows[first[text]]), collect.shown(text), "empty" if not text.strip() else "unusable_id")

    def _invalid(self, row: int, value: str, why: str) -> None:
        if len(self.report.invalid_examples) < EXAMPLES:
            self.report.invalid_examples.append({"row": row, "value": value, "why": why})

    def _keep(self, owners: list[identity.Owner]) -> None:
        nodes = np.array([owner.node_id for owner in owners], np.uint64)
        people = np.array([owner.person_id for owner in owners], np.uint64)
        nodes, place = np.unique(nodes, return_index=True)
        fresh = ~self._nodes.holds(nodes)
        self._nodes.change(nodes[fresh], np.zeros(0, np.uint64))
        self._waiting.append((nodes[fresh], people[place][fresh]))
        self._held += int(fresh.sum())
        if self._held >= _INSERT:
            self._flush()

    def _flush(self) -> None:
        if not self._held:
            return
        nodes = np.concatenate([nodes for nodes, _ in self._waiting])
        people = np.concatenate([people for _, people in self._waiting])
        size = len(nodes)
        table = pa.table(
            {
                "workspace_id": pa.array(np.full(size, self._scope.workspace_id, np.uint32)),
                "list_id": pa.array(np.full(size, self._part, np.uint32)),
                "person_id": pa.array(people),
                "node_id": pa.array(nodes),
            }
        )
        self._blocks += 1
        self._house.warehouse.insert("list_members", table, token=f"list:{self._scope.workspace_id}:{self._part}:{self._blocks}")
        self._waiting, self._held = [], 0

    def finish(self) -> Report:
        self._flush()
        report = self.report
        report.distinct, report.matched = self._distinct.count(), self._nodes.size
        report.unknown = report.distinct - report.matched
        report.duplicates = report.rows - report.invalid - report.distinct
        return report

    def close(self) -> None:
        self._distinct.close()


def _parts(house: House, scope: Scope, list_id: int) -> list[int]:
    p = list_parts.c
    with house.store.read() as conn:
        return list(conn.execute(select(p.part).where(p.workspace_id == scope.workspace_id, p.list_id == list_id)).scalars())


def _people(house: House, scope: Scope, parts: list[int]) -> int:
    """How many people the parts hold together, as they are now."""
    rows = identity.rows_of_people(house.store, scope, Sql("list_members"), {}, Sql("list_id IN {parts:Array(UInt32)}"))
    found = house.warehouse.query(Sql(f"SELECT uniqExact(person) AS people FROM {rows}"), {"parts": parts}, limits=Limits())
    people: int = found.column("people")[0].as_py()
    return people


def _sweep(house: House, now: datetime) -> None:
    """Remove rows of parts that count for no list and that no job is writing."""
    found = house.warehouse.query(
        Sql("SELECT workspace_id, groupUniqArray(list_id) AS parts FROM list_members GROUP BY workspace_id"), limits=Limits()
    ).to_pylist()
    j, p = segment_jobs.c, list_parts.c
    for row in found:
        workspace_id = row["workspace_id"]
        with house.store.read() as conn:
            counting = set(conn.execute(select(p.part).where(p.workspace_id == workspace_id)).scalars())
            recent = select(j.job_id).where(j.workspace_id == workspace_id, j.kind == "upload", j.updated_at > now - _QUIET)
            busy = conn.execute(recent.limit(1)).first() is not None
            live = select(j.job_id).where(j.workspace_id == workspace_id, j.kind == "upload", j.state.in_(LIVE))
            busy = busy or conn.execute(live.limit(1)).first() is not None
        idle = sorted(set(row["parts"]) - counting)
        if idle and not busy:
            change_rows(
                house.warehouse,
                house.settings,
                "list_members",
                Sql("DELETE WHERE workspace_id = {workspace:UInt32} AND list_id IN {parts:Array(UInt32)}"),
                {"workspace": workspace_id, "parts": idle},
            )


def _forget_examples(store: Store, before: datetime) -> None:
    """Take the ids that reports quote out of jobs that ended so long ago; their counts stay."""
    j = segment_jobs.c
    over = (j.kind == "upload", j.finished_at <= before)
    with store.read() as conn:
        rows = conn.execute(select(j.workspace_id, j.job_id, j.result, j.error).where(*over)).all()
    for row in rows:
        told = {name: _without_examples(document) for name, document in (("result", row.result), ("error", row.error))}
        if told != {"result": row.result, "error": row.error}:
            with store.write() as conn:
                conn.execute(update(segment_jobs).where(j.workspace_id == row.workspace_id, j.job_id == row.job_id).values(**told))


def _without_examples(document: Any) -> Any:
    if not isinstance(document, Mapping):
        return document
    return {name: [] if name in _EXAMPLES else _without_examples(inner) for name, inner in document.items()}


def _actor(actor: Actor) -> dict[str, Any]:
    """Who asked, for the audit entry at the end."""
    return {
        "kind": actor.kind,
        "actor_id": actor.actor_id,
        "label": actor.label,
        "account_id": actor.account_id,
        "address": actor.address,
    }
