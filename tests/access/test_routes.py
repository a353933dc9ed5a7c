"""Do people and programs get over HTTP what their role allows, and is a cookie worth nothing to another site?"""

from dataclasses import replace
from datetime import datetime

import pytest

from tests.support.web import Clock, add_person, bearer, browser, log_in, make_workspace, operator_client
from uems.access.api import create_key
from uems.access.rate_limit import PER_ACCOUNT
from uems.kernel.house import House
from uems.web.app import App, create_app

PASSWORD = "correct horse battery"


@pytest.fixture
def mei(app: App, house: House, now: datetime) -> str:
    """The password of the owner of the workspace "shop"."""
    _, shop = make_workspace(house.store, "shop", now)
    return add_person(house.store, shop, "mei@shop", "owner")


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(app: App, mei: str) -> None:
    answer = browser(app).post("/api/login", {"email": "mei@shop", "password": mei})
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("uems_session=")
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Path=/" in cookie
    assert "Secure" not in cookie
    assert answer.json().keys() == {"account", "csrf_token"}


def test_behind_https_the_cookie_is_secure_and_bound_to_the_host(house: House, mei: str) -> None:
    app = create_app(replace(house, settings=house.settings.model_copy(update={"secure_cookies": True})))
    answer = browser(app).post("/api/login", {"email": "mei@shop", "password": mei})
    assert answer.headers["set-cookie"].startswith("__Host-uems_session=")
    assert "Secure" in answer.headers["set-cookie"]
    assert "max-age" in answer.headers["strict-transport-security"]


def test_a_session_says_who_one_is_and_where_one_may_go(app: App, mei: str) -> None:
    found = log_in(app, "mei@shop", mei).get("/api/session").json()
    assert found["account"]["email"] == "mei@shop"
    assert [(w["slug"], w["role"], w["zone"], w["currency"]) for w in found["workspaces"]] == [("shop", "owner", "Asia/Shanghai", "CNY")]
    assert browser(app).get("/api/session").status_code == 401


def test_a_session_ends_by_logging_out(app: App, mei: str) -> None:
    page = log_in(app, "mei@shop", mei)
    assert page.post("/api/logout").status_code == 204
    assert page.get("/api/session").status_code == 401


def test_a_session_ends_with_time(app: App, mei: str, clock: Clock) -> None:
    page = log_in(app, "mei@shop", mei)
    clock.advance(hours=24 * 14 - 1)
    assert page.get("/api/session").status_code == 200
    clock.advance(hours=1)
    assert page.get("/api/session").status_code == 401


@pytest.mark.parametrize("token", [None, "", "0" * 64, "é"])
def test_an_unsafe_request_without_the_sessions_csrf_token_is_refused(app: App, mei: str, token: str | None) -> None:
    page = log_in(app, "mei@shop", mei)
    del page.headers["X-CSRF-Token"]
    headers = {} if token is None else {"X-CSRF-Token": token.encode("latin-1").decode("latin-1")}
    answer = page.patch("/api/account", {"name": "Mallory"}, headers={k: v.encode() for k, v in headers.items()})
    assert (answer.status_code, answer.json()["code"]) == (403, "csrf_failed")
    assert page.get("/api/session").json()["account"]["name"] == "mei"


def test_the_csrf_token_of_another_session_does_not_fit(app: App, mei: str) -> None:
    page, other = log_in(app, "mei@shop", mei), log_in(app, "mei@shop", mei)
    page.headers["X-CSRF-Token"] = other.headers["X-CSRF-Token"]
    assert page.patch("/api/account", {"name": "Mallory"}).json()["code"] == "csrf_failed"


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://testserver.evil.example", "http://testserver:81", ""])
def test_a_page_of_another_site_can_neither_act_nor_log_in(app: App, mei: str, origin: str) -> None:
    page = log_in(app, "mei@shop", mei)
    answer = page.patch("/api/account", {"name": "Mallory"}, headers={"Origin": origin})
    assert answer.json()["code"] == "cross_origin"
    answer = browser(app).post("/api/login", {"email": "mei@shop", "password": mei}, headers={"Origin": origin})
    assert (answer.status_code, answer.json()["code"]) == (403, "cross_origin")
    assert "set-cookie" not in answer.headers


def test_our_own_page_may_act_also_under_the_public_address(house: House, mei: str) -> None:
    app = create_app(replace(house, settings=house.settings.model_copy(update={"public_url": "https://uems.example.com/"})))
    page = log_in(app, "mei@shop", mei)
    for origin in ("http://testserver", "https://uems.example.com"):
        assert page.patch("/api/account", {"name": "Mei"}, headers={"Origin": origin}).status_code == 200
    assert page.patch("/api/account", {"name": "Mei"}, headers={"Origin": "http://uems.example.com"}).status_code == 403


def test_too_many_guesses_are_told_when_to_come_back(app: App, mei: str) -> None:
    page = browser(app)
    for _ in range(PER_ACCOUNT):
        assert page.post("/api/login", {"email": "mei@shop", "password": "guess"}).status_code == 401
    answer = page.post("/api/login", {"email": "mei@shop", "password": mei})
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) == answer.json()["details"]["retry_after_seconds"] == 901


