"""Does the source tree keep its own rules: size, layering, one door a room, locks without addresses, documents in step?"""

import ast
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from tools import reference

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "uems"
UI = ROOT / "ui" / "src"
FILE_LINES, FUNCTION_LINES, FILE_BYTES = 500, 80, 1_000_000

# A room is entered by these. `web` also mounts the routes of each room; `app` builds and calls the web application.
DOORS = {"api", "registry"}
EXTRA_DOORS = {"web": {"routes"}}
KERNEL, OPEN_MODULES = "kernel", {("web", "app")}


def python_files() -> list[Path]:
    return sorted(SOURCE.rglob("*.py"))


def ui_files() -> list[Path]:
    """Written by hand only: a `.d.ts` is generated from the API description."""
    return sorted(path for path in UI.rglob("*") if path.suffix in {".ts", ".tsx"} and not path.name.endswith(".d.ts"))


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.decode()
    return [path for name in listed.split("\0") if name and (path := ROOT / name).is_file()]


def shown(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_no_source_file_is_longer_than_500_lines() -> None:
    files = python_files() + ui_files()
    assert files
    long = [f"{shown(path)}: {count}" for path in files if (count := len(path.read_text("utf-8").splitlines())) > FILE_LINES]
    assert long == []


def test_no_python_function_is_longer_than_80_lines() -> None:
    long = []
    for path in python_files():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > FUNCTION_LINES:
                    long.append(f"{shown(path)}:{node.lineno} {node.name}: {lines}")
    assert long == []


TS_FUNCTION = re.compile(
    r"^(\s*)(?:export\s+)?(?:default\s+)?(?:async\s+)?(?:function\b\s*\*?\s*(\w*)|(?:const|let)\s+(\w+)\b.*=>\s*[({]$)"
)


def ui_functions(text: str) -> Iterator[tuple[int, str, int]]:
    """(line, name, length) of each function, read by indentation: it ends at the first later line closed as far left as it opened."""
    lines = text.splitlines()
    for number, line in enumerate(lines):
        found = TS_FUNCTION.match(line)
        if not found:
            continue
        closing = re.compile(rf"^{found[1]}[}})\]]")
        # Parameters over several lines are closed as far left as the function itself: start after the brace that opens its body.
        opened = next((n for n in range(number, len(lines)) if lines[n].rstrip().endswith(("{", "=> ("))), number)
        end = next((n for n in range(opened + 1, len(lines)) if closing.match(lines[n])), len(lines) - 1)
        yield number + 1, found[2] or found[3] or "default", end - number + 1


def test_no_ui_function_is_longer_than_80_lines() -> None:
    long = [
        f"{shown(path)}:{line} {name}: {length}"
        for path in ui_files()
        for line, name, length in ui_functions(path.read_text("utf-8"))
        if length > FUNCTION_LINES
    ]
    assert long == []


def imports_of(path: Path) -> Iterator[tuple[int, str]]:
    """(line, dotted name) of everything a file imports from uems; `from uems.x import api` counts as uems.x.api."""
    here = ".".join(path.relative_to(SOURCE.parent).with_suffix("").parts)
    package = here if path.name == "__init__.py" else here.rsplit(".", 1)[0]
    package = package.removesuffix(".__init__")
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                up = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*up, base]).rstrip(".")
            yield from ((node.lineno, f"{base}.{alias.name}") for alias in node.names)


def is_module(parts: list[str]) -> bool:
    path = SOURCE.joinpath(*parts)
    return path.with_suffix(".py").exists() or (path / "__init__.py").exists()


def test_a_room_is_entered_only_by_its_doors() -> None:
    wrong = []
    for path in python_files():
        own = path.relative_to(SOURCE).parts[0].removesuffix(".py")
        allowed = DOORS | EXTRA_DOORS.get(own, set())
        for line, name in imports_of(path):
            parts = name.split(".")
            if parts[0] != "uems" or len(parts) < 2 or parts[1] in {own, KERNEL, "__version__"}:
                continue
            if not (SOURCE / parts[1]).is_dir():
                continue  # a single module, such as app.py, is its own door
            inside = parts[2] if len(parts) > 2 else ""
            if inside not in allowed and (parts[1], inside) not in OPEN_MODULES:
                wrong.append(f"{shown(path)}:{line} imports {name}")
    assert wrong == []


