"""Does the wheel hold the whole program: code, migrations, the built web UI and the command?"""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
STATIC = ROOT / "src" / "uems" / "web" / "static"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not (STATIC / "index.html").exists() and not os.environ.get("CI"):
        pytest.skip("the web UI is not built here; run `make setup`")
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=120)
    (made,) = folder.glob("*.whl")
    return made


@pytest.mark.slow
def test_the_wheel_carries_the_web_ui_the_migrations_and_the_licence(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    built = {f"uems/web/static/{path.relative_to(STATIC)}" for path in STATIC.rglob("*") if path.is_file()}
    assert "uems/web/static/index.html" in built
    assert any(name.endswith(".js") for name in built)
    assert built <= names
    versions = {f"uems/migrations/versions/{path.name}" for path in (ROOT / "src/uems/migrations/versions").glob("*.py")}
    assert versions
    assert versions <= names
    assert any(name.endswith("LICENSE") for name in names)
    assert not [name for name in names if name.startswith(("tests/", "ui/")) or "__pycache__" in name]


@pytest.mark.slow
def test_the_command_runs_from_the_wheel_alone(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
        entry = next(name for name in archive.namelist() if name.endswith("entry_points.txt"))
        assert "uems = uems.cli:main" in archive.read(entry).decode()
    script = "import uems; print(uems.__file__); from uems.cli import main; main()"
    env = {**os.environ, "PYTHONPATH": str(tmp_path / "site")}
    done = subprocess.run([sys.executable, "-c", script, "--version"], env=env, cwd=tmp_path, capture_output=True, text=True, check=True)
    where, said = done.stdout.splitlines()
    assert where.startswith(str(tmp_path))
    assert said.startswith("uems 0.")
