"""Are sources kept with their secrets safe, and is nothing read that must not be read?"""

import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import select

from tests.collect.imports.conftest import Shop, folder, house, shop
from tests.collect.sources.test_readings import MAPPING
from uems.access.tables import audit_entries
from uems.collect.files.mapping import SavedMapping
from uems.collect.imports import saved as mappings
from uems.collect.sources import saved
from uems.collect.sources.model import KINDS, Reading
from uems.collect.sources.saved import SourceBody
from uems.collect.sources.secrets import seal, unseal
from uems.collect.sources.tables import sources
from uems.collect.sources.trial import try_unsaved
from uems.kernel.errors import UemsError

__all__ = ["folder", "house", "shop"]

PASSWORD = "correct horse"


def body(shop: Shop, **changes: Any) -> SourceBody:
    kept = mappings.save_mapping(shop.house.store, shop.access, SavedMapping.model_validate({"name": "m", "mapping": MAPPING}))
    connection = {"host": "db.example.com", "database": "d", "user": "u", "password": PASSWORD}
    values: dict[str, Any] = {
        "name": "Shop",
        "kind": "postgresql",
        "connection": connection,
        "reading": Reading(table="t", cursor="id"),
        "mapping_id": kept.mapping_id,
    }
    return SourceBody.model_validate({**values, **changes})


def trying(shop: Shop, what: SourceBody, **settings: Any) -> Any:
    changed = replace(shop.house, settings=shop.house.settings.model_copy(update=settings))
    return try_unsaved(changed, shop.access, what)


def test_every_kind_has_words_in_both_languages_and_a_sample_that_its_config_accepts() -> None:
    found = list(KINDS)
    assert {item.key for item in found} == {"postgresql", "sqlite"}
    for item in found:
        assert item.label_en
        assert item.label_zh
        assert isinstance(item.sample, item.Config)


def test_a_password_goes_in_and_never_comes_out(shop: Shop) -> None:
    made = saved.create(shop.house.settings, shop.house.store, shop.access, body(shop))
    assert made.has_secret
    assert PASSWORD not in repr(made)
    with shop.house.store.read() as conn:
        rows = conn.execute(select(sources)).all()
        entries = conn.execute(select(audit_entries)).all()
    assert PASSWORD not in repr(rows)
    assert PASSWORD not in repr(entries)
    assert "source.created" in repr(entries)
    _, sealed = saved.load(shop.house.store, shop.access.scope, made.source_id)
    assert sealed is not None
    assert unseal(shop.house.settings, sealed) == {"password": PASSWORD}
    assert (shop.house.settings.home / "secret.key").stat().st_mode & 0o777 == 0o600


def test_a_stored_password_is_never_sent_to_another_server(shop: Shop) -> None:
    settings, store = shop.house.settings, shop.house.store
    made = saved.create(settings, store, shop.access, body(shop))
    kept = {"host": "db.example.com", "database": "d", "user": "u"}
    same = saved.change(settings, store, shop.access, made.source_id, body(shop, name="New name", connection=kept))
    assert (same.name, same.has_secret) == ("New name", True)
    with pytest.raises(UemsError) as caught:
        saved.change(settings, store, shop.access, made.source_id, body(shop, connection={**kept, "host": "evil.example.com"}))
    assert caught.value.code == "secret_needed"
    moved = {**kept, "host": "other.example.com", "password": "new"}
    saved.change(settings, store, shop.access, made.source_id, body(shop, connection=moved))
    _, sealed = saved.load(store, shop.access.scope, made.source_id)
    assert sealed is not None
    assert unseal(settings, sealed) == {"password": "new"}


def test_secrets_of_another_key_ask_to_be_entered_again(shop: Shop) -> None:
    settings = shop.house.settings
    sealed = seal(settings, {"password": PASSWORD})
    assert PASSWORD.encode() not in sealed
    other = settings.model_copy(update={"secret_key": Fernet.generate_key().decode()})
    with pytest.raises(UemsError) as caught:
        unseal(other, sealed)
    assert caught.value.code == "secret_unreadable"
    with pytest.raises(UemsError, match="32 bytes"):
        seal(settings.model_copy(update={"secret_key": "short"}), {})


def test_wrong_connection_fields_are_named_without_repeating_what_was_sent(shop: Shop) -> None:
    with pytest.raises(UemsError) as caught:
        saved.create(shop.house.settings, shop.house.store, shop.access, body(shop, connection={"host": PASSWORD, "password": [PASSWORD]}))
    assert "host" in caught.value.message
    assert PASSWORD not in caught.value.message
    assert "database: Field required" in caught.value.message


