"""Which files were uploaded and which mappings saved in this workspace?"""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select, update

from uems.access.api import Access, audit
from uems.collect.files.mapping import Mapping, SavedMapping
from uems.collect.files.model import Column, Shape
from uems.collect.imports.model import LIVE, File, Saved
from uems.collect.imports.tables import import_files, import_mappings, import_runs
from uems.collect.imports.vault import Stored, keep, lock_name
from uems.kernel.errors import UemsError, not_found
from uems.kernel.ids import new_id
from uems.kernel.scope import Scope
from uems.kernel.settings import Settings
from uems.kernel.store import Store, lock


def shape_to_json(shape: Shape) -> dict[str, Any]:
    return asdict(shape)


def shape_from_json(value: dict[str, Any]) -> Shape:
    columns = tuple(Column(name=c["name"], type=c["type"], examples=tuple(c["examples"])) for c in value["columns"])
    return Shape(**{**value, "columns": columns})


def _file(row: RowMapping) -> File:
    return File(
        file_id=row["file_id"],
        name=row["name"],
        sha256=row["sha256"],
        shape=shape_from_json(row["shape"]),
        created_by=row["created_by"],
        created_at=row["created_at"],
        deleted_at=row["deleted_at"],
    )


def add_file(settings: Settings, store: Store, access: Access, stored: Stored, *, name: str, shape: Shape) -> File:
    """Keep an uploaded file and remember whose it is."""
    file = File(
        file_id=new_id("file"),
        name=name,
        sha256=stored.sha256,
        shape=shape,
        created_by=access.actor.label,
        created_at=access.now,
        deleted_at=None,
    )
    with store.write() as conn:
        lock(conn, lock_name(stored.sha256))
        keep(settings, stored)
        conn.execute(
            insert(import_files).values(
                file_id=file.file_id,
                workspace_id=access.scope.workspace_id,
                name=name,
                sha256=stored.sha256,
                shape=shape_to_json(shape),
                created_by=access.actor.label[:300],
                created_at=access.now,
            )
        )
        audit(conn, access, "file.uploaded", f"file:{file.file_id}", None, {"name": name, "bytes": stored.size_bytes})
    return file


def get_file(store: Store, scope: Scope, file_id: str) -> File:
    """Raises ``not_found``."""
    query = select(import_files).where(import_files.c.workspace_id == scope.workspace_id, import_files.c.file_id == file_id)
    with store.read() as conn:
        row = conn.execute(query).mappings().first()
    if row is None:
        raise not_found("file", file_id)
    return _file(row)


def change_shape(store: Store, access: Access, file_id: str, shape: Shape) -> File:
    """Read the file in another way from now on. Raises ``file_busy`` (409) while it is being imported."""
    mine = (import_files.c.workspace_id == access.scope.workspace_id) & (import_files.c.file_id == file_id)
    with store.write() as conn:
        lock(conn, f"imports:{access.scope.workspace_id}")
        live = select(import_runs.c.run_id).where(import_runs.c.file_id == file_id, import_runs.c.state.in_(LIVE))
        if conn.execute(live.limit(1)).first() is not None:
            raise UemsError("file_busy", "The file is being imported. Wait for that import, or cancel it.", status=409)
        conn.execute(update(import_files).where(mine).values(shape=shape_to_json(shape)))
        how = {"format": shape.format, "encoding": shape.encoding, "delimiter": shape.delimiter, "header": shape.header}
        audit(conn, access, "file.changed", f"file:{file_id}", None, how)
    return get_file(store, access.scope, file_id)


def list_files(store: Store, scope: Scope, *, before: tuple[datetime, str] | None, limit: int) -> list[File]:
    """The newest first; those that are still kept."""
    c = import_files.c
    query = select(import_files).where(c.workspace_id == scope.workspace_id, c.deleted_at.is_(None))
    if before is not None:
        query = query.where((c.created_at < before[0]) | ((c.created_at == before[0]) & (c.file_id < before[1])))
    with store.read() as conn:
        return [_file(row) for row in conn.execute(query.order_by(c.created_at.desc(), c.file_id.desc()).limit(limit)).mappings()]


def _saved(row: RowMapping) -> Saved:
    return Saved(
        mapping_id=row["mapping_id"],
        name=row["name"],
        version=row["version"],
        mapping=Mapping.model_validate(row["mapping"]),
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )


def list_mappings(store: Store, scope: Scope, *, after: str | None, limit: int) -> list[Saved]:
    """By name, after the name ``after``."""
    c = import_mappings.c
    query = select(import_mappings).where(c.workspace_id == scope.workspace_id)
    if after is not None:
        query = query.where(c.name > after)
    with store.read() as conn:
        return [_saved(row) for row in conn.execute(query.order_by(c.name).limit(limit)).mappings()]


def get_mapping(store: Store, scope: Scope, mapping_id: str) -> Saved:
    """Raises ``not_found``."""
    with store.read() as conn:
        return mapping_on(conn, scope.workspace_id, mapping_id)


def mapping_on(conn: Connection, workspace_id: int, mapping_id: str) -> Saved:
    """As ``get_mapping``, inside a transaction."""
    c = import_mappings.c
    row = conn.execute(select(import_mappings).where(c.workspace_id == workspace_id, c.mapping_id == mapping_id)).mappings().first()
    if row is None:
        raise not_found("mapping", mapping_id)
    return _saved(row)


def save_mapping(store: Store, access: Access, body: SavedMapping) -> Saved:
    """Save under a new name, or as the next version of the mapping that has this name."""
    c = import_mappings.c
    value = body.mapping.model_dump(mode="json")
    with store.write() as conn:
        lock(conn, f"mappings:{access.scope.workspace_id}")
        old = (
            conn.execute(select(import_mappings).where(c.workspace_id == access.scope.workspace_id, c.name == body.name)).mappings().first()
        )
        if old is None:
            mapping_id = new_id("map")
            conn.execute(
                insert(import_mappings).values(
                    mapping_id=mapping_id,
                    workspace_id=access.scope.workspace_id,
                    name=body.name,
                    version=1,
                    mapping=value,
                    created_at=access.now,
                    updated_at=access.now,
                )
            )
        else:
            mapping_id = old["mapping_id"]
            if old["mapping"] == value:
                return _saved(old)
            conn.execute(
                update(import_mappings)
                .where(c.mapping_id == mapping_id)
                .values(mapping=value, version=old["version"] + 1, updated_at=access.now)
            )
        audit(
            conn, access, "mapping.saved", f"mapping:{mapping_id}", None if old is None else {"mapping": old["mapping"]}, {"mapping": value}
        )
        return mapping_on(conn, access.scope.workspace_id, mapping_id)


def delete_mapping(store: Store, access: Access, mapping_id: str) -> None:
    """Runs keep their copy; a source that uses it stops it from being deleted: ``mapping_in_use`` (409)."""
    from uems.collect.sources.tables import sources

    with store.write() as conn:
        lock(conn, f"mappings:{access.scope.workspace_id}")
        found = mapping_on(conn, access.scope.workspace_id, mapping_id)
        used = conn.execute(select(sources.c.name).where(sources.c.mapping_id == mapping_id).limit(1)).scalar()
        if used is not None:
            raise UemsError("mapping_in_use", f"The source {used!r} uses this mapping. Give it another one first.", status=409)
        conn.execute(import_mappings.delete().where(import_mappings.c.mapping_id == mapping_id))
        audit(conn, access, "mapping.deleted", f"mapping:{mapping_id}", {"name": found.name}, None)
