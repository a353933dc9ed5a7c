"""Can only the owner of the home folder speak as the operator?"""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from uems.access.operator import FILE, operator_token
from uems.kernel.errors import UemsError


def test_the_key_stays_the_same_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    token = operator_token(tmp_path / "home")
    assert operator_token(tmp_path / "home") == token
    assert stat.S_IMODE((tmp_path / "home" / FILE).stat().st_mode) == 0o600
    assert len(token) > 40


def test_two_homes_have_two_keys(tmp_path: Path) -> None:
    assert operator_token(tmp_path / "a") != operator_token(tmp_path / "b")


def test_starters_side_by_side_agree_on_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as pool:
        tokens = set(pool.map(lambda _: operator_token(tmp_path / "home"), range(64)))
    assert len(tokens) == 1
    assert [p.name for p in (tmp_path / "home").iterdir()] == [FILE]


def test_a_home_that_cannot_be_written_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file")
    with pytest.raises(UemsError) as refused:
        operator_token(tmp_path / "home")
    assert refused.value.code == "home_unusable"
