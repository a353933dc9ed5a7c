"""``uems serve``: the server."""

from enum import StrEnum
from typing import Annotated

import typer

from uems.cli.logs import set_up_logging
from uems.cli.main import app
from uems.cli.output import say
from uems.kernel.settings import load_settings


class RoleName(StrEnum):
    all = "all"
    api = "api"
    worker = "worker"


@app.command()
def serve(
    role: Annotated[RoleName, typer.Option(help="In a cluster: answer requests (api), process events (worker), or both.")] = RoleName.all,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes a free one. Same as UEMS_PORT.")] = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on; 0.0.0.0 for every network. Same as UEMS_HOST.")] = None,
) -> None:
    """Run the server until it is stopped (Ctrl-C or SIGTERM).

    Answers on http://127.0.0.1:8000 unless told otherwise; `GET /healthz` answers when it is ready.
    """
    given = {name: value for name, value in {"port": port, "host": host}.items() if value is not None}
    settings = load_settings(**given)
    set_up_logging(settings)
    from uems.cli import serving

    serving.serve(settings, role.value, lambda server: say(f"UEMS answers on {server.url} (Ctrl-C stops it)"))
    say("Stopped.")
    serving.leave(0)
