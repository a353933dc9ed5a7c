"""Which sources does a workspace have, and who changed them? Secrets go in and never come out."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Annotated, Any

from pydantic import BaseModel, Field, SecretStr, ValidationError
from sqlalchemy import Connection, RowMapping, delete, insert, select, update

from uems.access.api import Access, audit
from uems.collect.files.mapping import Part
from uems.collect.imports.saved import mapping_on
from uems.collect.sources.model import KINDS, CursorValue, Reading, Source, SourceConnection
from uems.collect.sources.secrets import seal, unseal
from uems.collect.sources.tables import source_tail, sources
from uems.kernel.edge import Name
from uems.kernel.errors import UemsError, not_found
from uems.kernel.ids import new_id
from uems.kernel.scope import Scope
from uems.kernel.settings import Settings
from uems.kernel.store import Store, lock

_c = sources.c


class SourceBody(Part):
    """A source as it is sent. connection: what the kind asks for; a secret that is left out keeps the stored one, as long as
    nothing else of the connection changes. every_minutes: null reads it only on demand."""

    name: Name
    kind: Annotated[str, Field(max_length=20)]
    connection: dict[str, Any]
    reading: Reading
    mapping_id: Annotated[str, Field(max_length=40)]
    every_minutes: Annotated[int | None, Field(ge=1, le=60 * 24 * 31)] = None
    enabled: bool = True


def _config(kind: str, connection: dict[str, Any]) -> BaseModel:
    """The kind's own config, checked; raises ``invalid`` without repeating a value, which may be a password."""
    try:
        return KINDS.get(kind).Config.model_validate(connection)
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors(include_input=False, include_url=False))
        raise UemsError("invalid", f"connection cannot be used. {wrong}.", status=422, details={"field": "connection"}) from None


def _secret_fields(kind: str) -> list[str]:
    return [name for name, found in KINDS.get(kind).Config.model_fields.items() if found.annotation is SecretStr]


