"""Do the guides work as they are written? Their files are made, their commands run, and their clients send."""

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.support.cli import Server, Uems
from uems.kernel.outbound import signature

GUIDES = Path(__file__).resolve().parent.parent / "docs" / "guides"
BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(guide: str) -> list[tuple[str, str, str]]:
    """(language, file name or "", text) of each code block, in order."""
    return BLOCK.findall((GUIDES / guide).read_text("utf-8"))


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[tuple[Uems, Server]]:
    uems = Uems(home=tmp_path / "home")
    server = uems.serve()
    try:
        assert uems.run("init", "--workspace", "shop", "--zone", "Asia/Shanghai", "--currency", "CNY", "--format", "json").code == 0
        yield uems, server
    finally:
        server.stop()


@pytest.mark.slow
def test_the_guide_to_importing_files_works_as_written(shop: tuple[Uems, Server], tmp_path: Path) -> None:
    uems = shop[0]
    ran = []
    for language, name, text in blocks("import-files.md"):
        if name:
            (tmp_path / name).write_text(text)
        elif language == "sh":
            for line in text.splitlines():
                program, *arguments = shlex.split(line, comments=True)
                assert program == "uems"
                done = uems.run(*(str(tmp_path / word) if (tmp_path / word).exists() else word for word in arguments))
                assert done.code == 0, (line, done.err)
                ran.append(arguments[0])
    assert ran == ["import", "import", "report"]
    found = uems.run("report", "overview", "--format", "json").json()
    # 13.00 + 4.50, in two orders of two people; the first is of the evening of the 31st in Shanghai.
    assert (found["people"], found["orders"], found["revenue_minor"]) == (2, 2, 1750)
    assert [day["orders"] for day in found["series"]] == [1, 1]


@pytest.mark.slow
def test_the_guide_to_sending_events_works_as_written_from_curl_and_python(shop: tuple[Uems, Server], tmp_path: Path) -> None:
    uems, server = shop
    key = uems.run("key", "create", "--kind", "write", "--name", "web", "--format", "json").json()["token"]
    ran = []
    for language, _, text in blocks("send-events.md"):
        told = text.replace("WRITE_KEY", key).replace("http://localhost:8000", server.url)
        if language == "sh" and text.startswith("curl"):
            subprocess.run(["bash", "-ec", told.replace("curl ", "curl --fail --silent --show-error ", 1)], check=True, capture_output=True)
            ran.append("curl")
        elif language == "python":
            (tmp_path / "send.py").write_text(told)
            env = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
            subprocess.run([sys.executable, str(tmp_path / "send.py")], check=True, env=env, timeout=60)
            ran.append("python")
    assert ran == ["curl", "python"]
    assert server.stop() == 0
    found = uems.run("report", "overview", "--format", "json").json()
    assert found["events"] == {"Order Completed": 1, "Product Viewed": 1, "identify": 1}
    assert found["people"] == 1
    assert found["revenue_minor"] == 2550


@pytest.mark.slow
def test_the_guide_to_definitions_as_code_works_as_written(shop: tuple[Uems, Server], tmp_path: Path) -> None:
    uems = shop[0]
    ran = []
    for language, name, text in blocks("definitions-as-code.md"):
        if name:
            (tmp_path / name).write_text(text)
        elif language == "sh":
            for line in text.splitlines():
                _, *arguments = shlex.split(line)
                done = uems.run(*(str(tmp_path / word) if (tmp_path / word).exists() else word for word in arguments))
                assert done.code == 0, (line, done.err)
                ran.append(arguments[0])
    assert ran == ["plan", "apply", "export-config"]
    assert "big_spender" in done.out
    assert uems.run("plan", str(tmp_path / "definitions.yaml"), "--check").code == 0


