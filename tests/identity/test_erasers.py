"""Does every column that holds a person belong to somebody who takes care of it when they are erased? Walks every table there is."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import uems
from uems.app import migrations
from uems.kernel.erasure import RoomEraser
from uems.kernel.schema import AlterDef, TableDef
from uems.kernel.store import metadata
from uems.web.app import ERASERS

NAMES = frozenset(
    (
        "person_id", "node_id", "old_person_id", "other_person_id", "other_node_id", "a_node", "b_node", "inviter", "inviter_id", "came_as",
        "user_id", "anonymous_id", "user_value", "address", "distinct_id", "canonical_id", "advocate_id", "invitee_id", "friend_id",
        "member_id", "ids", "id_hash",
    )
)  # fmt: skip
"""What a column is called that holds a person."""
OPERATORS = {
    "login_sessions.address": "where an account of the team logged in from",
    "audit_entries.address": "where an account of the team acted from",
}


def held() -> Iterator[str]:
    for table in metadata.sorted_tables:
        yield from (f"{table.name}.{column.name}" for column in table.columns if column.name in NAMES)
    for migration in migrations():
        for step in migration.steps:
            if isinstance(step, TableDef):
                for column in step.columns:
                    if column.name in NAMES or "groupBitmap" in column.type:
                        yield f"{step.name}.{column.name}"
            # A column that is added later is named in plain SQL.
            if isinstance(step, AlterDef) and "ADD COLUMN" in step.change:
                name = step.change.split("IF NOT EXISTS ")[1].split()[0]
                if name in NAMES or "groupBitmap" in step.change:
                    yield f"{step.table}.{name}"


def test_every_column_that_holds_a_person_has_an_eraser() -> None:
    named = {column for one in ERASERS for column in one.columns}
    assert sorted(set(held()) - named - OPERATORS.keys()) == []


def test_erasers_name_only_columns_that_exist() -> None:
    stored = {f"{table.name}.{column.name}" for table in metadata.sorted_tables for column in table.columns}
    steps = [step for migration in migrations() for step in migration.steps if isinstance(step, TableDef)]
    stored |= {f"{step.name}.{column.name}" for step in steps for column in step.columns}
    named = [column for one in ERASERS for column in one.columns]
    assert sorted(set(named) - stored) == []
    assert [column for column, times in Counter(named).items() if times > 1] == []


def test_what_becomes_of_each_column_stands_in_the_readme() -> None:
    told = (Path(uems.__file__).parent / "identity" / "README.md").read_text()
    tables = {column.split(".")[0] for one in ERASERS for column in one.columns}
    assert sorted(table for table in tables if f"`{table}`" not in told) == []


def test_every_kind_of_thing_has_its_words() -> None:
    words = Path(uems.__file__).parents[2] / "ui" / "src" / "i18n"
    kinds = {one.key for one in ERASERS} | {"letters", "ids", "links"}
    for one in ERASERS:
        assert isinstance(one, RoomEraser)
        kinds |= {rows.what for rows in (*one.store, *one.held)} | {rows.what for rows in one.warehouse}
    for language in ("en", "zh"):
        told = set(re.findall(r"^      (\w+): ", (words / language / "identity.ts").read_text(), re.MULTILINE))
        assert sorted(kinds - told - {""}) == [], language
