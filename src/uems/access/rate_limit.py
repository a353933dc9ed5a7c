"""How often may one guess a password or the token of a link? Counted in the store before the guess is looked at.

Counting first means that guesses sent side by side cannot slip through together.
"""

import hashlib
import ipaddress
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection, case, delete, update
from sqlalchemy.dialects import postgresql, sqlite

from uems.access.tables import login_attempts
from uems.kernel.errors import UemsError

WINDOW = timedelta(minutes=15)
PER_ACCOUNT = 10
PER_ADDRESS = 50


def account_bucket(email: str) -> str:
    """A hash: strangers type anything, and it should not be kept."""
    return "account:" + hashlib.sha256(email.encode("utf-8", "replace")).hexdigest()


def address_bucket(address: str) -> str:
    """One IPv4 address, or the /64 that one subscriber holds of IPv6."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return "address:unknown"
    if found.version == 6:
        mapped = found.ipv4_mapped
        if mapped is None:
            return f"address:{ipaddress.ip_network((found, 64), strict=False)}"
        found = mapped
    return f"address:{found}"


def admit(conn: Connection, limits: Mapping[str, int], now: datetime) -> None:
    """Count one attempt in every bucket; raises ``too_many_attempts`` (429, with Retry-After) when one is full.

    limits: bucket → most attempts in 15 minutes.
    """
    conn.execute(delete(login_attempts).where(login_attempts.c.window_ends_at <= now))
    into = sqlite.insert if conn.dialect.name == "sqlite" else postgresql.insert
    # Sorted, so that two transactions take row locks in the same order.
    for bucket in sorted(limits):
        row = into(login_attempts).values(bucket=bucket, attempts=1, window_ends_at=now + WINDOW)
        over = login_attempts.c.window_ends_at <= now
        statement = row.on_conflict_do_update(
            index_elements=[login_attempts.c.bucket],
            set_={
                "attempts": case((over, row.excluded.attempts), else_=login_attempts.c.attempts + 1),
                "window_ends_at": case((over, row.excluded.window_ends_at), else_=login_attempts.c.window_ends_at),
            },
        ).returning(login_attempts.c.attempts, login_attempts.c.window_ends_at)
        attempts, ends_at = conn.execute(statement).one()
        if attempts > limits[bucket]:
            seconds = max(1, int((ends_at - now).total_seconds()) + 1)
            raise UemsError(
                "too_many_attempts",
                f"Too many attempts. Wait {(seconds + 59) // 60} minutes and try again.",
                status=429,
                details={"retry_after_seconds": seconds},
            )


def guess_bucket(address: str) -> str:
    """Guesses at tokens of links, counted beside logins: who may not try the one any more may still try the other."""
    return f"guess:{address_bucket(address)}"


def admit_guess(conn: Connection, address: str, now: datetime) -> None:
    """Count one guess at the token of a link, as logins are counted. Raises ``too_many_attempts``."""
    admit(conn, {guess_bucket(address): PER_ADDRESS}, now)


def forgive_guess(conn: Connection, address: str, link: str, most: int, now: datetime) -> None:
    """It was no guess: it counts against the link itself, which may be opened ``most`` times in 15 minutes. Raises as ``admit_guess``."""
    bucket = guess_bucket(address)
    conn.execute(update(login_attempts).where(login_attempts.c.bucket == bucket).values(attempts=login_attempts.c.attempts - 1))
    admit(conn, {f"link:{link}"[:100]: most}, now)


def forgive(conn: Connection, account: str, address: str | None = None) -> None:
    """After a right password: the account starts anew, and this attempt does not count against the address."""
    conn.execute(delete(login_attempts).where(login_attempts.c.bucket == account))
    if address is not None:
        conn.execute(update(login_attempts).where(login_attempts.c.bucket == address).values(attempts=login_attempts.c.attempts - 1))
