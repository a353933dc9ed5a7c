"""Does a login open a session, and does nothing else?"""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from tests.access.test_workspaces import person, refused
from tests.support.web import operator
from uems.access import logins
from uems.access.accounts import bootstrap, change_account, change_password, create_account, list_accounts, reset_password
from uems.access.logins import caller_of_session, csrf_of, log_in, log_out
from uems.access.passwords import Verdict
from uems.access.rate_limit import PER_ACCOUNT, PER_ADDRESS, WINDOW
from uems.access.tables import accounts, audit_entries, login_sessions
from uems.kernel.ids import token_hash
from uems.kernel.store import Store

EMAIL = "mei@shop"


@pytest.fixture
def password(store: Store, now: datetime) -> str:
    """Of the only account there is."""
    made = bootstrap(store, operator(now), email="Mei@Shop ", name="Mei")
    assert made is not None
    return made.password


def enter(store: Store, password: str, now: datetime, *, email: str = EMAIL, address: str = "192.0.2.9") -> logins.Login:
    return log_in(store, email=email, password=password, address=address, session_hours=2, now=now)


def test_a_session_is_kept_only_as_the_hash_of_its_token(store: Store, password: str, now: datetime) -> None:
    login = enter(store, password, now)
    with store.read() as conn:
        row = conn.execute(select(login_sessions)).mappings().one()
    assert row["token_hash"] == token_hash(login.token)
    assert login.token not in repr(dict(row))
    assert login.csrf_token not in repr(dict(row))


def test_the_email_may_be_written_in_any_case(store: Store, password: str, now: datetime) -> None:
    assert enter(store, password, now, email="  MEI@shop").account.email == EMAIL


def test_a_session_ends_at_its_hour_and_not_before(store: Store, password: str, now: datetime) -> None:
    token = enter(store, password, now).token
    assert caller_of_session(store, token, address="", now=now + timedelta(hours=2, seconds=-1)) is not None
    assert caller_of_session(store, token, address="", now=now + timedelta(hours=2)) is None


def test_logging_out_ends_this_session_only(store: Store, password: str, now: datetime) -> None:
    here, there = enter(store, password, now), enter(store, password, now)
    caller = caller_of_session(store, here.token, address="", now=now)
    assert caller is not None
    log_out(store, caller)
    assert caller_of_session(store, here.token, address="", now=now) is None
    assert caller_of_session(store, there.token, address="", now=now) is not None


def test_expired_sessions_are_swept_away_by_the_next_login(store: Store, password: str, now: datetime) -> None:
    for _ in range(3):
        enter(store, password, now)
    enter(store, password, now + timedelta(hours=3))
    with store.read() as conn:
        assert conn.execute(select(func.count()).select_from(login_sessions)).scalar_one() == 1


def test_every_session_has_its_own_csrf_token(store: Store, password: str, now: datetime) -> None:
    first, second = enter(store, password, now), enter(store, password, now)
    assert first.csrf_token != second.csrf_token
    assert first.csrf_token == csrf_of(first.token)
    assert first.token not in first.csrf_token


def test_a_wrong_password_and_an_unknown_account_answer_alike(store: Store, password: str, now: datetime) -> None:
    with refused("wrong_login") as wrong:
        enter(store, password + "x", now)
    with refused("wrong_login") as unknown:
        enter(store, password, now, email="nobody@shop")
    assert wrong.value.as_json() == unknown.value.as_json()


def test_guessing_at_one_account_stops_even_from_many_addresses(store: Store, password: str, now: datetime) -> None:
    for number in range(PER_ACCOUNT):
        with refused("wrong_login"):
            enter(store, "guess", now, address=f"192.0.2.{number}")
    with refused("too_many_attempts"):
        enter(store, password, now, address="198.51.100.1")
    assert enter(store, password, now + WINDOW).account.email == EMAIL


def test_unknown_accounts_are_limited_like_known_ones(store: Store, now: datetime) -> None:
    for _ in range(PER_ACCOUNT):
        with refused("wrong_login"):
            enter(store, "guess", now, email="nobody@shop")
    with refused("too_many_attempts"):
        enter(store, "guess", now, email="nobody@shop")


def test_guessing_at_many_accounts_from_one_address_stops(
    store: Store, password: str, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("uems.access.logins.verify_password", lambda *_: Verdict(right=False))
    for number in range(PER_ADDRESS):
        with refused("wrong_login"):
            enter(store, "guess", now, email=f"{number}@shop")
    with refused("too_many_attempts"):
        enter(store, password, now)


def test_a_right_password_starts_the_count_anew(store: Store, password: str, now: datetime) -> None:
    for _ in range(2):
        for _ in range(PER_ACCOUNT - 1):
            with refused("wrong_login"):
                enter(store, "guess", now)
        enter(store, password, now)


def test_a_changed_password_ends_every_other_session(store: Store, password: str, now: datetime) -> None:
    here, there = person(store, EMAIL, password, now), enter(store, password, now)
    assert change_password(store, here, current=password, new="another password") == 1
    assert caller_of_session(store, there.token, address="", now=now) is None
    with store.read() as conn:
        assert conn.execute(select(login_sessions.c.token_hash)).scalars().all() == [here.session_hash]
    with refused("wrong_login"):
        enter(store, password, now)
    enter(store, "another password", now)


def test_the_current_password_must_be_known_and_cannot_be_guessed(store: Store, password: str, now: datetime) -> None:
    here = person(store, EMAIL, password, now)
    with refused("invalid"):
        change_password(store, here, current=password, new="short")
    for _ in range(PER_ACCOUNT):
        with refused("wrong_password"):
            change_password(store, here, current="guess", new="another password")
    with refused("too_many_attempts"):
        change_password(store, here, current=password, new="another password")


def test_a_reset_password_ends_every_session(store: Store, password: str, now: datetime) -> None:
    token = enter(store, password, now).token
    made = reset_password(store, operator(now), email="MEI@shop")
    assert caller_of_session(store, token, address="", now=now) is None
    with refused("wrong_login"):
        enter(store, password, now)
    enter(store, made.password, now)
    with refused("not_found"):
        reset_password(store, operator(now), email="nobody@shop")


def test_the_first_account_is_made_once(store: Store, password: str, now: datetime) -> None:
    assert bootstrap(store, operator(now), email="eve@shop", name="Eve") is None
    with refused("account_exists"):
        create_account(store, operator(now), email=EMAIL, name="Mei", locale="zh")
    made = create_account(store, operator(now), email="ann@shop", name="Ann", locale="en", password="chosen by ann")
    assert made.password == "chosen by ann"
    assert [a.email for a in list_accounts(store)] == ["ann@shop", EMAIL]


def test_name_and_language_can_be_changed(store: Store, password: str, now: datetime) -> None:
    here = person(store, EMAIL, password, now)
    assert change_account(store, here).locale == "zh"
    after = change_account(store, here, locale="en", name="Mei Lin")
    assert (after.locale, after.name) == ("en", "Mei Lin")


def test_nothing_secret_is_in_the_audit_log(store: Store, password: str, now: datetime) -> None:
    here = person(store, EMAIL, password, now)
    change_password(store, here, current=password, new="another password")
    log_out(store, here)
    with store.read() as conn:
        entries = conn.execute(select(audit_entries).order_by(audit_entries.c.entry_id)).mappings().all()
        hashed = conn.execute(select(accounts.c.password_hash)).scalar_one()
    assert [e["action"] for e in entries] == ["account.created", "session.opened", "account.password_changed", "session.closed"]
    for secret in (password, "another password", hashed, here.session_hash, here.csrf_token):
        assert str(secret) not in repr(entries)
