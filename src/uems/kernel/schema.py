"""Which tables does the warehouse hold, and how do they get there? Definitions in code, rendered for one engine or a cluster.

Embedded and single server: table ``<name>``. Cluster: ``<name>_local`` on every server and a Distributed ``<name>`` over
them; views go from local table to local table, so that each server aggregates its own rows.
"""

import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from uems.kernel.errors import UemsError
from uems.kernel.settings import Settings
from uems.kernel.sql import Param, Sql, ident, join
from uems.kernel.warehouse import Warehouse


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column; ``default`` is an expression, ``codec`` the inside of CODEC(...)."""

    name: str
    type: str
    codec: str = ""
    default: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableDef:
    """A table. Every text is ClickHouse SQL written by code.

    engine: "MergeTree", "ReplacingMergeTree(version)" ... order_by: the inside of ORDER BY (...).
    shard_by: expression that picks the server in a cluster; rows that must meet in one GROUP BY or FINAL need the same value.
    Empty: a hash of ``order_by``. It has to be a function of the row, or the replay of a batch would land elsewhere.
    dedup_window: how many insert tokens are remembered.
    """

    name: str
    columns: tuple[Column, ...]
    engine: str = "MergeTree"
    order_by: str
    partition_by: str = ""
    shard_by: str = ""
    ttl: str = ""
    indexes: tuple[str, ...] = ()
    dedup_window: int = 10_000
    settings: Mapping[str, int | str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewDef:
    """A materialised view: each insert into ``source`` runs ``select`` over the new rows and adds the result to ``to``.

    ``select`` names its source as ``FROM <source>`` exactly once.
    """

    name: str
    to: str
    source: str
    select: Sql


@dataclass(frozen=True, slots=True, kw_only=True)
class AlterDef:
    """A change of a standing table: what follows ALTER TABLE <name>. Must be repeatable (IF NOT EXISTS, IF EXISTS).

    distributed: repeat it on the Distributed table of a cluster, as every change of columns needs.
    """

    table: str
    change: Sql
    distributed: bool = True


Step: TypeAlias = TableDef | ViewDef | AlterDef | Sql


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """One numbered change; numbers are unique over all rooms. A step that is plain ``Sql`` must be repeatable."""

    number: int
    room: str
    name: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How definitions become statements: the part of the settings that decides it."""

    cluster: str = ""
    on_cluster: bool = False
    replicated: bool = False

    @staticmethod
    def of(settings: Settings) -> "Layout":
        if settings.warehouse_url.startswith("chdb:"):
            return Layout()
        return Layout(
            cluster=settings.warehouse_cluster,
            on_cluster=bool(settings.warehouse_cluster) and settings.warehouse_on_cluster,
            replicated=settings.warehouse_replicated,
        )

    def local(self, name: str) -> Sql:
        """The table that holds the rows of ``name`` on one server: what DDL, mutations and OPTIMIZE must name."""
        return ident(f"{name}_local" if self.cluster else name)

    @property
    def everywhere(self) -> Sql:
        return Sql(f" ON CLUSTER {ident(self.cluster)}") if self.on_cluster else Sql("")


_DURABLE: Final[Mapping[str, int | str]] = {"fsync_after_insert": 1, "fsync_part_directory": 1}

_APPLIED: Final = TableDef(
    name="schema_migrations",
    columns=(
        Column(name="number", type="UInt32"),
        Column(name="room", type="String"),
        Column(name="name", type="String"),
        Column(name="applied_at", type="DateTime64(3, 'UTC')", default="now64(3, 'UTC')"),
    ),
    engine="ReplacingMergeTree",
    order_by="number",
)


def render(step: Step, layout: Layout) -> tuple[Sql, ...]:
    """The statements of one step, to be run in order."""
    if isinstance(step, TableDef):
        return _table(step, layout)
    if isinstance(step, ViewDef):
        return (_view(step, layout),)
    if isinstance(step, AlterDef):
        return _alter(step, layout)
    return (step,)


