"""Is this person who they say? Passwords become sessions, and sessions become callers."""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select, update

from uems.access.audit import audit
from uems.access.model import Account, Actor, Caller
from uems.access.passwords import verify_password
from uems.access.rate_limit import PER_ACCOUNT, PER_ADDRESS, account_bucket, address_bucket, admit, forgive
from uems.access.tables import accounts, login_sessions
from uems.kernel.errors import UemsError
from uems.kernel.ids import new_token, token_hash
from uems.kernel.store import Store

ACCOUNT_COLUMNS = (accounts.c.account_id, accounts.c.email, accounts.c.name, accounts.c.locale, accounts.c.created_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """token: the content of the cookie, known to nobody else. csrf_token: what the page sends back in a header."""

    account: Account
    token: str
    csrf_token: str
    expires_at: datetime


def csrf_of(token: str) -> str:
    """Bound to the session: another session's value does not fit, and it does not tell the session's token."""
    return hmac.new(token.encode("utf-8", "replace"), b"csrf", "sha256").hexdigest()


def actor_of(account: Account, address: str) -> Actor:
    """The account as the audit log names it, without any workspace."""
    return Actor(kind="account", actor_id=account.account_id, label=account.email, account_id=account.account_id, address=address)


def normal_email(email: str) -> str:
    return email.strip().lower()


def log_in(store: Store, *, email: str, password: str, address: str, session_hours: int, now: datetime) -> Login:
    """Open a session; raises ``wrong_login`` (401) or ``too_many_attempts`` (429). Takes the same time for unknown accounts."""
    email = normal_email(email)
    buckets = account_bucket(email), address_bucket(address)
    with store.write() as conn:
        admit(conn, dict(zip(buckets, (PER_ACCOUNT, PER_ADDRESS), strict=True)), now)
    with store.read() as conn:
        row = conn.execute(select(*ACCOUNT_COLUMNS, accounts.c.password_hash).where(accounts.c.email == email)).mappings().first()
    verdict = verify_password(password, row["password_hash"] if row else None)
    if row is None or not verdict.right:
        raise UemsError("wrong_login", "E-mail or password is wrong. Check both and try again.", status=401)
    account = Account(**{c.name: row[c.name] for c in ACCOUNT_COLUMNS})
    token = new_token("ses")
    expires_at = now + timedelta(hours=session_hours)
    caller = Caller(actor=actor_of(account, address), now=now)
    with store.write() as conn:
        forgive(conn, *buckets)
        conn.execute(delete(login_sessions).where(login_sessions.c.expires_at <= now))
        if verdict.rehash:
            same = (accounts.c.account_id == account.account_id) & (accounts.c.password_hash == row["password_hash"])
            conn.execute(update(accounts).where(same).values(password_hash=verdict.rehash))
        conn.execute(
            insert(login_sessions).values(
                token_hash=token_hash(token), account_id=account.account_id, created_at=now, expires_at=expires_at, address=address[:64]
            )
        )
        audit(conn, caller, "session.opened", f"account:{account.account_id}", None, None)
    return Login(account=account, token=token, csrf_token=csrf_of(token), expires_at=expires_at)


def caller_of_session(store: Store, token: str, *, address: str, now: datetime) -> Caller | None:
    """Whoever holds this session, or None when it ended or never was."""
    hashed = token_hash(token)
    query = (
        select(*ACCOUNT_COLUMNS)
        .join(login_sessions, login_sessions.c.account_id == accounts.c.account_id)
        .where(login_sessions.c.token_hash == hashed, login_sessions.c.expires_at > now)
    )
    with store.read() as conn:
        row = conn.execute(query).mappings().first()
    if row is None:
        return None
    return Caller(actor=actor_of(Account(**row), address), now=now, session_hash=hashed, csrf_token=csrf_of(token))


def log_out(store: Store, caller: Caller) -> None:
    """End the caller's session; nothing happens to a key."""
    if caller.session_hash is None:
        return
    with store.write() as conn:
        conn.execute(delete(login_sessions).where(login_sessions.c.token_hash == caller.session_hash))
        audit(conn, caller, "session.closed", f"account:{caller.actor.actor_id}", None, None)
