"""Does everything that goes wrong answer in the one shape, with a request id and without giving anything away?"""

import logging
from typing import Annotated, Any

import pytest
from fastapi import Request
from pydantic import BaseModel, Field, ValidationError

from tests.support.web import Program, browser
from uems.access.api import Visitor, public
from uems.kernel.edge import Body, CleanStr, takes_upload
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.routing import Routes
from uems.web.app import App, create_app
from uems.web.errors import invalid_request
from uems.web.frame import MAX_BODY_BYTES

JSON = {"Content-Type": "application/json"}
router = Routes()


class Note(BaseModel):
    text: str
    rest: dict[str, Any] = {}


@router.post("/test/echo")
def echo(body: Note, visitor: Annotated[Visitor, public()]) -> Note:
    return body


@router.get("/test/break")
def break_down(visitor: Annotated[Visitor, public()]) -> Note:
    raise RuntimeError("the password is hunter2")


@router.get("/test/refuse")
def refuse(visitor: Annotated[Visitor, public()]) -> Note:
    raise UemsError("log_full", "Full \ud800.", status=429, details={"retry_after_seconds": 7.9, "odd": object})


@router.get("/test/wrong", response_model=Note)
def answer_wrongly(visitor: Annotated[Visitor, public()]) -> dict[str, int]:
    return {"text": 1}


@router.get("/test/number/{number}")
def show_number(number: int, visitor: Annotated[Visitor, public()]) -> Note:
    return Note(text=str(number))


@router.post("/test/upload")
@takes_upload(MAX_BODY_BYTES + 1000)
async def upload(request: Request, visitor: Annotated[Visitor, public()]) -> Note:
    size = 0
    async for part in request.stream():
        size += len(part)
    return Note(text=str(size))


@pytest.fixture
def app(house: House, monkeypatch: pytest.MonkeyPatch) -> App:
    """The application with a room that misbehaves."""
    monkeypatch.setattr("uems.web.mounting.room_routes", lambda: [("test", router)])
    return create_app(house)


def ask(visitor: Program, method: str, path: str, **options: Any) -> tuple[int, dict[str, Any]]:
    answer = visitor.send(method, path, **options)
    body = answer.json()
    assert answer.headers["content-type"] == "application/json"
    assert body.keys() - {"details"} == {"code", "message", "request_id"}
    assert answer.headers["x-request-id"] == body["request_id"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    return answer.status_code, body


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/nothing", 404, "not_found"),
        ("GET", "/api", 404, "not_found"),
        ("GET", "/v1/nothing", 404, "not_found"),
        ("GET", "/v1", 404, "not_found"),
        ("GET", "/assets/gone.js", 404, "not_found"),
        ("POST", "/somewhere", 405, "method_not_allowed"),
        ("DELETE", "/api/test/echo", 405, "method_not_allowed"),
        ("GET", "/api/test/number/x", 422, "invalid"),
        ("GET", "/api/test/number/" + "9" * 5000, 422, "invalid"),
        ("GET", "/api/test/number/%00", 422, "invalid"),
        ("GET", "/api/test/number/1?q=%00", 422, "invalid"),
        ("GET", "/api/test/number/%ED%A0%80", 422, "invalid"),
    ],
)
def test_an_address_that_does_not_fit_is_refused(visitor: Program, method: str, path: str, status: int, code: str) -> None:
    found, body = ask(visitor, method, path)
    assert (found, body["code"]) == (status, code)


def test_a_method_that_does_not_fit_names_those_that_do(visitor: Program) -> None:
    assert visitor.send("DELETE", "/api/test/echo").headers["allow"] == "POST"


REFUSED = [
    b"",
    b"{",
    b"[]",
    b"null",
    b"{}",
    b'{"text": 1}',
    b'{"text": null}',
    b'{"text": "\\u0000"}',
    b'{"text": "a\x00b"}',
    b'{"text": "\\ud800"}',
    b'{"text": "\\udc00\\ud800"}',
    b'{"text": "\xed\xa0\x80"}',
    b'{"text": "\xff"}',
    b'{"text": "x", "rest": {"a": NaN}}',
    b'{"text": "x", "rest": {"a": -Infinity}}',
    b'{"text": "x", "rest": {"a": 1e999}}',
    b'{"text": "x", "rest": {"a": -1E+400}}',
    b'{"text": "x", "rest": {"a": ' + b"9" * 400 + b".0}}",
    b'{"text": "x", "rest": {"a": ' + b"9" * 5000 + b"}}",
    b'{"text": "x", "rest": {"\\u0000": 1}}',
    b'{"text": "x", "rest": {"a": ["\\uD83D"]}}',
    b'{"text": "x", "rest": ' + b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b"}",
    b'{"text": "x", "rest": ' + b'{"a":' * 70 + b"1" + b"}" * 70 + b"}",
    b'{"text": "x", "rest": {"a": ' + b"[" * 500_000,
    b"\xef\xbb\xbf{}",
    b"\x1f\x8b\x08",
]
TAKEN = [
    b'{"text": "\\ud83d\\ude00"}',
    b'{"text": "\\\\u0000 and \\\\ud800"}',
    b'{"text": "NaN, Infinity and 1e999"}',
    b'{"text": "x", "rest": {"a": 1e300, "b": 123456789012345678901234567890}}',
    b'{"text": "x", "rest": ' + b'{"a":' * 60 + b"1" + b"}" * 60 + b"}",
    '{"text": "用户 😀"}'.encode(),
]