def test_an_owner_lets_somebody_in_who_then_sees_what_the_role_allows(app: App, mei: str) -> None:
    owner = log_in(app, "mei@shop", mei)
    made = owner.post("/api/workspaces/shop/members", {"email": "vi@shop", "name": "Vi", "role": "viewer", "locale": "en"})
    assert made.status_code == 201
    viewer = log_in(app, "vi@shop", made.json()["password"])
    assert viewer.get("/api/workspaces/shop").json()["role"] == "viewer"
    refused = viewer.get("/api/workspaces/shop/members")
    assert (refused.status_code, refused.json()["code"], refused.json()["details"]) == (403, "forbidden", {"permission": "members:read"})
    account_id = made.json()["member"]["account_id"]
    assert owner.patch(f"/api/workspaces/shop/members/{account_id}", {"role": "analyst"}).json()["role"] == "analyst"
    assert [m["role"] for m in viewer.get("/api/workspaces/shop/members").json()["items"]] == ["owner", "analyst"]
    assert owner.delete(f"/api/workspaces/shop/members/{account_id}").status_code == 204
    assert viewer.get("/api/workspaces/shop").status_code == 404
    assert viewer.get("/api/session").json()["workspaces"] == []


def test_a_key_is_made_used_and_revoked(app: App, mei: str) -> None:
    owner = log_in(app, "mei@shop", mei)
    made = owner.post("/api/workspaces/shop/keys", {"kind": "api", "name": "nightly", "permissions": ["members:read", "workspace:read"]})
    assert made.status_code == 201
    program = bearer(app, made.json()["token"])
    assert program.get("/api/workspaces/shop/members").status_code == 200
    assert program.get("/api/workspaces/shop/keys").json()["code"] == "forbidden"
    session = program.get("/api/session").json()
    assert session["account"] is None
    assert [w["permissions"] for w in session["workspaces"]] == [["members:read", "workspace:read"]]
    assert program.patch("/api/account", {"name": "x"}).json()["code"] == "needs_login"
    assert program.post("/api/workspaces", {"slug": "x", "name": "x", "zone": "UTC", "currency": "USD"}).json()["code"] == "forbidden"
    listed = owner.get("/api/workspaces/shop/keys")
    assert made.json()["token"] not in listed.text
    assert owner.delete(f"/api/workspaces/shop/keys/{made.json()['key']['key_id']}").status_code == 204
    assert program.get("/api/workspaces/shop/members").status_code == 401


def test_a_write_key_opens_nothing_here(app: App, house: House, now: datetime) -> None:
    _, shop = make_workspace(house.store, "shop", now)
    token = create_key(house.store, shop, kind="write", name="site").token
    answer = bearer(app, token).get("/api/workspaces/shop")
    assert (answer.status_code, answer.json()["code"]) == (401, "write_key_only")


@pytest.mark.parametrize("header", ["Bearer", "Bearer ", "Basic eDp5", "Bearer nonsense", "Bearer uak_x y", "bearer \xe9"])
def test_a_wrong_authorization_header_is_refused_even_beside_a_good_cookie(app: App, mei: str, header: str) -> None:
    page = log_in(app, "mei@shop", mei)
    answer = page.get("/api/session", headers={"Authorization": header.encode("latin-1")})
    assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")


def test_the_operator_makes_accounts_and_workspaces_and_others_do_not(app: App, house: House, mei: str) -> None:
    machine = operator_client(app, house)
    made = machine.post("/api/accounts", {"email": "ann@shop", "name": "Ann", "locale": "en", "password": PASSWORD})
    assert made.status_code == 201
    assert machine.post("/api/workspaces", {"slug": "second", "name": "Second", "zone": "UTC", "currency": "USD"}).status_code == 201
    assert [a["email"] for a in machine.get("/api/accounts").json()["items"]] == ["ann@shop", "mei@shop"]
    assert {w["slug"] for w in machine.get("/api/workspaces").json()["items"]} == {"shop", "second"}
    reset = machine.post("/api/accounts/reset-password", {"email": "ann@shop"}).json()["password"]
    ann = log_in(app, "ann@shop", reset)
    owner = log_in(app, "mei@shop", mei)
    for page in (ann, owner):
        assert page.get("/api/accounts").json()["code"] == "needs_operator"
        assert page.post("/api/accounts/reset-password", {"email": "mei@shop"}).json()["code"] == "needs_operator"


def test_a_password_is_changed_with_the_old_one_and_other_sessions_end(app: App, mei: str) -> None:
    here, there = log_in(app, "mei@shop", mei), log_in(app, "mei@shop", mei)
    assert here.patch("/api/account", {"new_password": PASSWORD}).status_code == 422
    assert here.patch("/api/account", {"new_password": PASSWORD, "current_password": "wrong"}).json()["code"] == "wrong_password"
    assert here.patch("/api/account", {"new_password": PASSWORD, "current_password": mei, "locale": "en"}).json()["locale"] == "en"
    assert here.get("/api/session").status_code == 200
    assert there.get("/api/session").status_code == 401
    log_in(app, "mei@shop", PASSWORD)


def test_the_audit_log_is_read_in_pages(app: App, mei: str) -> None:
    owner = log_in(app, "mei@shop", mei)
    for name in ("One", "Two", "Three"):
        assert owner.patch("/api/workspaces/shop", {"name": name}).status_code == 200
    first = owner.get("/api/workspaces/shop/audit?limit=2").json()
    second = owner.get(f"/api/workspaces/shop/audit?limit=100&cursor={first['next_cursor']}").json()
    assert [e["after"]["name"] for e in first["items"]] == ["Three", "Two"]
    assert second["items"][0]["after"] == {"name": "One"}
    assert second["next_cursor"] is None
    assert owner.get("/api/workspaces/shop/audit?cursor=nonsense").status_code == 422
