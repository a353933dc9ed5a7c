"""Is the installation well? Each check says what it found and what to do about it."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from sqlalchemy import text

from uems.access.api import Caller, list_workspaces, operator
from uems.collect import api as collect
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.sql import Sql
from uems.outreach import api as outreach
from uems.segments import api as segments

Level = Literal["ok", "warn", "error"]

DISK_WARN_BYTES, DISK_ERROR_BYTES = 5_000_000_000, 600_000_000
LAG_WARN_SECONDS, LAG_ERROR_SECONDS = 60, 600
SEGMENTS_WARN_SECONDS = 600
CLOCK_WARN_SECONDS = 5
HISTORY_WARN_ROWS = 50_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """level: "warn" works but needs attention, "error" does not work. advice: what to do; empty when all is well."""

    name: str
    level: Level
    message: str
    advice: str = ""


def check_house(house: House, now: datetime) -> tuple[list[Check], int]:
    """Every check, in the order in which things depend on each other, and the number of events that wait to be processed."""
    waiting = 0
    found = [*_guarded("disk", lambda: _disk(house)), *_guarded("store", lambda: _store(house, now))]
    found += _guarded("warehouse", lambda: _warehouse(house, now))
    found += _guarded("log", lambda: _log(house, now))
    if all(check.level != "error" for check in found if check.name in ("store", "warehouse")):
        pipeline, waiting = _pipeline(house, now)
        found += pipeline
        found += _guarded("segments", lambda: _segments(house, now))
        found += _guarded("history", lambda: _history(house))
    return found, waiting


def _guarded(name: str, check: Callable[[], Iterator[Check]]) -> list[Check]:
    try:
        return list(check())
    except UemsError as error:
        return [Check(name=name, level="error", message=error.message, advice=f"See the message (code {error.code}).")]


def _history(house: House) -> Iterator[Check]:
    """How much is kept of what was sent and decided."""
    kept = outreach.kept_history(house.store)
    message = f"at most {kept.messages:,} messages and {kept.decisions:,} decisions are kept; {kept.limited} workspaces limit it by months"
    if kept.decisions > HISTORY_WARN_ROWS and not kept.limited:
        advice = "Set history_kept_months of the restraints, so that decisions that are long over are removed."
        yield Check(name="history", level="warn", message=message, advice=advice)
    else:
        yield Check(name="history", level="ok", message=message)


def _disk(house: House) -> Iterator[Check]:
    free = shutil.disk_usage(house.settings.home).free
    message = f"{free / 1e9:.1f} GB free on the disk of {house.settings.home.absolute()}"
    if free < DISK_ERROR_BYTES:
        yield Check(name="disk", level="error", message=message, advice="Free space now: collection answers 503 when the disk is full.")
    elif free < DISK_WARN_BYTES:
        yield Check(name="disk", level="warn", message=message, advice="Free space soon, or move the home to a larger disk.")
    else:
        yield Check(name="disk", level="ok", message=message)


def _store(house: House, now: datetime) -> Iterator[Check]:
    store = house.store
    with store.read() as conn:
        if store.dialect == "postgresql":
            version = f"PostgreSQL {conn.execute(text('SHOW server_version')).scalar_one()}"
            there = conn.execute(text("SELECT clock_timestamp()")).scalar_one()
        else:
            version, there = f"SQLite {sqlite3.sqlite_version}", None
    if not store.is_current():
        advice = "Restart the server, so that it brings the tables up to date; after a downgrade, run the newer version again."
        yield Check(name="store", level="error", message=f"{version} answers, but its tables are of another version", advice=advice)
    else:
        yield Check(name="store", level="ok", message=f"{version} answers; tables are current")
    if isinstance(there, datetime):
        yield _clock("the store", there, now)


def _warehouse(house: House, now: datetime) -> Iterator[Check]:
    row = house.warehouse.query(Sql("SELECT version() AS version, now64(3, 'UTC') AS clock")).to_pylist()[0]
    last = house.warehouse.query(Sql("SELECT max(number) AS number FROM schema_migrations")).column("number")[0].as_py()
    name = "chDB (ClickHouse" if house.warehouse.engine == "chdb" else "ClickHouse (server"
    yield Check(name="warehouse", level="ok", message=f"{name} {row['version']}) answers; tables are at migration {last}")
    if house.warehouse.engine != "chdb":
        yield _clock("the warehouse", row["clock"], now)
    if house.settings.warehouse_cluster:
        yield from _replicas(house)


_KEPT = Sql("SELECT toInt64(sum(data_files)) AS batches FROM system.distribution_queue WHERE database = currentDatabase()")


def _replicas(house: House) -> Iterator[Check]:
    """Servers of a cluster that are away, and what others keep for them."""
    away: list[str] = []
    kept = 0
    for member in house.warehouse.members():
        try:
            kept += member.query(_KEPT).column("batches")[0].as_py()
        except UemsError as error:
            if error.code != "warehouse_down":
                raise
            away.append(str(member))
    guide = "See “When a replica is missing” in the guide to clusters."
    if away:
        message = f"{', '.join(away)} does not answer; reports and the storing of events go on without it"
        yield Check(name="replicas", level="warn", message=message, advice=f"Start it: what it missed is delivered by itself. {guide}")
    if kept:
        message = f"{kept} batches wait on other servers for a replica that missed them"
        yield Check(
            name="replicas", level="warn", message=message, advice=f"If no replica is away, they are delivered within a minute. {guide}"
        )
    if not away and not kept:
        yield Check(name="replicas", level="ok", message=f"all {len(house.warehouse.members())} servers answer; none lacks a batch")


def _clock(where: str, there: datetime, now: datetime) -> Check:
    there = there if there.tzinfo else there.replace(tzinfo=UTC)
    skew = abs((there - now).total_seconds())
    if skew > CLOCK_WARN_SECONDS:
        advice = "Let every machine take its time from the same NTP servers; event times are corrected by this clock."
        return Check(name="clock", level="warn", message=f"This machine and {where} differ by {skew:.0f} s", advice=advice)
    return Check(name="clock", level="ok", message=f"This machine and {where} agree")


def _log(house: House, now: datetime) -> Iterator[Check]:
    backlog = house.log.backlog()
    most = house.settings.log_max_bytes
    message = f"{backlog.events:,} events ({backlog.bytes / 1e6:.1f} MB of at most {most / 1e6:,.0f} MB) in the log"
    if backlog.bytes >= most * 0.95:
        advice = "Collection answers 429. Look at the warehouse and the pipeline below; they empty the log."
        yield Check(name="log", level="error", message=message, advice=advice)
    elif backlog.bytes >= most * 0.5:
        yield Check(name="log", level="warn", message=message, advice="Processing is behind; look at the warehouse and the pipeline.")
    else:
        yield Check(name="log", level="ok", message=message)
    if backlog.oldest is not None and (backlog.oldest - now).total_seconds() > CLOCK_WARN_SECONDS:
        advice = "The clock of this machine was set back. Set it right; new events would be dated before old ones."
        yield Check(name="clock", level="error", message="The log holds events from the future", advice=advice)


def _pipeline(house: House, now: datetime) -> tuple[list[Check], int]:
    found: list[Check] = []
    waiting, lag = 0, 0.0
    caller = Caller(actor=operator(), now=now)
    for workspace, _ in list_workspaces(house.store, caller):
        health = collect.health(house, workspace.scope, now)
        waiting, lag = health.backlog_events, health.lag_seconds
        if health.open_dead_letters:
            message = f"{health.open_dead_letters:,} events of workspace {workspace.slug} could not be processed"
            advice = "See them with their reasons under Live events, Dead letters; replay or dismiss them."
            found.append(Check(name="dead letters", level="warn", message=message, advice=advice))
    if not found:
        found.append(Check(name="dead letters", level="ok", message="none open"))
    level: Level = "error" if lag > LAG_ERROR_SECONDS else "warn" if lag > LAG_WARN_SECONDS else "ok"
    advice = "" if level == "ok" else "Is a server or worker running? If so, its log says what holds it up."
    message = f"{waiting:,} events wait, the oldest for {lag:.0f} s" if waiting else "everything received is in the reports"
    return [Check(name="pipeline", level=level, message=message, advice=advice), *found], waiting


def _segments(house: House, now: datetime) -> Iterator[Check]:
    how = segments.currency(house, now)
    if how.failed:
        message = f"{how.failed:,} segments cannot be computed and keep the members that they had"
        yield Check(name="segments", level="warn", message=message, advice="The list of segments names them; each says why on its page.")
    if how.working and how.behind_seconds > SEGMENTS_WARN_SECONDS:
        message = f"segments and tags were brought up to date {how.behind_seconds / 60:,.0f} minutes ago"
        yield Check(name="segments", level="warn", message=message, advice="The log of the worker says what holds them up.")
    elif not how.failed:
        yield Check(name="segments", level="ok", message="all are computed")