def test_a_module_with_an_underscore_is_imported_only_inside_its_folder() -> None:
    wrong = []
    for path in python_files():
        for line, name in imports_of(path):
            parts = name.split(".")
            if parts[0] != "uems":
                continue
            for depth, part in enumerate(parts[1:], 1):
                private = part.startswith("_") and not part.startswith("__")
                if private and is_module(parts[1 : depth + 1]) and path.parent != SOURCE.joinpath(*parts[1:depth]):
                    wrong.append(f"{shown(path)}:{line} imports {name}")
    assert wrong == []


def test_every_python_module_opens_with_a_docstring() -> None:
    bare = [shown(path) for path in python_files() if not ast.get_docstring(ast.parse(path.read_text("utf-8")))]
    assert bare == []


LOCKS = ["requirements.lock", "requirements-dev.lock", "requirements-demo.lock", "requirements-oracle.lock"]


@pytest.mark.parametrize("name", LOCKS)
def test_a_python_lock_pins_by_hash_and_names_no_address(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    assert "://" not in text
    assert not re.search(r"^\s*(-i|-f|--index-url|--extra-index-url|--find-links|--trusted-host)\b", text, re.MULTILINE)
    pinned = re.findall(r"^[a-z0-9][\w.-]*==\S+", text, re.MULTILINE)
    assert pinned
    assert len(pinned) == len(re.findall(r"==[^\n]*\\\n\s+--hash=sha256:[0-9a-f]{64}", text))


def test_the_runtime_lock_is_part_of_the_development_lock() -> None:
    def pins(name: str) -> set[str]:
        return set(re.findall(r"^[a-z0-9][\w.-]*==[^\s;]+", (ROOT / name).read_text("utf-8"), re.MULTILINE))

    assert pins("requirements.lock") <= pins("requirements-dev.lock")


def test_every_declared_dependency_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    locked = {name for lock in LOCKS for name in re.findall(r"^([a-z0-9][\w.-]*)==", (ROOT / lock).read_text("utf-8"), re.MULTILINE)}
    declared = [
        *project["project"]["dependencies"],
        *project["project"]["optional-dependencies"]["demo"],
        *(line for group in project["dependency-groups"].values() for line in group),
    ]
    names = {re.split(r"[\[<>=!~ ;]", line, maxsplit=1)[0].lower().replace("_", "-") for line in declared}
    assert names - locked == set()


def test_chinese_is_punctuated_as_chinese() -> None:
    """As in the interface: full-width marks beside Chinese letters. Patterns and comments to programmers are no text for users."""
    halves = re.compile(r"(?<=[\u4e00-\u9fff》）])[,:;?!]|[,:;](?=[\u4e00-\u9fff“《（])")
    wrong: list[str] = []
    for path in sorted(SOURCE.rglob("*.py")):
        nodes = list(ast.walk(ast.parse(path.read_text("utf-8"))))
        notes = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
        for one in nodes:
            if isinstance(one, ast.Constant) and isinstance(one.value, str) and id(one) not in notes:
                text = one.value
                wrong += [f"{shown(path)}:{one.lineno}: {text[:60]}"] if halves.search(text) and "\\" not in text else []
    assert wrong == []


def test_a_node_lock_names_no_address() -> None:
    locks = [path for path in tracked() if path.name == "package-lock.json"]
    assert locks
    assert [shown(path) for path in locks if "://" in path.read_text("utf-8")] == []
    # npm leaves them out by itself only where it is told to.
    rules = [path.with_name(".npmrc") for path in locks]
    assert [shown(path) for path in rules if "omit-lockfile-registry-resolved=true" not in path.read_text("utf-8").splitlines()] == []


def test_no_tracked_file_is_larger_than_a_megabyte() -> None:
    assert [shown(path) for path in tracked() if path.stat().st_size > FILE_BYTES] == []


def test_every_room_stands_in_the_glossary() -> None:
    glossary = (ROOT / "docs" / "glossary.md").read_text("utf-8")
    rooms = [path.name for path in SOURCE.iterdir() if (path / "__init__.py").exists() and path.name != "migrations"]
    assert [room for room in rooms if f"`{room}`" not in glossary] == []


def test_the_reference_is_what_the_code_says() -> None:
    stale = [
        name
        for name, text in reference.pages().items()
        if not (reference.PAGES / name).exists() or (reference.PAGES / name).read_text("utf-8") != text
    ]
    assert stale == [], "run `make docs` and commit docs/reference"


LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")


def test_links_between_documents_lead_somewhere() -> None:
    documents = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *SOURCE.rglob("*.md")]
    broken = [
        f"{shown(path)}: {target}"
        for path in documents
        for target in LINK.findall(path.read_text("utf-8"))
        if "://" not in target and not target.startswith("mailto:") and not (path.parent / target).exists()
    ]
    assert broken == []
