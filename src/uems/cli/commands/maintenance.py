"""``uems doctor``, ``backup``, ``restore``: is it well, and how is it kept safe?"""

import os
import platform
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from uems.cli.home import LOCK, claim, read_server
from uems.cli.main import FormatOption, app, connected
from uems.cli.output import Format, console, progress, say, show_json
from uems.kernel.errors import UemsError
from uems.kernel.settings import Settings, load_settings

_ICONS = {"ok": "[green]ok   [/]", "warn": "[yellow]warn [/]", "error": "[red]error[/]"}


def _check(name: str, level: str, message: str, advice: str = "") -> dict[str, str]:
    return {"name": name, "level": level, "message": message, "advice": advice}


def _local_checks(settings: Settings) -> Iterator[dict[str, str]]:
    """What can be seen without opening anything."""
    yield _check("python", "ok", f"{platform.python_version()} on {platform.platform()}")
    engines = ", ".join(f"{name} {version(name)}" for name in ("chdb-core", "sqlalchemy", "pyarrow"))
    yield _check("packages", "ok", f"uems {version('uems')}, {engines}")
    yield _check("settings", "ok", f"warehouse {_shown(settings.warehouse_url)}, store {_shown(settings.store_url)}")
    home = settings.home.absolute()
    if not home.exists():
        yield _check("home", "warn", f"{home} does not exist yet", "Run `uems init`, or name the right folder with UEMS_HOME.")
        return
    facts = home.stat()
    if facts.st_uid != os.geteuid():
        yield _check("home", "error", f"{home} belongs to another user", "Run as the user who owns it.")
    elif facts.st_mode & 0o077:
        yield _check("home", "warn", f"{home} can be read by other users of this machine", f"Run: chmod 700 {home}")
    elif not os.access(home, os.R_OK | os.W_OK | os.X_OK):
        yield _check("home", "error", f"{home} cannot be written", f"Run: chmod 700 {home}")
    else:
        yield _check("home", "ok", f"{home} belongs to this user alone")


def _shown(url: str) -> str:
    """A database address without its password."""
    scheme, mark, rest = url.partition("://")
    return f"{scheme}{mark}{rest.rpartition('@')[2]}" if mark else url


def _house_checks() -> list[dict[str, str]]:
    try:
        with connected() as client:
            found: list[dict[str, str]] = client.get("/api/system/checks")["checks"]
            running = read_server(load_settings().home) if client.remote else None
    except UemsError as error:
        return [_check("application", "error", f"{error.message} ({error.code})", "Put this right first; the other checks need it.")]
    server = f"running at {running.url} (process {running.pid})" if running else "not running; looked from inside this command"
    return [_check("server", "ok", server), *found]


@app.command()
def doctor(format: FormatOption = Format.table) -> None:
    """Check the installation and say what to do about what is wrong.

    Ends with 1 when something does not work; warnings alone end with 0.
    """
    settings = load_settings()
    checks = [*_local_checks(settings)]
    if settings.home.exists():
        checks += _house_checks()
    if format is Format.table:
        for check in checks:
            console().print(f"{_ICONS[check['level']]} {check['name']}: ", end="")
            console().print(check["message"], markup=False)
            if check["advice"]:
                console().print(f"      {check['advice']}", markup=False)
    else:
        show_json(checks)
    if any(check["level"] == "error" for check in checks):
        raise typer.Exit(1)


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="Where to write the archive (tar). Must not exist yet.", dir_okay=False)],
) -> None:
    """Write everything this home holds into one file. Works while the server runs; collection goes on.

    Example: `uems backup /backups/uems-2026-03-02.tar`
    """
    if file.exists():
        raise UemsError("file_exists", f"{file} exists already. Name another file, or remove it first.", status=409)
    part = file.with_name(f".{file.name}.part")
    try:
        with connected() as client, client.stream("POST", "/api/system/backup") as answer, part.open("wb") as target:
            part.chmod(0o600)
            total = int(answer.headers["X-Uems-Bytes"])
            with progress("Backing up") as update:
                for piece in answer.iter_bytes(1 << 20):
                    target.write(piece)
                    update(target.tell(), total)
            target.flush()
            os.fsync(target.fileno())
        part.replace(file)
    except OSError as error:
        raise UemsError("file_unusable", f"{file} cannot be written ({error.strerror}).", status=500) from error
    finally:
        part.unlink(missing_ok=True)
    say(f"{file}: {file.stat().st_size / 1e6:,.1f} MB. Bring it back with `uems restore {file}`.")


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="An archive made by `uems backup`.", exists=True, dir_okay=False)],
    force: Annotated[bool, typer.Option("--force", help="Replace what the home holds; that is moved aside, not deleted.")] = False,
) -> None:
    """Bring a backup back into an empty home. The server must not run.

    Example: `UEMS_HOME=/srv/uems uems restore /backups/uems-2026-03-02.tar`
    """
    from uems.kernel.backup import MANIFEST, unpack  # with it come the engines

    settings = load_settings()
    owned = claim(settings, "uems restore", wait_seconds=0.0)
    home = settings.home.absolute()
    fresh = home / ".restore"
    try:
        standing = [path for path in home.iterdir() if path.name != LOCK and not path.name.startswith(".")]
        if standing and not force:
            message = f"{home} is not empty. Choose another UEMS_HOME, or replace what is there with --force."
            raise UemsError("home_not_empty", message, status=409)
        shutil.rmtree(fresh, ignore_errors=True)
        with file.open("rb") as stream, progress("Restoring") as update:
            unpack(stream, fresh, update)
        aside = home / f".replaced-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
        if standing:
            aside.mkdir(mode=0o700)
            for path in standing:
                path.rename(aside / path.name)
        home.chmod(0o700)
        for path in fresh.iterdir():
            if path.name != MANIFEST:
                path.rename(home / path.name)
    except OSError as error:
        raise UemsError("restore_failed", f"{file} cannot be brought back ({error}). What was there before stands.", status=500) from error
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
        owned.release()
    say(f"{home} holds what {file} held." + (f" What was there before is in {aside}." if standing else ""))
