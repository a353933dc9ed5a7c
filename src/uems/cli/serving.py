"""How does the application run in a process? One uvicorn server, on a port for everybody or on a socket for one command.

It ends cleanly and quickly on SIGTERM and SIGINT, even while a query runs: whoever waits for an answer gets a few seconds,
then the engines are closed, which stops their queries.
"""

import contextlib
import gc
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from types import FrameType
from typing import Literal

import uvicorn

from uems import __version__
from uems.cli.home import Running, claim, forget_server, write_server
from uems.cli.intake_process import IntakeProcess
from uems.kernel.collector import calm_collector
from uems.kernel.errors import UemsError
from uems.kernel.ids import new_id
from uems.kernel.settings import Settings

Role = Literal["all", "api", "worker"]
GRACE_SECONDS = 3
START_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Answering:
    """A server that answers, to whoever runs beside it."""

    url: str
    _server: uvicorn.Server

    @property
    def ending(self) -> bool:
        """True from the moment on that it was told to stop: what fails from here on fails because of that."""
        return self._server.should_exit

    def stop(self) -> None:
        """As SIGTERM would; returns at once."""
        self._server.should_exit = True


class _Server(uvicorn.Server):
    """uvicorn that calls ``on_ready`` once it answers, and gives the exit code to us instead of raising the signal again."""

    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], None], on_end: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_ready, self._on_end = on_ready, on_end

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self._on_ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._on_end()  # or uvicorn would wait for browsers that listen as long as they do
        await super().shutdown(sockets=sockets)

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self.should_exit = True


def _config(app: object, settings: Settings) -> uvicorn.Config:
    return uvicorn.Config(
        app,  # type: ignore[arg-type]  # any ASGI callable
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan="off",
        access_log=False,
        log_level="warning" if settings.log_level == "info" else settings.log_level,
        server_header=False,
        proxy_headers=True,
        backlog=2048,
        log_config=None,  # what it says goes where everything goes
        timeout_graceful_shutdown=GRACE_SECONDS,
    )


def check_role(settings: Settings, role: Role) -> None:
    """Raise ``role_needs_cluster`` for a role that would leave work undone on an embedded home."""
    embedded = settings.warehouse_url.startswith("chdb:") or settings.store_url.startswith("sqlite:")
    if role != "all" and embedded:
        message = (
            f"--role {role} needs a warehouse and a store that several processes share; this home is embedded. "
            "Use --role all, or set UEMS_WAREHOUSE_URL to clickhouse://... and UEMS_STORE_URL to postgresql://..."
        )
        raise UemsError("role_needs_cluster", message, status=422)


def listen(settings: Settings) -> socket.socket:
    """A bound socket, taken before anything else is opened. Raises ``port_taken`` or ``bad_host``."""
    try:
        family = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)[0][0]
        bound = socket.socket(family, socket.SOCK_STREAM)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((settings.host, settings.port))
    except socket.gaierror as error:
        raise UemsError("bad_host", f"UEMS_HOST is {settings.host!r}, no address of this machine ({error}).", status=500) from error
    except OSError as error:
        message = f"Port {settings.port} on {settings.host} cannot be used ({error.strerror}). Choose another with --port."
        raise UemsError("port_taken", message, status=409) from error
    bound.setblocking(False)
    return bound


def local_url(bound: socket.socket) -> str:
    """Where this machine reaches the server: a wildcard address is reached by loopback."""
    host, port = bound.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def serve(settings: Settings, role: Role, on_ready: Callable[[Answering], None]) -> None:
    """Run the server until it is told to stop. on_ready: called once it answers.

    Raises ``home_in_use``, ``port_taken``, and whatever opening the engines raises.
    """
    check_role(settings, role)
    owned = claim(settings, f"uems serve --role {role}", wait_seconds=0.0)
    try:
        bound = listen(settings)
        with contextlib.closing(bound):
            _serve(settings, role, bound, on_ready)
    finally:
        owned.release()


def _serve(settings: Settings, role: Role, bound: socket.socket, on_ready: Callable[[Answering], None]) -> None:
    from uems import app
    from uems.access import api as access

    # Requests share the interpreter with the pipeline; handed over every millisecond instead of every five, they wait less for it.
    sys.setswitchinterval(0.001)
    instance = new_id("srv")
    running = Running(
        pid=os.getpid(),
        url=local_url(bound),
        instance=instance,
        token=access.operator_token(settings.home),
        role=role,
        version=__version__,
        started_at=datetime.now(UTC).isoformat(),
    )
    # Where requests and pipeline share a process, events are taken in by another; it starts while this one opens its engines.
    intake = IntakeProcess(settings, bound) if role == "all" else None
    try:
        house = app.start(settings, role=role, instance=instance)
    except BaseException:
        if intake is not None:
            intake.stop()
        raise
    try:

        def ready() -> None:
            if intake is not None:
                intake.go(server)
            write_server(settings.home, running)
            # What the start made lives as long as the server: the collector need not walk it ever again.
            gc.freeze()
            calm_collector()
            gc.enable()
            threading.Thread(target=house.warm, name="uems-warm", daemon=True).start()
            on_ready(Answering(settings.public_url or running.url.replace("127.0.0.1", "localhost"), server))

        server = _Server(_config(house.web, settings), ready, house.web.hang_up)
        _run(server, [] if intake is not None else [bound], house.stop, intake)
    finally:
        forget_server(settings.home, instance)
        if intake is not None:
            intake.stop()
        house.stop()


def _run(server: uvicorn.Server, sockets: list[socket.socket], stop: Callable[[], None], intake: IntakeProcess | None) -> None:
    # A query in a worker thread cannot be cancelled by its task, and the loop would wait for it: stop the engines from aside.
    watcher = threading.Thread(target=_stop_after_grace, args=(server, stop, intake), daemon=True, name="uems-stop")
    watcher.start()
    server.run(sockets=sockets)


def _stop_after_grace(server: uvicorn.Server, stop: Callable[[], None], intake: IntakeProcess | None) -> None:
    while not server.should_exit:
        time.sleep(0.1)
    if intake is not None:
        intake.refuse()
    time.sleep(GRACE_SECONDS + 0.5)
    stop()


@contextmanager
def serve_in_thread(settings: Settings, path: str) -> Iterator[None]:
    """The whole application on the Unix socket ``path``, for as long as the block lasts."""
    from uems import app

    house = app.start(settings, role="all", instance=new_id("cli"))
    ready = threading.Event()
    bound = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    bound.bind(path)
    bound.setblocking(False)
    server = _Server(_config(house.web, settings), ready.set, house.web.hang_up)
    thread = threading.Thread(target=server.run, args=([bound],), name="uems-http", daemon=True)
    try:
        thread.start()
        if not ready.wait(START_SECONDS):
            raise UemsError("start_failed", "The application did not start inside this command. Run `uems doctor`.", status=500)
        yield
    finally:
        server.should_exit = True
        house.stop()
        thread.join(GRACE_SECONDS + 2)
        bound.close()


def leave(code: int) -> None:
    """End the process at once, after everything was closed: threads of a stopped engine must not hold it up."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