def test_changing_what_is_read_starts_from_the_beginning(shop: Shop) -> None:
    settings, store = shop.house.settings, shop.house.store
    made = saved.create(settings, store, shop.access, body(shop))
    with store.write() as conn:
        conn.execute(sources.update().values(cursor={"type": "bigint", "value": "7"}))
    assert saved.change(settings, store, shop.access, made.source_id, body(shop, name="Other")).cursor is not None
    assert saved.change(settings, store, shop.access, made.source_id, body(shop, reading=Reading(table="t2", cursor="id"))).cursor is None


def test_a_name_is_taken_once_and_a_mapping_in_use_stays(shop: Shop) -> None:
    settings, store = shop.house.settings, shop.house.store
    made = saved.create(settings, store, shop.access, body(shop))
    with pytest.raises(UemsError, match="choose another name"):
        saved.create(settings, store, shop.access, body(shop))
    with pytest.raises(UemsError, match="uses this mapping"):
        mappings.delete_mapping(store, shop.access, made.mapping_id)
    saved.remove(store, shop.access, made.source_id)
    mappings.delete_mapping(store, shop.access, made.mapping_id)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "169.254.169.254", "10.0.0.5", "0x7f.1", "::1"])
def test_private_addresses_are_not_called(shop: Shop, host: str) -> None:
    with pytest.raises(UemsError) as caught:
        trying(shop, body(shop, connection={"host": host, "database": "d", "user": "u"}))
    assert caught.value.code in ("outbound_refused", "source_unreachable")
    assert caught.value.status == 422


def test_what_the_database_says_reaches_the_user_without_the_password(shop: Shop, postgres_url: str) -> None:
    parts = conninfo_to_dict(postgres_url)
    connection = {"host": "127.0.0.1", "port": int(str(parts["port"])), "database": "nowhere", "user": "postgres", "password": PASSWORD}
    with pytest.raises(UemsError) as caught:
        trying(shop, body(shop, connection=connection), allow_private_outbound=True)
    assert caught.value.code == "source_unreachable"
    assert "nowhere" in caught.value.message
    assert PASSWORD not in caught.value.message
    there = {**connection, "database": parts["dbname"]}
    rest = "'a' AS event, 'p' AS person, now() AS at"
    for reading, said in (
        (Reading(table="missing", cursor="id"), "does not exist"),
        (Reading(query="SELECT 1 AS id; DROP TABLE x", cursor="id"), "syntax error|multiple commands"),
        (Reading(query=f"SELECT set_config('transaction_read_only', 'off', false) AS id, {rest}", cursor="id"), "read-write|read-only"),
        (Reading(query="SELECT nextval('s') AS id", cursor="id"), "does not exist|read-only"),
    ):
        with pytest.raises(UemsError, match=said) as refused:
            trying(shop, body(shop, connection=there, reading=reading), allow_private_outbound=True)
        assert refused.value.status == 422
    with pytest.raises(UemsError, match="must be one of"):
        trying(shop, body(shop, connection=there, reading=Reading(query="SELECT 1 AS a", cursor="id")), allow_private_outbound=True)


def test_a_sqlite_file_is_read_only_inside_the_allowed_folder(shop: Shop, tmp_path: Path) -> None:
    allowed = tmp_path / "allowed"
    allowed.mkdir()
    for path in (allowed / "in.db", tmp_path / "out.db"):
        with sqlite3.connect(path) as conn:
            conn.execute("CREATE TABLE t (id INTEGER, event TEXT, person TEXT, at TEXT)")
            conn.execute("INSERT INTO t VALUES (1, 'A', 'p', '2026-01-01'), (NULL, 'A', 'p', '2026-01-01')")
        conn.close()
    (allowed / "link.db").symlink_to(tmp_path / "out.db")

    def at(name: str, **reading: Any) -> SourceBody:
        return body(shop, kind="sqlite", connection={"path": name}, reading=Reading(**{"table": "t", "cursor": "id", **reading}))

    with pytest.raises(UemsError, match="UEMS_SQLITE_SOURCES_FOLDER"):
        trying(shop, at("in.db"))
    found = trying(shop, at("in.db"), sqlite_sources_folder=allowed)
    assert (found.rows_read, found.null_cursor, found.previews[0].event["event"]) == (1, True, "A")
    for name in ("../out.db", str(tmp_path / "out.db"), "link.db", "missing.db", "."):
        with pytest.raises(UemsError, match="no file"):
            trying(shop, at(name), sqlite_sources_folder=allowed)
    for query in ("SELECT 1 AS id) ; DELETE FROM t; --", "WITH x AS (SELECT 1 AS id) DELETE FROM t", "SELECT load_extension('x') AS id"):
        with pytest.raises(UemsError, match="refused the query"):
            trying(shop, at("in.db", table=None, query=query), sqlite_sources_folder=allowed)
    other = f"ATTACH '{tmp_path / 'out.db'}' AS o"
    with pytest.raises(UemsError, match="refused the query"):
        trying(shop, at("in.db", table=None, query=other), sqlite_sources_folder=allowed)
