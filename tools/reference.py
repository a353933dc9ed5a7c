"""What may an operator set, see and call? Writes docs/reference from the code, so that it cannot drift.

`make docs` runs it; a test holds the pages in the tree equal to what it writes.
"""

import ast
import importlib
import pkgutil
import sys
from collections.abc import Iterator
from pathlib import Path

from tools.reference_cli import cli_page
from tools.reference_http import http_page
from tools.tables import table

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "uems"
PAGES = ROOT / "docs" / "reference"
NOTE = "<!-- Written by `make docs` from the code. Change the code, then run it again. -->\n\n"


def settings_page() -> str:
    from uems.kernel.settings import Settings

    rows: list[tuple[str, ...]] = []
    for name, field in Settings.model_fields.items():
        default = field.default
        shown = '""' if default == "" else str(default).lower() if isinstance(default, bool) else str(default)
        rows.append((f"`UEMS_{name.upper()}`", f"`{name}`", f"`{shown}`", field.description or ""))
    return (
        f"{NOTE}# Settings\n\n"
        "Set a value in the environment, or in `uems.toml` in the working folder; the environment wins.\n"
        "Every value is checked before anything starts, and an unknown name in the file is refused.\n\n"
        + table(("Environment", "In uems.toml", "Default", "What it does"), rows)
    )


def _text_of(node: ast.expr) -> str:
    """The message as a reader would see it, with `…` where a value is put in."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=values):
            return "".join(_text_of(value) for value in values)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _text_of(left) + _text_of(right)
        case _:
            return "…"


_ERRORS = frozenset({"UemsError", "OutboundError"})


def _status_of(call: ast.Call) -> str:
    for keyword in call.keywords:
        if keyword.arg == "permanent":  # an OutboundError: 422 when a retry is pointless
            known = isinstance(keyword.value, ast.Constant)
            return "422 or 502" if not known else "422" if ast.literal_eval(keyword.value) else "502"
        if keyword.arg == "status":
            return str(keyword.value.value) if isinstance(keyword.value, ast.Constant) else "varies"
    return "400"


def _given(name: str, scope: ast.AST) -> list[ast.expr]:
    """What is assigned to ``name`` in ``scope``."""
    found = [node for node in ast.walk(scope) if isinstance(node, ast.Assign)]
    return [node.value for node in found if any(isinstance(target, ast.Name) and target.id == name for target in node.targets)]


def _known_code(node: ast.expr, scope: ast.AST, module: ast.AST) -> list[str]:
    """The codes that an argument can be: a text, one of several, a name that is given one, or a look-up in a table of the module."""
    match node:
        case ast.Constant(value=str(code)):
            return [code]
        case ast.IfExp(body=one, orelse=other):
            return _known_code(one, scope, module) + _known_code(other, scope, module)
        case ast.BoolOp(values=values):
            return [code for value in values for code in _known_code(value, scope, module)]
        case ast.Call(func=ast.Attribute(value=ast.Name(id=table), attr="get")):
            tables = [given for given in _given(table, module) if isinstance(given, ast.Dict)]
            return [code for given in tables for value in given.values for code in _known_code(value, scope, module)]
        case ast.Name(id=name):
            values = [value for value in _given(name, scope) if not isinstance(value, ast.Name)]
            return [code for value in values for code in _known_code(value, scope, module)]
        case _:
            return []


def error_calls() -> Iterator[tuple[str, str, str, str]]:
    """(code, status, room, message) of every `UemsError(code, message, status=...)` in the source."""
    for path in sorted(SOURCE.rglob("*.py")):
        room = path.relative_to(SOURCE).parts[0].removesuffix(".py")
        tree = ast.parse(path.read_text("utf-8"))
        functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
        for scope in functions:
            for node in ast.walk(scope):
                if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "UemsError" and node.args):
                    continue
                message = node.args[1] if len(node.args) > 1 else ast.Constant("")
                if isinstance(message, ast.Name):
                    message = next(iter(_given(message.id, scope)), message)
                for code in _known_code(node.args[0], scope, tree):
                    yield code, _status_of(node), room, _text_of(message)


def errors_page() -> str:
    found: dict[str, tuple[set[str], set[str], list[str]]] = {}
    for code, status, room, message in error_calls():
        statuses, rooms, messages = found.setdefault(code, (set(), set(), []))
        statuses.add(status)
        rooms.add(room)
        if message and message != "…" and message not in messages:
            messages.append(message)
    rows = [
        (f"`{code}`", ", ".join(sorted(statuses)), ", ".join(sorted(rooms)), " / ".join(messages[:3]))
        for code, (statuses, rooms, messages) in sorted(found.items())
    ]
    return (
        f"{NOTE}# Errors\n\n"
        'Every error, over HTTP and on the command line, has one shape: `{"code", "message", "details"}`. The code is stable;\n'
        "the message says what went wrong, what was got, what was wanted and what to do next. `…` stands for a value.\n\n"
        + table(("Code", "Status", "Room", "Message"), rows)
    )


def rooms() -> list[str]:
    """The folders and single modules directly under src/uems, sorted."""
    return sorted(info.name for info in pkgutil.iter_modules([str(SOURCE)]))


def rooms_page() -> str:
    rows: list[tuple[str, ...]] = []
    for room in rooms():
        path = SOURCE / room / "__init__.py"
        path = path if path.exists() else SOURCE / f"{room}.py"
        rows.append((f"`{room}`", ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""))
    return f"{NOTE}# Rooms\n\nThe parts of the source tree, and the question each answers.\n\n" + table(("Room", "Question"), rows)


def registries_page() -> str:
    from uems.kernel.registry import Registry

    parts = [f"{NOTE}# Registered items\n\nWhat can be chosen by key. Adding one is adding one file to the folder that is named.\n"]
    for path in sorted(SOURCE.rglob("registry.py")):
        module = importlib.import_module(".".join(path.relative_to(SOURCE.parent).with_suffix("").parts))
        for registry in vars(module).values():
            if not isinstance(registry, Registry) or registry.package.startswith("uems.kernel"):
                continue
            parts.append(f"\n## {registry.kind} (`src/{registry.package.replace('.', '/')}/`)\n\n")
            rows = []
            for item in registry:
                options = ", ".join(f"`{name}`" for name in item.Config.model_fields)
                rows.append((f"`{item.key}`", item.label_en, item.label_zh, options or "none"))
            parts.append(table(("Key", "English", "中文", "Options"), rows))
    return "".join(parts)


def pages() -> dict[str, str]:
    """File name → content of every generated page."""
    return {
        "settings.md": settings_page(),
        "errors.md": errors_page(),
        "rooms.md": rooms_page(),
        "registries.md": registries_page(),
        "http-api.md": http_page(NOTE),
        "cli.md": cli_page(NOTE),
    }


def main() -> int:
    PAGES.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (PAGES / name).write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