def migrate(warehouse: Warehouse, settings: Settings, migrations: Iterable[Migration]) -> list[Migration]:
    """Apply what is pending, in order, and give it back. Safe to call at every start, from several processes, and after a kill.

    Raises ``warehouse_newer`` when the tables were made by a later version of UEMS, and ``warehouse_down`` when something is
    pending while a server of the cluster does not answer.
    """
    known = sorted(migrations, key=lambda m: m.number)
    _check_numbers(known)
    layout = Layout.of(settings)
    # Without ON CLUSTER each server keeps its own record, so that one that was away or is new catches up by itself.
    records = layout if layout.on_cluster else Layout()
    reached = _reached(warehouse)
    pending = [(member, found) for member in reached if (found := _pending(member, records, known))]
    away = [str(member) for member in warehouse.members() if member not in reached]
    if pending and away:
        text = f"The tables have to change on every server, but {', '.join(away)} does not answer. Start it, then start UEMS again."
        raise UemsError("warehouse_down", text, status=503)
    applied: dict[int, Migration] = {}
    for member, found in pending:
        for migration in found:
            _apply(member, layout, migration)
            applied[migration.number] = migration
    return [applied[number] for number in sorted(applied)]


def change_rows(warehouse: Warehouse, settings: Settings, table: str, change: Sql, params: Mapping[str, Param] | None = None) -> None:
    """Run a mutation, such as ``DELETE WHERE ...``, on the rows of ``table`` wherever they are, and wait for its end.

    ``change`` is what follows ALTER TABLE <name>. Raises ``warehouse_down`` when a server that holds rows does not answer.
    """
    layout = Layout.of(settings)
    statement = Sql(f"ALTER TABLE {layout.local(table)}{layout.everywhere} {change}")
    for member in warehouse.members():
        member.execute(statement, params, settings={"mutations_sync": 2})


def _reached(warehouse: Warehouse) -> list[Warehouse]:
    """The members that answer; raises ``warehouse_down`` when none does."""
    reached: list[Warehouse] = []
    problem: UemsError | None = None
    for member in warehouse.members():
        try:
            member.ping()
            reached.append(member)
        except UemsError as error:
            if error.code != "warehouse_down":
                raise
            problem = error
    if problem is not None and not reached:
        raise problem
    return reached


def _pending(warehouse: Warehouse, records: Layout, known: Sequence[Migration]) -> list[Migration]:
    for statement in render(_APPLIED, records):
        warehouse.execute(statement)
    rows = warehouse.query(Sql("SELECT number, room, name FROM schema_migrations ORDER BY number")).to_pylist()
    done = {row["number"]: (row["room"], row["name"]) for row in rows}
    _check_done(done, known)
    return [m for m in known if m.number not in done]


def _apply(warehouse: Warehouse, layout: Layout, migration: Migration) -> None:
    for step in migration.steps:
        for statement in render(step, layout):
            warehouse.execute(statement)
    # Last: a kill before this repeats the steps, which change nothing the second time.
    warehouse.execute(
        Sql("INSERT INTO schema_migrations (number, room, name) SELECT {number:UInt32}, {room:String}, {name:String}"),
        {"number": migration.number, "room": migration.room, "name": migration.name},
    )


def _check_numbers(known: Sequence[Migration]) -> None:
    for one, other in itertools.pairwise(known):
        if one.number == other.number:
            names = f"{one.room}/{one.name} and {other.room}/{other.name}"
            raise UemsError("bad_migration", f"Two migrations have number {one.number}: {names}. Renumber one.", status=500)


def _check_done(done: Mapping[int, tuple[str, str]], known: Sequence[Migration]) -> None:
    by_number = {m.number: (m.room, m.name) for m in known}
    newer = sorted(done.keys() - by_number.keys())
    if newer:
        raise UemsError(
            "warehouse_newer",
            f"The warehouse holds migration {newer[-1]} ({'/'.join(done[newer[-1]])}), which this version of UEMS does not know. "
            "Start the version that made it, or a later one.",
            status=500,
        )
    for number, names in done.items():
        if by_number[number] != names:
            raise UemsError(
                "bad_migration",
                f"Migration {number} was applied as {'/'.join(names)}, but the code calls it {'/'.join(by_number[number])}. "
                "Never renumber.",
                status=500,
            )


