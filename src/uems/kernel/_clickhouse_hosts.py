"""Where are the ClickHouse servers, and which of them is worth a try now?"""

import threading
import time
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import unquote

from uems.kernel.errors import UemsError
from uems.kernel.sql import ident

_CONNECT_SECONDS: Final = 5
SILENCE_SECONDS: Final = 60
"""The servers send a header every 55 seconds while they work, so this bounds a silent host and not a long query."""
RETRY_HOST_SECONDS: Final = 5.0
_UNKNOWN_DATABASE: Final = 81


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where the servers are, as the settings say it."""

    hosts: tuple[tuple[str, int], ...]
    user: str
    password: str
    database: str
    secure: bool


class Host:
    """One server: its client, made on first use, and whether it is worth a try now."""

    def __init__(self, name: str, port: int, address: Address) -> None:
        self.name = name
        self.port = port
        self._address = address
        self._lock = threading.Lock()
        self._client: Any = None
        self._retry_at = 0.0

    def __str__(self) -> str:
        return f"{self.name}:{self.port}"

    @property
    def resting(self) -> bool:
        """It failed a moment ago: others are asked first."""
        return time.monotonic() < self._retry_at

    def failed(self) -> None:
        self._retry_at = time.monotonic() + RETRY_HOST_SECONDS

    def client(self) -> Any:
        """The client of this host; raises what clickhouse-connect raises when it cannot connect."""
        with self._lock:
            if self._client is None:
                from clickhouse_connect.driver.exceptions import DatabaseError

                try:
                    self._client = self._connect(self._address.database)
                except DatabaseError as error:
                    if error.code != _UNKNOWN_DATABASE:
                        raise
                    self._connect("default").command(f"CREATE DATABASE IF NOT EXISTS {ident(self._address.database)}")
                    self._client = self._connect(self._address.database)
            return self._client

    def _connect(self, database: str) -> Any:
        import clickhouse_connect

        return clickhouse_connect.get_client(
            host=self.name,
            port=self.port,
            username=self._address.user,
            password=self._address.password,
            database=database,
            secure=self._address.secure,
            compress=False,
            connect_timeout=_CONNECT_SECONDS,
            send_receive_timeout=SILENCE_SECONDS,
            query_retries=0,
            autogenerate_session_id=False,
        )

    def close(self) -> None:
        with self._lock:
            if self._client is not None:
                self._client.close()
                self._client = None


def parse_url(url: str) -> Address:
    """``clickhouse://user:password@host1:8123,host2:8123/database``; ``clickhouses`` for TLS. Raises ``bad_settings``."""
    scheme, _, rest = url.partition("://")
    secure = scheme == "clickhouses"
    authority, _, database = rest.partition("/")
    login, _, places = authority.rpartition("@")
    user, _, password = login.partition(":")
    hosts = []
    for place in places.split(","):
        name, colon, port = place.rpartition(":") if not place.endswith("]") else (place, "", "")
        name = name if colon else place
        if not name or (colon and not port.isdigit()):
            wanted = "clickhouse://user:password@host1:8123,host2:8123/database"
            raise UemsError("bad_settings", f"UEMS_WAREHOUSE_URL has a host {place!r} that cannot be read; write {wanted}.", status=500)
        hosts.append((name.strip("[]"), int(port) if colon else 8443 if secure else 8123))
    return Address(
        hosts=tuple(hosts),
        user=unquote(user) or "default",
        password=unquote(password),
        database=ident(unquote(database) or "default"),
        secure=secure,
    )