@pytest.mark.parametrize("body", REFUSED, ids=lambda b: repr(b[:60]))
def test_a_body_that_cannot_be_used_is_refused_and_never_breaks_the_server(visitor: Program, body: bytes) -> None:
    status, answer = ask(visitor, "POST", "/api/test/echo", content=body, headers=JSON)
    assert status in (400, 422)
    assert answer["code"] in ("invalid", "bad_request")


@pytest.mark.parametrize("body", TAKEN, ids=lambda b: repr(b[:60]))
def test_a_body_that_only_looks_odd_is_taken(visitor: Program, body: bytes) -> None:
    assert visitor.send("POST", "/api/test/echo", content=body, headers=JSON).status_code == 200


def test_a_body_of_another_kind_is_refused(visitor: Program) -> None:
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/xml", "é"):
        status, _ = ask(visitor, "POST", "/api/test/echo", content=b'{"text": "x"}', headers={"Content-Type": kind.encode()})
        assert status == 422


def test_a_wrong_value_is_named_by_its_field_and_not_repeated(visitor: Program) -> None:
    status, body = ask(visitor, "POST", "/api/test/echo", json={"text": ["hunter2"], "rest": 5})
    assert status == 422
    assert {f["field"] for f in body["details"]["fields"]} == {"body.text", "body.rest"}
    assert "hunter2" not in str(body)


def test_a_text_that_is_too_long_is_counted_in_characters() -> None:
    class Said(Body):
        why: Annotated[CleanStr, Field(max_length=3)]

    with pytest.raises(ValidationError) as error:
        Said(why="long")
    assert invalid_request(error.value.errors()).message == "why: The text should have at most 3 characters, not 4."


def test_what_breaks_is_logged_under_its_request_id_and_told_to_nobody(visitor: Program, caplog: pytest.LogCaptureFixture) -> None:
    status, body = ask(visitor, "GET", "/api/test/break")
    assert (status, body["code"]) == (500, "internal")
    assert "hunter2" not in str(body)
    record = next(r for r in caplog.records if r.name == "uems.failures")
    assert body["request_id"] in record.getMessage()
    assert record.exc_info is not None
    assert "hunter2" in caplog.text


def test_an_answer_that_breaks_its_promise_is_our_failure(visitor: Program) -> None:
    assert ask(visitor, "GET", "/api/test/wrong")[1]["code"] == "internal"


def test_a_wait_becomes_retry_after_and_odd_details_do_not_break_the_error(visitor: Program) -> None:
    answer = visitor.get("/api/test/refuse")
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "7")
    assert answer.json()["message"] == "Full \ud800."


def test_a_request_id_is_taken_over_when_it_is_one(visitor: Program) -> None:
    assert visitor.get("/healthz", headers={"X-Request-Id": "trace-12345"}).headers["x-request-id"] == "trace-12345"
    for odd in ("short", "x" * 65, "with space", "<script>"):
        assert visitor.get("/healthz", headers={"X-Request-Id": odd}).headers["x-request-id"].startswith("req_")


def test_bodies_have_a_limit_also_when_they_do_not_say_their_length(visitor: Program) -> None:
    large = b'{"text": "' + b"x" * MAX_BODY_BYTES + b'"}'
    for content in (large, iter([large[:5_000_000], large[5_000_000:]])):
        status, body = ask(visitor, "POST", "/api/test/echo", headers=JSON, content=content)
        assert (status, body["code"], body["details"]) == (413, "too_large", {"max_bytes": MAX_BODY_BYTES})
    status, _ = ask(visitor, "POST", "/api/test/echo", content=b"{}", headers={**JSON, "Content-Length": "9" * 30})
    assert status == 413


def test_an_upload_has_a_limit_of_its_own(visitor: Program) -> None:
    taken = visitor.send("POST", "/api/test/upload", content=b"x" * (MAX_BODY_BYTES + 1000))
    assert taken.json()["text"] == str(MAX_BODY_BYTES + 1000)
    for content in (b"x" * (MAX_BODY_BYTES + 1001), iter([b"x" * MAX_BODY_BYTES, b"x" * 1001])):
        status, body = ask(visitor, "POST", "/api/test/upload", content=content)
        assert (status, body["code"]) == (413, "too_large")


def test_the_log_of_requests_names_no_secret(app: App, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "uems.requests")
    browser(app).get("/api/test/number/7?email=mei@shop&key=uak_secret", headers={"Cookie": "uems_session=uak_secret"})
    browser(app).get("/api/nothing%0Aforged line")
    lines = [r.getMessage() for r in caplog.records if r.name == "uems.requests"]
    assert lines[0].startswith("GET /api/test/number/7 200 ")
    assert "secret" not in str(lines)
    assert "mei" not in str(lines)
    assert "\n" not in lines[1]
