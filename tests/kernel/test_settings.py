"""Are wrong settings refused before anything starts, all at once, and without showing a secret?"""

import pytest

from uems.kernel.errors import UemsError
from uems.kernel.settings import Settings, load_settings


def refused(**given: object) -> str:
    with pytest.raises(UemsError) as caught:
        load_settings(**given)
    assert caught.value.code == "bad_settings"
    assert caught.value.__cause__ is None
    return caught.value.message


def test_every_wrong_one_is_named_with_what_was_given() -> None:
    said = refused(port=70_000, log_level="loud")
    assert "UEMS_PORT" in said
    assert "'70000'" in said
    assert "UEMS_LOG_LEVEL" in said


@pytest.mark.parametrize("name", ["store_url", "warehouse_url"])
def test_a_password_in_an_address_is_never_shown(name: str) -> None:
    said = refused(**{name: "mysql://uems:hunter2@db/uems"})
    assert f"UEMS_{name.upper()}" in said
    assert "hunter2" not in said


def test_settings_can_be_printed_without_telling_secrets() -> None:
    found = Settings(
        store_url="postgresql://uems:hunter2@db/uems",
        warehouse_url="clickhouse://u:hunter2@db/uems",
        secret_key="hunter2",
        smtp_password="hunter2",
    )
    assert "hunter2" not in repr(found)
    assert "hunter2" not in str(found)


def test_whatever_may_hold_a_password_is_marked_so() -> None:
    may = {name for name in Settings.model_fields if name.endswith(("_url", "_key", "password", "secret", "token"))}
    assert {name for name, field in Settings.model_fields.items() if not field.repr} == may - {"public_url"}
    assert "hunter2" not in refused(smtp_password=["hunter2"])


def test_receipts_are_kept_at_least_as_long_as_repeats_are_recognised() -> None:
    said = refused(dedupe_days=90, receipt_days=7)
    assert "UEMS_RECEIPT_DAYS is 7" in said
    assert load_settings(dedupe_days=30, receipt_days=30).receipt_days == 30


def test_a_misspelt_variable_is_told_and_others_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UEMS_PYTHON", "python3")
    load_settings()
    monkeypatch.setenv("UEMS_STOR_URL", "postgresql://uems:hunter2@db/uems")
    said = refused()
    assert "UEMS_STOR_URL is no setting; did you mean UEMS_STORE_URL?" in said
    assert "hunter2" not in said
