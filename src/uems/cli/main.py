"""What does every command have in common? The command line itself, its options, and how it ends."""

import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from uems.cli.output import Format, fail
from uems.kernel.errors import UemsError
from uems.kernel.settings import load_settings


class Commands(TyperGroup):
    """Shows an expected error as message and code, never as a traceback, and ends with 1 (a wrong command line ends with 2)."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except UemsError as error:
            fail(error)
            raise typer.Exit(1) from error
        except BrokenPipeError:
            # Whoever read our output (head, less) has had enough; nothing may be written at exit either.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(0) from None


def group(help: str) -> typer.Typer:
    """A command that has commands."""
    return typer.Typer(no_args_is_help=True, rich_markup_mode="markdown", help=help)


app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help=(
        "UEMS, the user engineering management system. All state lives under UEMS_HOME (./.uems).\n\n"
        "Start with `uems init`, then `uems serve`. Every command talks to the server that runs on this home, "
        "or opens the data itself when none does. It ends with 0 when all went well, 1 on an error, 2 on a wrong command line."
    ),
)


def _version(wanted: bool) -> None:
    if wanted:
        from uems import __version__

        print(f"uems {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    home: Annotated[Path | None, typer.Option(help="The folder that holds all state; same as UEMS_HOME.")] = None,
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and end.")] = False,
) -> None:
    if home is not None:
        os.environ["UEMS_HOME"] = str(home)


WorkspaceOption = Annotated[str | None, typer.Option("--workspace", "-w", help="Slug of the workspace; not needed when there is only one.")]
FormatOption = Annotated[Format, typer.Option("--format", "-f", help="How to print the answer.")]


@contextmanager
def connected() -> Iterator[Any]:
    """A ``Client`` for this home, named after the command that runs."""
    from uems.cli.client import open_client

    what = " ".join(["uems", *(word for word in sys.argv[1:3] if not word.startswith("-"))])
    with open_client(load_settings(), what) as client:
        gc.enable()
        yield client