def test_the_signature_check_of_the_guide_takes_what_a_sync_sends_and_nothing_else() -> None:
    text = next(text for language, _, text in blocks("hand-over.md") if language == "python")
    found: dict[str, Any] = {}
    exec(text, found)
    body = b'{"delivery_id":"d"}'
    header = signature("s3cret", body, datetime(2026, 3, 2, tzinfo=UTC))
    assert found["is_ours"]("s3cret", header, body)
    assert not found["is_ours"]("s3cret", header, body + b" ")
    assert not found["is_ours"]("other", header, body)


def test_every_command_that_a_guide_or_the_readme_shows_exists() -> None:
    import typer.main

    import uems.cli.commands  # noqa: F401  each module adds its commands
    from uems.cli.main import app

    root = typer.main.get_command(app)
    shown = []
    for path in [*GUIDES.glob("*.md"), *GUIDES.parent.parent.glob("README*.md")]:
        shown += [(path.name, line) for line in re.findall(r"(?:^|[`/ =])uems ((?:[a-z-]+ ?){1,2})", path.read_text("utf-8"), re.MULTILINE)]
    assert len(shown) > 10
    for name, words in shown:
        first, *rest = words.split()
        if first in ("cd", "system", "the"):
            continue
        assert first in root.commands, (name, words)  # type: ignore[attr-defined]
        inner = getattr(root.commands[first], "commands", None)  # type: ignore[attr-defined]
        if inner and rest:
            assert rest[0] in inner, (name, words)


@pytest.mark.slow
def test_the_guide_to_simulating_a_shop_works_as_written(tmp_path: Path) -> None:
    uems = Uems(home=tmp_path / "home")
    assert uems.run("init", "--workspace", "shop", "--zone", "Asia/Shanghai", "--currency", "CNY", "--format", "json").code == 0
    for _, name, text in blocks("simulate.md"):
        if name:
            (tmp_path / name).write_text(text)
    for language, _, text in blocks("simulate.md"):
        if language == "sh" and "--live" not in text:
            words = [str(tmp_path / word) if word in ("effects.yaml", "truth", "out") else word for word in shlex.split(text)[1:]]
            done = uems.run(*words)
            assert done.code == 0, done.err
    truth = json.loads((tmp_path / "truth" / "truth.json").read_text())
    assert [item["effect"]["kind"] for item in truth["effects"]] == ["broken_step", "price_change", "viral_invitation"]
    assert (tmp_path / "out" / "events.parquet").exists()
    assert uems.run("report", "overview", "--format", "json").json()["orders"] == truth["totals"]["orders"]


@pytest.mark.slow
def test_the_guide_to_dashboards_works_as_written(tmp_path: Path) -> None:
    uems = Uems(home=tmp_path / "home", env={"UEMS_SMTP_HOST": "127.0.0.1"})
    server = uems.serve()
    try:
        assert uems.run("init", "--workspace", "shop", "--zone", "Asia/Shanghai", "--currency", "CNY", "--format", "json").code == 0
        allowed = ("dashboards:read", "dashboards:write", "kpis:read")
        given = [word for one in allowed for word in ("--permission", one)]
        key = uems.run("key", "create", "--kind", "api", "--name", "guide", *given, "--format", "json").json()["token"]
        said = []
        for language, _, text in blocks("dashboards.md"):
            if language == "sh":
                told = text.replace("API_KEY", key).replace("http://localhost:8000", server.url)
                command = told.replace("curl ", "curl --fail --silent --show-error ", 1)
                done = subprocess.run(["bash", "-ec", command], check=True, capture_output=True, cwd=tmp_path)
                said.append(done.stdout)
        assert json.loads(said[0])["version"] == 1
        shared = f"curl --fail --silent {server.url}/api/shared/{json.loads(said[1])['token']}"
        assert json.loads(subprocess.run(["bash", "-ec", shared], check=True, capture_output=True).stdout)["name"] == "Weekly"
        assert (tmp_path / "weekly.pdf").read_bytes().startswith(b"%PDF")
        assert json.loads(said[3])["next_at"].endswith("T00:00:00Z")  # eight in the morning, in Shanghai
    finally:
        server.stop()