def _table(table: TableDef, layout: Layout) -> tuple[Sql, ...]:
    local = layout.local(table.name)
    parts = join(Sql(", "), [_column(c) for c in table.columns] + [Sql(f"INDEX {_written(text)}") for text in table.indexes])
    partition = Sql(f" PARTITION BY {_written(table.partition_by)}") if table.partition_by else Sql("")
    ttl = Sql(f" TTL {_written(table.ttl)}") if table.ttl else Sql("")
    chosen = {**_DURABLE, **_window(table, layout), **table.settings}
    settings = join(Sql(", "), [Sql(f"{ident(key)} = {_setting(value)}") for key, value in chosen.items()])
    statement = Sql(
        f"CREATE TABLE IF NOT EXISTS {local}{layout.everywhere} ({parts}) ENGINE = {_engine(table, layout)}"
        f"{partition} ORDER BY ({_written(table.order_by)}){ttl} SETTINGS {settings}"
    )
    if not layout.cluster:
        return (statement,)
    shard = _written(table.shard_by or f"cityHash64({table.order_by})")
    distributed = Sql(
        f"CREATE TABLE IF NOT EXISTS {ident(table.name)}{layout.everywhere} AS {local} "
        f"ENGINE = Distributed({ident(layout.cluster)}, currentDatabase(), {local}, {shard}) "
        # What a server keeps for a replica that is away has to be as durable as the rows.
        "SETTINGS fsync_after_insert = 1, fsync_directories = 1"
    )
    return statement, distributed


def _written(text: str) -> Sql:
    """The text of a definition: code wrote it, no outside value ever comes here."""
    return Sql(text)


def _window(table: TableDef, layout: Layout) -> dict[str, int | str]:
    """How long insert tokens are remembered. By default a replicated table forgets them after an hour, others at once."""
    if not layout.replicated:
        return {"non_replicated_deduplication_window": table.dedup_window}
    return {"replicated_deduplication_window": table.dedup_window, "replicated_deduplication_window_seconds": 7 * 24 * 3600}


def _column(column: Column) -> Sql:
    default = Sql(f" DEFAULT {_written(column.default)}") if column.default else Sql("")
    codec = Sql(f" CODEC({_written(column.codec)})") if column.codec else Sql("")
    return Sql(f"{ident(column.name)} {_written(column.type)}{default}{codec}")


def _engine(table: TableDef, layout: Layout) -> Sql:
    if not layout.replicated:
        return _written(table.engine)
    family, _, rest = table.engine.partition("(")
    more = Sql(f", {_written(rest.removesuffix(')'))}") if rest.removesuffix(")") else Sql("")
    path = Sql(f"'/clickhouse/tables/{{shard}}/{{database}}/{layout.local(table.name)}'")
    return Sql(f"Replicated{_written(family)}({path}, '{{replica}}'{more})")


def _setting(value: int | str) -> Sql:
    return _written(str(value) if isinstance(value, int) else "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'")


def _view(view: ViewDef, layout: Layout) -> Sql:
    select, count = re.subn(rf"\bFROM\s+{ident(view.source)}\b", f"FROM {layout.local(view.source)}", view.select)
    if count != 1:
        raise UemsError("bad_migration", f"View {view.name} must say FROM {view.source} exactly once; it does {count} times.", status=500)
    text = f"CREATE MATERIALIZED VIEW IF NOT EXISTS {ident(view.name)}{layout.everywhere} TO {layout.local(view.to)} AS {select}"
    return _written(text)


def _alter(step: AlterDef, layout: Layout) -> tuple[Sql, ...]:
    names = [layout.local(step.table)] + ([ident(step.table)] if layout.cluster and step.distributed else [])
    return tuple(Sql(f"ALTER TABLE {name}{layout.everywhere} {step.change}") for name in names)
