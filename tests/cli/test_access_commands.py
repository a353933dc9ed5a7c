"""Can an operator make workspaces, users and keys, and hear what is wrong?"""

import csv
import io
import json
import urllib.request

import pytest

from tests.support.cli import Uems


def test_init_made_a_workspace_and_running_it_again_changes_nothing(shared_uems: Uems) -> None:
    again = shared_uems.run("init", "--workspace", "shop", "--email", "mei@example.com", "--format", "json")
    assert again.json() == {"workspace": "shop", "zone": "Asia/Shanghai", "currency": "CNY", "email": "mei@example.com", "password": None}


def test_a_user_is_made_with_a_password_that_logs_in(shared_uems: Uems) -> None:
    made = shared_uems.run("user", "create", "li@example.com", "--role", "analyst", "-w", "shop", "--format", "json").json()
    assert made["role"] == "analyst"
    url = json.loads((shared_uems.home / "server.json").read_text())["url"]
    body = json.dumps({"email": "li@example.com", "password": made["password"]}).encode()
    request = urllib.request.Request(f"{url}/api/login", data=body, headers={"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        assert json.load(answer)["account"]["email"] == "li@example.com"
    new = shared_uems.run("user", "password", "li@example.com", "--format", "json").json()
    assert new["password"] != made["password"]
    listed = shared_uems.run("user", "list", "-w", "shop", "--format", "json").json()
    assert {user["email"]: user["role"] for user in listed} == {"li@example.com": "analyst", "mei@example.com": "owner"}


def test_a_write_key_is_printed_whole_for_programs_and_for_people(shared_uems: Uems) -> None:
    made = shared_uems.run("key", "create", "--kind", "write", "--name", "web", "-w", "shop", "--format", "json").json()
    assert made["token"].startswith("uwk_")
    table = shared_uems.run("key", "list", "-w", "shop")
    assert made["token"] in table.out
    rows = list(csv.DictReader(io.StringIO(shared_uems.run("key", "list", "-w", "shop", "--format", "csv").out)))
    assert made["token"] in [row["token"] for row in rows]
    assert shared_uems.run("key", "revoke", made["key_id"], "-w", "shop").code == 0
    assert made["key_id"] not in shared_uems.run("key", "list", "-w", "shop").out


def test_an_api_key_has_the_permissions_it_was_given(shared_uems: Uems) -> None:
    made = shared_uems.run(
        "key", "create", "--kind", "api", "--permission", "people:read", "--expires-days", "3", "--format", "json"
    ).json()
    listed = shared_uems.run("key", "list", "--format", "json").json()
    key = next(key for key in listed if key["key_id"] == made["key_id"])
    assert key["permissions"] == ["people:read"]
    assert key["expires_at"]


def test_with_two_workspaces_one_has_to_be_named(shared_uems: Uems) -> None:
    # It stays: the other tests of this home name theirs.
    assert shared_uems.run("workspace", "create", "second", "--zone", "UTC").code == 0
    unnamed = shared_uems.run("user", "list")
    assert unnamed.code == 1
    assert "which_workspace" in unnamed.err
    assert "--workspace" in unnamed.err
    assert shared_uems.run("user", "list", "--workspace", "second", "--format", "json").json() == []


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("user", "password", "nobody@example.com"), 1, "(not_found)"),
        (("workspace", "create", "Bad Slug", "--zone", "UTC"), 1, "(invalid)"),
        (("workspace", "create", "moon", "--zone", "Moon/Base"), 1, "Asia/Shanghai"),
        (("user", "list", "--workspace", "nowhere"), 1, "No workspace 'nowhere'"),
        (("key", "create", "--kind", "gold"), 2, "gold"),
        (("frobnicate",), 2, "frobnicate"),
    ],
)
def test_a_mistake_is_told_in_words_and_an_exit_code(shared_uems: Uems, arguments: tuple[str, ...], code: int, said: str) -> None:
    ran = shared_uems.run(*arguments)
    assert ran.code == code
    assert said in ran.err
    assert "Traceback" not in ran.err
    assert ran.out == ""


def test_a_wrong_setting_is_named_before_anything_starts(uems: Uems) -> None:
    uems.env = {"UEMS_PORT": "many"}
    ran = uems.run("workspace", "list")
    assert ran.code == 1
    assert "UEMS_PORT" in ran.err
    assert "bad_settings" in ran.err
    assert not uems.home.exists()


def test_help_shows_every_command_with_an_example_where_one_helps() -> None:
    uems = Uems(home=None)  # type: ignore[arg-type]  # help opens nothing
    top = uems.run("--help").out
    for command in ("init", "serve", "workspace", "user", "key", "doctor", "backup", "restore"):
        assert command in top
    assert "uems key create --kind write" in " ".join(uems.run("key", "create", "--help").out.split())