def split(kind: str, connection: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """The checked config as JSON without its secrets, and the secrets that were given."""
    config = _config(kind, connection)
    secret_fields = _secret_fields(kind)
    given = {name: getattr(config, name).get_secret_value() for name in secret_fields if name in connection}
    return config.model_dump(mode="json", exclude=set(secret_fields)), {name: value for name, value in given.items() if value}


def _source(row: RowMapping) -> Source:
    config = row["config"]
    return Source(
        source_id=row["source_id"],
        workspace_id=row["workspace_id"],
        name=row["name"],
        kind=row["kind"],
        connection=config["connection"],
        has_secret=row["secret"] is not None,
        reading=Reading.model_validate(config["reading"]),
        mapping_id=row["mapping_id"],
        every_minutes=row["every_minutes"],
        enabled=row["enabled"],
        cursor=CursorValue(**row["cursor"]) if row["cursor"] else None,
        next_run_at=row["next_run_at"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )


def as_source(access: Access, body: SourceBody) -> tuple[Source, dict[str, str]]:
    """A source that is not saved, and its secrets."""
    connection, secrets = split(body.kind, body.connection)
    source = Source(
        source_id="src_trial",
        workspace_id=access.scope.workspace_id,
        name=body.name,
        kind=body.kind,
        connection=connection,
        has_secret=bool(secrets),
        reading=body.reading,
        mapping_id=body.mapping_id,
        every_minutes=body.every_minutes,
        enabled=body.enabled,
        cursor=None,
        next_run_at=None,
        created_at=access.now,
        updated_at=access.now,
    )
    return source, secrets


def load(store: Store, scope: Scope, source_id: str) -> tuple[Source, bytes | None]:
    """A source and its sealed secrets. Raises ``not_found``."""
    with store.read() as conn:
        row = _row(conn, scope.workspace_id, source_id)
    return _source(row), row["secret"]


def _row(conn: Connection, workspace_id: int, source_id: str) -> RowMapping:
    row = conn.execute(select(sources).where(_c.workspace_id == workspace_id, _c.source_id == source_id)).mappings().first()
    if row is None:
        raise not_found("source", source_id)
    return row


def list_sources(store: Store, scope: Scope) -> list[Source]:
    """By name."""
    with store.read() as conn:
        return [
            _source(row) for row in conn.execute(select(sources).where(_c.workspace_id == scope.workspace_id).order_by(_c.name)).mappings()
        ]


@contextmanager
def opened(settings: Settings, source: Source, sealed: bytes | None) -> Iterator[SourceConnection]:
    """A connection to the source. Raises ``source_unreachable``, ``outbound_refused``, ``secret_unreadable``."""
    with connected(settings, source.kind, source.connection, unseal(settings, sealed) if sealed else {}) as conn:
        yield conn


@contextmanager
def connected(settings: Settings, kind: str, connection: dict[str, Any], secrets: dict[str, str]) -> Iterator[SourceConnection]:
    """As ``opened``, for a database that may belong to no source yet."""
    with KINDS.get(kind).open(_config(kind, {**connection, **secrets}), settings) as conn:
        yield conn


def create(settings: Settings, store: Store, access: Access, body: SourceBody) -> Source:
    """Raises ``invalid``, ``not_found`` (the mapping), ``name_taken`` (409)."""
    connection, secrets = split(body.kind, body.connection)
    source_id = new_id("src")
    with store.write() as conn:
        lock(conn, f"sources:{access.scope.workspace_id}")
        _check(conn, access, body, None)
        conn.execute(
            insert(sources).values(
                source_id=source_id,
                workspace_id=access.scope.workspace_id,
                name=body.name,
                kind=body.kind,
                config={"connection": connection, "reading": body.reading.model_dump(mode="json")},
                secret=seal(settings, secrets) if secrets else None,
                mapping_id=body.mapping_id,
                every_minutes=body.every_minutes,
                enabled=body.enabled,
                next_run_at=access.now if body.every_minutes and body.enabled else None,
                created_at=access.now,
                updated_at=access.now,
            )
        )
        audit(conn, access, "source.created", f"source:{source_id}", None, _facts(body, connection))
        return _source(_row(conn, access.scope.workspace_id, source_id))


def _facts(body: SourceBody, connection: dict[str, Any]) -> dict[str, object]:
    return {**body.model_dump(mode="json", exclude={"connection"}), "connection": connection}


def _check(conn: Connection, access: Access, body: SourceBody, source_id: str | None) -> None:
    found = mapping_on(conn, access.scope.workspace_id, body.mapping_id)
    if found.mapping.group is not None:
        raise UemsError("bad_mapping", "A source cannot group rows; write a query that gives one row an event.", status=422)
    same = select(_c.source_id).where(_c.workspace_id == access.scope.workspace_id, _c.name == body.name)
    taken = conn.execute(same).scalar()
    if taken is not None and taken != source_id:
        raise UemsError("name_taken", f"A source is called {body.name!r} already; choose another name.", status=409)


def change(settings: Settings, store: Store, access: Access, source_id: str, body: SourceBody) -> Source:
    """Replace what a source says. Reading something else starts from the beginning; what came in before is recognised for a while.

    Raises as ``create``, and ``source_busy`` (409) while it is read, ``secret_needed`` (422) when the connection changes without it.
    """
    from uems.collect.imports.runs import count_live

    connection, secrets = split(body.kind, body.connection)
    with store.write() as conn:
        lock(conn, f"sources:{access.scope.workspace_id}")
        row = _row(conn, access.scope.workspace_id, source_id)
        _check(conn, access, body, source_id)
        before = _source(row)
        if count_live(conn, source_id):
            raise UemsError("source_busy", f"{before.name!r} is being read. Wait for it, or cancel that import.", status=409)
        same_place = (before.kind, before.connection) == (body.kind, connection)
        # Otherwise whoever may change the address could have the stored password sent to a server of their own.
        if row["secret"] is not None and not secrets and not same_place:
            raise UemsError("secret_needed", "The connection changes, so its password has to be entered again.", status=422)
        again = not same_place or before.reading.model_copy(update={"overlap": 0}) != body.reading.model_copy(update={"overlap": 0})
        if again:
            conn.execute(delete(source_tail).where(source_tail.c.source_id == source_id))
        conn.execute(
            update(sources)
            .where(_c.source_id == source_id)
            .values(
                name=body.name,
                kind=body.kind,
                config={"connection": connection, "reading": body.reading.model_dump(mode="json")},
                secret=seal(settings, secrets) if secrets else row["secret"] if same_place else None,
                mapping_id=body.mapping_id,
                every_minutes=body.every_minutes,
                enabled=body.enabled,
                cursor=None if again or before.cursor is None else asdict(before.cursor),
                next_run_at=access.now if body.every_minutes and body.enabled else None,
                updated_at=access.now,
            )
        )
        old = {"connection": before.connection, "reading": before.reading.model_dump(mode="json"), "name": before.name}
        audit(conn, access, "source.changed", f"source:{source_id}", old, {**_facts(body, connection), "secret_changed": bool(secrets)})
        return _source(_row(conn, access.scope.workspace_id, source_id))


def remove(store: Store, access: Access, source_id: str) -> None:
    """What was imported stays. Raises ``source_busy``."""
    from uems.collect.imports.runs import count_live

    with store.write() as conn:
        lock(conn, f"sources:{access.scope.workspace_id}")
        row = _row(conn, access.scope.workspace_id, source_id)
        if count_live(conn, source_id):
            raise UemsError("source_busy", f"{row['name']!r} is being read. Wait for it, or cancel that import.", status=409)
        conn.execute(delete(source_tail).where(source_tail.c.source_id == source_id))
        conn.execute(delete(sources).where(_c.source_id == source_id))
        audit(conn, access, "source.deleted", f"source:{source_id}", {"name": row["name"], "kind": row["kind"]}, None)


def next_time(now: datetime, every_minutes: int) -> datetime:
    return now + timedelta(minutes=every_minutes)
