"""Which commands are there, with which options? One page from the command line itself."""

import inspect
from collections.abc import Iterator
from enum import Enum
from typing import Any

from tools.tables import table


def _walk(command: Any, path: str) -> Iterator[tuple[str, Any]]:
    for name, child in getattr(command, "commands", {}).items():
        yield from _walk(child, f"{path} {name}")
    if not hasattr(command, "commands"):
        yield path, command


def _default(parameter: Any) -> str:
    if callable(parameter.default) or parameter.default in (None, False, ()) or getattr(parameter, "default_factory", None):
        return ""
    return f"`{getattr(parameter.default, 'value', parameter.default)}`"


def _option(parameter: Any) -> tuple[str, str, str]:
    names = ", ".join(f"`{name}`" for name in parameter.opts) if parameter.param_type_name == "option" else f"`{parameter.name.upper()}`"
    kind = parameter.type_descriptor.annotation
    said = parameter.help or ""
    if inspect.isclass(kind) and issubclass(kind, Enum):
        listed = ", ".join(f"`{choice.value}`" for choice in kind)
        said += f" One of: {listed}."
    return names, _default(parameter), said


def cli_page(note: str) -> str:
    import typer.main

    import uems.cli.commands  # noqa: F401  each module adds its commands
    from uems.cli.main import app

    root = typer.main.get_command(app)
    parts = [
        f"{note}# Commands\n\n",
        "All commands work on the home folder (`UEMS_HOME`, or `uems --home FOLDER ...`). They ask the server that runs on it, or\n"
        "open the data themselves when none does. Exit codes: 0 all went well, 1 an error (message and code on standard error),\n"
        "2 a wrong command line. `--format json` prints for programs.\n",
    ]
    for path, command in _walk(root, "uems"):
        arguments = " ".join(f"{p.name.upper()}" for p in command.params if p.param_type_name == "argument")
        said = inspect.cleandoc(command.help or "")
        parts.append(f"\n## {path} {arguments}".rstrip() + f"\n\n{said}\n")
        rows = [_option(parameter) for parameter in command.params if parameter.name != "help"]
        if rows:
            parts.append("\n" + table(("Option", "Default", "Meaning"), rows))
    return "".join(parts)
