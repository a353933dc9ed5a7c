"""How does a command reach the house? Always over the HTTP API: of the server that runs on this home, else of one inside this process.

The one inside listens on a Unix socket in a private folder, so that every command works alike and streams alike either way.
"""

import logging
import ssl
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import httpx

from uems.cli.home import Claim, Owner, Running, claim, is_alive, read_server
from uems.cli.output import progress, say
from uems.kernel.errors import UemsError
from uems.kernel.settings import Settings

WAIT_SECONDS = 60.0
STALL_SECONDS = 60.0
LOG = "command.log"
TIMEOUT = httpx.Timeout(600.0, connect=5.0)
_NOBODY = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Trusts no certificate, for none is asked for on this machine. Reading whom to trust would take longer than most commands."""


class Client:
    """The HTTP API as an operator. Every method raises ``UemsError`` with the server's own code and message.

    remote: True when a running server answers, False when this process does.
    """

    def __init__(self, http: httpx.Client, *, remote: bool) -> None:
        self._http = http
        self.remote = remote

    def request(self, method: str, path: str, **options: Any) -> Any:
        """The decoded JSON answer (None for an empty one)."""
        try:
            answer = self._http.request(method, path, **options)
        except httpx.TransportError as error:
            raise _unreachable(error) from error
        _check(answer)
        return answer.json() if answer.content else None

    def get(self, path: str, **params: object) -> Any:
        # No parameters at all rather than empty ones, in place of which those in the path would be dropped.
        chosen = {name: str(value) for name, value in params.items() if value is not None}
        return self.request("GET", path, params=chosen or None)

    def post(self, path: str, body: object = None) -> Any:
        return self.request("POST", path, json=body if body is not None else {})

    def patch(self, path: str, body: object) -> Any:
        return self.request("PATCH", path, json=body)

    def put(self, path: str, body: object) -> Any:
        return self.request("PUT", path, json=body)

    def delete(self, path: str) -> Any:
        return self.request("DELETE", path)

    def pages(self, path: str, **params: object) -> Iterator[dict[str, Any]]:
        """Every item of a list that answers in pages."""
        cursor: str | None = None
        while True:
            page = self.get(path, **params, cursor=cursor)
            yield from page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return

    @contextmanager
    def stream(self, method: str, path: str, **options: Any) -> Iterator[httpx.Response]:
        """An answer that is read piece by piece."""
        try:
            with self._http.stream(method, path, **options) as answer:
                if answer.is_error:
                    answer.read()
                _check(answer)
                yield answer
        except httpx.TransportError as error:
            raise _unreachable(error) from error

    def workspace(self, slug: str | None) -> str:
        """The path of a workspace: ``slug``, or the only one there is. Raises ``which_workspace`` or ``no_workspace``."""
        if slug:
            return f"/api/workspaces/{slug}"
        slugs = [cast(str, item["slug"]) for item in self.pages("/api/workspaces")]
        if not slugs:
            raise UemsError("no_workspace", "There is no workspace yet. Run `uems init`, or `uems workspace create`.", status=404)
        if len(slugs) > 1:
            shown = ", ".join(slugs[:10])
            raise UemsError("which_workspace", f"There are {len(slugs)} workspaces ({shown}). Name one with --workspace.", status=422)
        return f"/api/workspaces/{slugs[0]}"

    def settle(self, workspace: str) -> None:
        """Without a server, first process what a former one left in the log: a report would otherwise miss it.

        A running server does that by itself, and says up to when its answers count.
        """
        if self.remote:
            return
        with progress("Processing what is in the log", unit="things") as update:
            most, least, since = 0, 0, time.monotonic()
            while waiting := self.get(f"{workspace}/health")["backlog_events"]:
                if not most or waiting < least:
                    most, least, since = max(most, waiting), waiting, time.monotonic()
                elif time.monotonic() - since > STALL_SECONDS:
                    say(f"{waiting:,} events in the log are not being processed; see `uems doctor`. Going on without them.")
                    return
                update(most - waiting, most)
                time.sleep(0.1)


def _check(answer: httpx.Response) -> None:
    if not answer.is_error:
        return
    try:
        body = answer.json()
        error = UemsError(body["code"], body["message"], status=answer.status_code, details=body.get("details"))
    except (ValueError, KeyError, TypeError):
        error = UemsError("bad_answer", f"The server answered {answer.status_code} without a reason. See its log.", status=502)
    raise error


def _unreachable(error: httpx.TransportError) -> UemsError:
    return UemsError("server_gone", f"The server stopped answering ({error!r:.200}). Run the command again.", status=503)


def find_server(home: Path) -> Running | None:
    """The server that answers for this home now; None when there is none or only the traces of one."""
    found = read_server(home)
    if found is None or not is_alive(found.pid):
        return None
    try:
        answer = httpx.get(f"{found.url}/healthz", timeout=2.0, trust_env=False)
        return found if answer.is_success and answer.json().get("instance") == found.instance else None
    except (httpx.HTTPError, ValueError, AttributeError):
        return None


@contextmanager
def open_client(settings: Settings, what: str) -> Iterator[Client]:
    """A client for this home. what: the command, shown to whoever has to wait for this process.

    Raises ``home_in_use`` when another process holds the home and does not answer.
    """
    found = find_server(settings.home)
    if found is None:
        claimed = _claim_or_server(settings, what)
        if isinstance(claimed, Running):
            found = claimed
        else:
            try:
                with _inside(settings) as client:
                    yield client
            finally:
                claimed.release()
            return
    with connect(found) as client:
        yield client


@contextmanager
def connect(running: Running) -> Iterator[Client]:
    """A client of this very server."""
    with httpx.Client(base_url=running.url, headers=_bearer(running.token), timeout=TIMEOUT, trust_env=False, verify=_NOBODY) as http:
        yield Client(http, remote=True)


def _claim_or_server(settings: Settings, what: str) -> Claim | Running:
    """The claim on the home, or the server that came up while we waited for it."""
    deadline = time.monotonic() + WAIT_SECONDS

    def tell(owner: Owner) -> None:
        say(f"Waiting for `{owner.what}` (process {owner.pid}) ...")

    first: Callable[[Owner], None] | None = tell
    while True:
        try:
            return claim(settings, what, wait_seconds=0.3, on_wait=first)
        except UemsError as error:
            if error.code != "home_in_use" or time.monotonic() >= deadline:
                raise
        first = None
        found = find_server(settings.home)
        if found is not None:
            return found


def _bearer(token: str) -> Mapping[str, str]:
    return {"Authorization": f"Bearer {token}"}


@contextmanager
def _inside(settings: Settings) -> Iterator[Client]:
    """The same application, run by this process for the length of one command. What it logs goes into a file, not on the screen."""
    logging.basicConfig(
        handlers=[logging.FileHandler(settings.home / LOG, delay=True)], format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    from uems.access import api as access
    from uems.cli.serving import serve_in_thread

    with tempfile.TemporaryDirectory(prefix="uems-") as folder:
        socket_path = str(Path(folder) / "http")
        with serve_in_thread(settings, socket_path):
            bearer = _bearer(access.operator_token(settings.home))
            transport = httpx.HTTPTransport(uds=socket_path, verify=_NOBODY)
            with httpx.Client(transport=transport, base_url="http://uems", headers=bearer, timeout=TIMEOUT) as http:
                yield Client(http, remote=False)
