"""Does every room's store forget a person, and nobody else? One row of each of two people in every table that holds people."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, Float, Integer, LargeBinary, Table, insert, select, update

from tests.identity.conftest import make_access, make_scope
from tests.identity.test_erasure import Only, erase
from tests.support.feed import Feed, Happened
from uems.identity import api as identity
from uems.kernel.erasure import RoomEraser, StoreRows
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.store import Json, UtcDateTime
from uems.outreach.consent.sealed import address_key, sealed_address
from uems.outreach.tables import outreach_messages, outreach_suppressions
from uems.superusers.cocreation.tables import cocreation_ideas
from uems.superusers.referrals.tables import referral_reward_steps, referral_rewards, referrals
from uems.web.app import ERASERS

ROWS: list[StoreRows] = [rows for one in ERASERS if isinstance(one, RoomEraser) for rows in (*one.store, *one.held)]


def filled(table: Table, columns: tuple[str, ...], scope: Scope, number: int, now: datetime) -> dict[str, Any]:
    """A row that says of ``number``, and in every text too, so that rows of two people never meet in a key."""
    row: dict[str, Any] = {}
    for column in table.columns:
        if column.name == "workspace_id":
            row[column.name] = scope.workspace_id
        elif column.name in columns or (column.primary_key and isinstance(column.type, (Integer, BigInteger))):
            row[column.name] = number
        elif isinstance(column.type, Json):
            row[column.name] = {}
        elif isinstance(column.type, UtcDateTime):
            row[column.name] = now
        elif isinstance(column.type, Boolean):
            row[column.name] = True
        elif isinstance(column.type, LargeBinary):
            row[column.name] = b"x"
        elif isinstance(column.type, (Integer, BigInteger, Float)):
            row[column.name] = number
        else:
            row[column.name] = f"x{number}"[: getattr(column.type, "length", None) or 10]
    return row


def two_people(house: House, now: datetime) -> tuple[Scope, int, int]:
    scope = make_scope()
    feed = Feed(house, scope)
    feed.take([Happened(user="ann", ts=now, type="identify", email="ann@example.com"), Happened(user="bob", ts=now)], now)
    ann, bob = (identity.find_person(house.store, scope, "user_id", name) for name in ("ann", "bob"))
    assert ann is not None
    assert bob is not None
    with house.store.write() as conn:
        for rows in ROWS:
            for number in (ann.person_id, bob.person_id):
                conn.execute(insert(rows.table).values(filled(rows.table, rows.columns, scope, number, now)))
    return scope, ann.person_id, bob.person_id


def test_rows_of_the_person_go_and_those_of_others_stay(house: House, now: datetime) -> None:
    scope, ann, bob = two_people(house, now)
    erase(house, scope, ann, now)
    with house.store.read() as conn:
        for rows in ROWS:
            for column in rows.columns:
                of = {number: conn.execute(select(rows.table).where(rows.table.c[column] == number)).all() for number in (ann, bob)}
                stays = rows.values is not None and rows.table is not cocreation_ideas
                assert (len(of[ann]), len(of[bob])) == (1 if stays else 0, 1), f"{rows.table.name}.{column}"
        told = conn.execute(select(referrals.c.marks, referrals.c.state).where(referrals.c.person_id == ann)).one()
        assert told.marks == {}
        assert conn.execute(select(cocreation_ideas.c.person_id).order_by(cocreation_ideas.c.person_id)).scalars().all() == [0, bob]


def test_a_message_under_way_ends_by_itself_first(house: House, now: datetime) -> None:
    scope, ann, _ = two_people(house, now)
    message = outreach_messages.c
    with house.store.write() as conn:
        conn.execute(update(outreach_messages).where(message.person_id == ann).values(state="sending"))
    asked = identity.request_erasure(house, make_access(scope, now), ann, ann, ERASERS)
    assert not identity.finish_now(house, Only(scope), ERASERS, "tests", now)
    assert identity.erasure_of(house, scope, asked.erasure_id, len(ERASERS)).waiting == "outreach"
    with house.store.write() as conn:
        conn.execute(update(outreach_messages).where(message.person_id == ann).values(state="sent"))
    assert identity.finish_now(house, Only(scope), ERASERS, "tests", now.replace(second=30))


def test_their_address_stays_suppressed_as_a_hash(house: House, now: datetime) -> None:
    scope, ann, _ = two_people(house, now)
    row = {"workspace_id": scope.workspace_id, "channel": "email", "address": "ann@example.com", "reason": "bounce", "detail": "full"}
    with house.store.write() as conn:
        conn.execute(insert(outreach_suppressions).values(**row, at=now, by="x"))
    erase(house, scope, ann, now)
    with house.store.read() as conn:
        kept = conn.execute(select(outreach_suppressions.c.address).where(outreach_suppressions.c.channel == "email")).scalars().all()
    assert kept == [sealed_address(address_key(house.settings), scope.workspace_id, "email", "Ann@Example.com ")]


def test_what_is_due_to_nobody_is_cancelled_and_what_was_paid_stays(house: House, now: datetime) -> None:
    scope, ann, bob = two_people(house, now)
    rewards = referral_rewards.c
    with house.store.write() as conn:
        conn.execute(update(referral_rewards).where(rewards.person_id == ann).values(state="due"))
        conn.execute(update(referral_rewards).where(rewards.person_id == bob).values(state="due"))
    erase(house, scope, ann, now)
    with house.store.read() as conn:
        states = {row.person_id: row.state for row in conn.execute(select(rewards.person_id, rewards.state))}
        noted = conn.execute(select(referral_reward_steps.c.note)).scalars().all()
    assert (states, noted) == ({ann: "cancelled", bob: "due"}, ["erased"])


def test_a_copy_of_what_is_held_has_their_rows_and_nobody_elses(house: House, now: datetime) -> None:
    scope, ann, bob = two_people(house, now)
    subject = identity.subject_of(house, scope, ann)
    held = {table: rows for one in ERASERS for table, rows in one.rows(house, subject)}
    assert {rows.table.name for rows in ROWS} <= held.keys()
    assert [row["user_id"] for row in held["events"]] == ["ann"]
    for table, rows in held.items():
        assert all(row.get("person_id", ann) in (ann, 0) or "inviter_id" in row for row in rows), table
    assert bob != ann
