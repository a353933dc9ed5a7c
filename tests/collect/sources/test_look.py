"""Are the columns of a table or a query shown with what they hold, before there is any mapping, and with no password leaking?"""

from typing import Any

import pytest

from tests.collect.imports.conftest import Shop, folder, house, shop
from tests.collect.sources.test_readings import Database, database, market, postgres_database, source, sqlite_database
from uems.collect.sources import look as looking
from uems.collect.sources.model import KINDS, What
from uems.kernel.errors import UemsError

__all__ = ["database", "folder", "house", "market", "postgres_database", "shop", "sqlite_database"]


def look(market: Shop, database: Database, source_id: str | None = None, **what: Any) -> Any:
    return looking.look(market.house, market.access, database.kind, database.connection, What(**what), source_id)


def test_columns_have_types_and_examples_and_a_first_meaning(market: Shop, database: Database) -> None:
    database.add((1, "2026-01-01 10:00:00Z", "Visited", "ann"), (2, "2026-01-02 11:30:00Z", "Visited", None))
    columns, mapping = look(market, database, query="SELECT id, at, event, person AS user_id, amount FROM happened ORDER BY id")
    found = {column.name: (column.type, len(column.examples)) for column in columns}
    assert found["id"] == ("integer", 2)
    assert found["at"] == ("datetime", 2)
    assert (found["event"], found["user_id"]) == (("text", 2), ("text", 1))
    assert found["amount"][1] == 0
    assert (mapping.user_id, mapping.event.column) == ("user_id", "event")


def test_an_empty_table_still_has_columns(market: Shop, database: Database) -> None:
    columns, _ = look(market, database, table="happened")
    assert [column.name for column in columns] == ["id", "at", "event", "person", "amount", "note"]


def test_two_columns_of_one_name_are_refused_with_advice(market: Shop, postgres_database: Database) -> None:
    # SQLite gives them different names itself.
    with pytest.raises(UemsError, match="Two columns are called event; give one another name with AS") as caught:
        look(market, postgres_database, query="SELECT event, person AS event FROM happened")
    assert caught.value.code == "source_failed"


def test_a_table_that_is_not_there_is_said_to_be_missing(market: Shop, database: Database) -> None:
    with pytest.raises(UemsError, match="nowhere") as caught:
        look(market, database, table="nowhere")
    assert caught.value.code == "source_failed"


def test_the_stored_password_opens_the_same_place_only(market: Shop, postgres_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    connection = postgres_database.connection
    postgres_database.connection = {**connection, "password": "kept secret"}
    kept = source(market, postgres_database)
    sent: list[str] = []
    kind = KINDS.get("postgresql")
    opened = type(kind).open

    def watched(self: Any, config: Any, settings: Any) -> Any:
        sent.append(config.password.get_secret_value())
        return opened(self, config, settings)

    monkeypatch.setattr(type(kind), "open", watched)
    postgres_database.connection = connection
    look(market, postgres_database, kept.source_id, table="happened")
    postgres_database.connection = {**connection, "user": "somebody else"}
    with pytest.raises(UemsError, match="did not let us in"):
        look(market, postgres_database, kept.source_id, table="happened")
    assert sent == ["kept secret", ""]
