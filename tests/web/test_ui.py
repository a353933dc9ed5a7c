"""Does the browser get the UI, safely, and is what never changes kept for long?"""

from pathlib import Path

import pytest

from tests.support.web import Clock, Program, browser
from tests.web.conftest import NOW
from uems.kernel.house import House
from uems.web.app import create_app

SECURITY = ("content-security-policy", "x-content-type-options", "referrer-policy", "x-frame-options", "permissions-policy")


@pytest.mark.parametrize("path", ["/", "/login", "/shop/people/17", "/index.html", "/設定"])
def test_every_page_of_the_ui_is_the_same_document_and_is_asked_for_anew(visitor: Program, path: str) -> None:
    answer = visitor.get(path)
    assert answer.status_code == 200
    assert "id=root" in answer.text
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["content-type"].startswith("text/html")


def test_hashed_files_are_kept_for_a_year(visitor: Program) -> None:
    answer = visitor.get("/assets/index-a1b2c3d4.js")
    assert answer.text == "console.log(1)"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert "javascript" in answer.headers["content-type"]
    assert visitor.get("/favicon.svg").headers["cache-control"] == "no-cache"


def test_the_browser_sdk_may_be_loaded_by_other_sites_and_nothing_else_may(visitor: Program) -> None:
    assert visitor.get("/uems.js").headers["cross-origin-resource-policy"] == "cross-origin"
    assert visitor.get("/uems.js").headers["cache-control"] == "public, max-age=3600"
    for path in ("/", "/favicon.svg", "/assets/index-a1b2c3d4.js"):
        assert visitor.get(path).headers["cross-origin-resource-policy"] == "same-origin"


def test_an_unchanged_page_is_not_sent_twice(visitor: Program) -> None:
    first = visitor.get("/")
    assert visitor.send("HEAD", "/").headers["etag"] == first.headers["etag"]


@pytest.mark.parametrize(
    "path", ["/../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt", "/assets/../../secret.txt", "//etc/passwd.txt"]
)
def test_nothing_outside_the_folder_is_served(visitor: Program, path: str) -> None:
    answer = visitor.get(path)
    assert "secret" not in answer.text
    assert "root:" not in answer.text


def test_a_link_that_leads_out_of_the_folder_is_not_followed(visitor: Program, static: Path) -> None:
    (static / "out.txt").symlink_to(static.parent / "secret.txt")
    assert visitor.get("/out.txt").status_code == 404


def test_a_missing_script_is_missing_and_not_a_page(visitor: Program) -> None:
    assert visitor.get("/assets/index-00000000.js").status_code == 404
    assert visitor.get("/" + "x" * 5000).status_code in (200, 404)


@pytest.mark.parametrize("path", ["/", "/api/nothing", "/healthz", "/assets/index-a1b2c3d4.js"])
def test_every_answer_carries_the_security_headers(visitor: Program, path: str) -> None:
    answer = visitor.get(path)
    assert all(name in answer.headers for name in SECURITY)
    policy = answer.headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-eval" not in policy
    assert "strict-transport-security" not in answer.headers


def test_answers_of_the_api_are_never_kept(visitor: Program) -> None:
    assert visitor.get("/api/session").headers["cache-control"] == "no-store"
    assert visitor.get("/api/openapi.json").headers["cache-control"] == "no-store"


def test_without_a_built_ui_a_page_says_how_to_build_it_in_both_languages(house: House, tmp_path: Path) -> None:
    page = browser(create_app(house, clock=Clock(NOW), static=tmp_path / "nothing"))
    answer = page.get("/")
    assert answer.status_code == 200
    assert "make setup" in answer.text
    assert "界面" in answer.text
    assert page.get("/assets/index.js").status_code == 404
