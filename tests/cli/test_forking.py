"""Does a command that runs as a fork do what it does as a program of its own?"""

from pathlib import Path

import pytest

from tests.support.cli import Ran, Uems


def both(home: Path, *arguments: str, **more: str) -> tuple[Ran, Ran]:
    return Uems(home=home, env=more).run(*arguments), Uems(home=home, env=more, alone=True).run(*arguments)


@pytest.mark.parametrize(
    ("arguments", "code"), [(("--version",), 0), (("report", "overview"), 1), (("nothing",), 2), (("key", "create", "--help"), 0)]
)
def test_says_and_ends_alike(tmp_path: Path, arguments: tuple[str, ...], code: int) -> None:
    forked, alone = both(tmp_path / "home", *arguments)
    assert (forked.code, forked.out, forked.err) == (alone.code, alone.out, alone.err)
    assert forked.code == code


def test_knows_nothing_of_the_one_before(tmp_path: Path) -> None:
    wide = Uems(home=tmp_path / "home", env={"COLUMNS": "150", "UEMS_LOG_PARTITIONS": "never"}).run("report", "overview")
    assert wide.code != 0
    assert "UEMS_LOG_PARTITIONS" in wide.err
    forked, alone = both(tmp_path / "home", "report", "overview")
    assert "UEMS_LOG_PARTITIONS" not in forked.err
    assert forked == alone


def test_a_server_that_is_killed_says_by_what(tmp_path: Path) -> None:
    server = Uems(home=tmp_path / "home").serve()
    assert server.process.poll() is None
    server.kill()
    assert server.process.poll() == -9
