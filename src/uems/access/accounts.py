"""Who can log in at all? Accounts, their passwords and their language; the first one at the first start."""

import re
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select, update

from uems.access.audit import audit
from uems.access.logins import ACCOUNT_COLUMNS, normal_email
from uems.access.model import Access, Account, Caller, Locale
from uems.access.passwords import check_password, hash_password, new_password, verify_password
from uems.access.rate_limit import PER_ACCOUNT, account_bucket, admit, forgive
from uems.access.tables import accounts, login_sessions
from uems.kernel.errors import UemsError, invalid, not_found
from uems.kernel.ids import new_id
from uems.kernel.store import Store, lock

# Deliberately loose: installations use addresses of internal domains, and nothing is ever sent there before it is confirmed.
_EMAIL = re.compile(r"[^@\s\x00-\x20]+@[^@\s\x00-\x20]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAccount:
    """password: generated and shown this once; only its hash is stored."""

    account: Account
    password: str


def check_email(email: str) -> str:
    """``email`` in lower case; raises ``invalid``."""
    email = normal_email(email)
    if len(email) > 254 or not _EMAIL.fullmatch(email):
        raise invalid("email", email, "must be an address such as mei@example.com.")
    return email


def insert_account(conn: Connection, access: Access | Caller, *, email: str, name: str, locale: Locale, password_hash: str) -> Account:
    """An account on the caller's transaction; the caller made sure that ``email`` is free."""
    account = Account(account_id=new_id("acc"), email=email, name=name, locale=locale, created_at=access.now)
    values = {c.name: getattr(account, c.name) for c in ACCOUNT_COLUMNS}
    conn.execute(insert(accounts).values(**values, password_hash=password_hash))
    audit(conn, access, "account.created", f"account:{account.account_id}", None, {"email": email, "name": name, "locale": locale})
    return account


def find_account(conn: Connection, email: str) -> Account | None:
    """The account with this e-mail (already in lower case)."""
    row = conn.execute(select(*ACCOUNT_COLUMNS).where(accounts.c.email == email)).mappings().first()
    return Account(**row) if row else None


def get_account(store: Store, account_id: str) -> Account:
    """Raises ``not_found``."""
    with store.read() as conn:
        row = conn.execute(select(*ACCOUNT_COLUMNS).where(accounts.c.account_id == account_id)).mappings().first()
    if row is None:
        raise not_found("account", account_id)
    return Account(**row)


def bootstrap(
    store: Store, caller: Caller, *, email: str, name: str, locale: Locale = "zh", password: str | None = None
) -> NewAccount | None:
    """The first account of an installation, with a generated password unless one is given. None when there is an account already."""
    email = check_email(email)
    chosen = check_password(password) if password is not None else new_password()
    hashed = hash_password(chosen)
    with store.write() as conn:
        lock(conn, "accounts")
        if conn.execute(select(accounts.c.account_id).limit(1)).first():
            return None
        account = insert_account(conn, caller, email=email, name=name, locale=locale, password_hash=hashed)
    return NewAccount(account=account, password=chosen)


def list_accounts(store: Store) -> list[Account]:
    """Everybody who can log in, by e-mail. For the operator only: it looks across workspaces."""
    with store.read() as conn:
        return [Account(**row) for row in conn.execute(select(*ACCOUNT_COLUMNS).order_by(accounts.c.email)).mappings()]


def create_account(store: Store, caller: Caller, *, email: str, name: str, locale: Locale, password: str | None = None) -> NewAccount:
    """An account that belongs to no workspace yet. Raises ``account_exists`` (409), ``invalid``."""
    email = check_email(email)
    chosen = check_password(password) if password is not None else new_password()
    hashed = hash_password(chosen)
    with store.write() as conn:
        lock(conn, "accounts")
        if find_account(conn, email):
            raise UemsError("account_exists", f"{email} has an account already; add it to a workspace, or reset its password.", status=409)
        account = insert_account(conn, caller, email=email, name=name, locale=locale, password_hash=hashed)
    return NewAccount(account=account, password=chosen)


def reset_password(store: Store, caller: Caller, *, email: str) -> NewAccount:
    """A new generated password for somebody who forgot theirs; ends all their sessions. Raises ``not_found``.

    For the operator only. An owner must not do this: the account may be a member of workspaces that the owner has no business in.
    """
    chosen = new_password()
    hashed = hash_password(chosen)
    with store.write() as conn:
        account = find_account(conn, normal_email(email))
        if account is None:
            raise not_found("account", email)
        conn.execute(update(accounts).where(accounts.c.account_id == account.account_id).values(password_hash=hashed))
        conn.execute(delete(login_sessions).where(login_sessions.c.account_id == account.account_id))
        audit(conn, caller, "account.password_reset", f"account:{account.account_id}", None, None)
    return NewAccount(account=account, password=chosen)


def change_account(store: Store, caller: Caller, *, name: str | None = None, locale: Locale | None = None) -> Account:
    """Change one's own name or language."""
    account_id = own_account_id(caller)
    wanted = {k: v for k, v in {"name": name, "locale": locale}.items() if v is not None}
    with store.write() as conn:
        row = conn.execute(select(*ACCOUNT_COLUMNS).where(accounts.c.account_id == account_id)).mappings().one()
        changes = {k: v for k, v in wanted.items() if row[k] != v}
        if changes:
            conn.execute(update(accounts).where(accounts.c.account_id == account_id).values(changes))
            audit(conn, caller, "account.changed", f"account:{account_id}", {k: row[k] for k in changes}, changes)
        return Account(**{**row, **changes})


def change_password(store: Store, caller: Caller, *, current: str, new: str) -> int:
    """Change one's own password; every other session of the account ends. Gives the number of sessions that ended.

    Raises ``wrong_password`` (403), ``too_many_attempts`` (429) or ``invalid``.
    """
    account_id = own_account_id(caller)
    check_password(new)
    bucket = account_bucket(account_id)
    with store.write() as conn:
        admit(conn, {bucket: PER_ACCOUNT}, caller.now)
    with store.read() as conn:
        stored = conn.execute(select(accounts.c.password_hash).where(accounts.c.account_id == account_id)).scalar_one()
    if not verify_password(current, stored).right:
        raise UemsError("wrong_password", "The current password is wrong; nothing was changed.", status=403)
    hashed = hash_password(new)
    others = (login_sessions.c.account_id == account_id) & (login_sessions.c.token_hash != caller.session_hash)
    with store.write() as conn:
        forgive(conn, bucket)
        conn.execute(update(accounts).where(accounts.c.account_id == account_id).values(password_hash=hashed))
        ended = conn.execute(delete(login_sessions).where(others)).rowcount
        audit(conn, caller, "account.password_changed", f"account:{account_id}", None, {"sessions_ended": ended})
    return ended


def own_account_id(caller: Caller) -> str:
    """The account of a logged-in person; raises ``needs_login`` (403) for a key, which has none."""
    if caller.actor.kind != "account":
        raise UemsError("needs_login", "Only a logged-in person can do this; a key cannot.", status=403)
    return caller.actor.actor_id
