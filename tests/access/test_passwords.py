"""Are passwords kept so that a stolen store does not give them away, and checked so that nothing leaks?"""

import pytest
from argon2 import PasswordHasher

from uems.access import passwords
from uems.access.passwords import check_password, hash_password, new_password, verify_password
from uems.kernel.errors import UemsError


def test_a_hash_is_argon2id_and_never_the_same_twice() -> None:
    first, second = hash_password("correct horse"), hash_password("correct horse")
    assert first.startswith("$argon2id$")
    assert first != second


def test_the_right_password_passes_and_any_other_does_not() -> None:
    stored = hash_password("correct horse")
    assert verify_password("correct horse", stored).right
    assert not verify_password("correct horsE", stored).right
    assert not verify_password("", stored).right


def test_a_hash_with_older_parameters_still_passes_and_is_made_anew() -> None:
    old = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash("correct horse")
    verdict = verify_password("correct horse", old)
    assert verdict.right
    assert verdict.rehash is not None
    again = verify_password("correct horse", verdict.rehash)
    assert again.right
    assert again.rehash is None


def test_a_wrong_password_never_gives_a_new_hash() -> None:
    old = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash("correct horse")
    assert verify_password("wrong", old).rehash is None


def test_an_unknown_account_costs_one_whole_verification(monkeypatch: pytest.MonkeyPatch) -> None:
    hash_password("warm up")
    verify_password("anything", None)
    verified: list[str] = []
    real = passwords._HASHER

    class Counting:
        def verify(self, stored: str, password: str) -> bool:
            verified.append(stored)
            return real.verify(stored, password)

        def check_needs_rehash(self, stored: str) -> bool:
            return real.check_needs_rehash(stored)

    monkeypatch.setattr(passwords, "_HASHER", Counting())
    assert not verify_password("anything", None).right
    assert [v.split("$")[1:4] for v in verified] == [real.hash("x").split("$")[1:4]]


def test_a_damaged_hash_is_a_wrong_password_and_not_a_crash() -> None:
    assert not verify_password("x", "not a hash").right


@pytest.mark.parametrize("password", ["short", "x" * 1001])
def test_a_password_that_is_too_short_or_too_long_is_refused_without_repeating_it(password: str) -> None:
    with pytest.raises(UemsError) as refused:
        check_password(password)
    assert password not in refused.value.message


def test_generated_passwords_are_accepted_and_differ() -> None:
    made = {new_password() for _ in range(200)}
    assert len(made) == 200
    for password in made:
        check_password(password)
