"""How does every failure answer? In one JSON shape: ``{"code", "message", "details"?, "request_id"}``."""

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from uems.kernel.errors import UemsError, plain

_CODES = {400: "bad_request", 404: "not_found", 405: "method_not_allowed", 413: "too_large", 415: "unsupported_media_type"}
_NEXT = {
    400: "The body cannot be read. Send JSON with `Content-Type: application/json`.",
    404: "There is nothing at this address. See /api/openapi.json for what there is.",
    405: "This address exists, but not for this method. See the header Allow.",
    413: "The body is larger than this address takes. Send less at once.",
}


class ErrorBody(BaseModel):
    """code: a stable word. message: what went wrong, what was got, what was wanted, what to do next."""

    code: str
    message: str
    details: dict[str, Any] | None = None
    request_id: str


def error_response(error: UemsError, request_id: str, headers: Mapping[str, str] | None = None) -> Response:
    """The answer to ``error``; a wait that it knows of becomes ``Retry-After``."""
    sent = dict(headers or {})
    wait = error.details.get("retry_after_seconds")
    if isinstance(wait, (int, float)):
        sent["Retry-After"] = str(max(1, int(wait)))
    # ASCII only and str() for the unknown: whatever came in, the error about it can be sent.
    content = json.dumps({**error.as_json(), "request_id": request_id}, ensure_ascii=True, default=str)
    return Response(content, status_code=error.status, headers=sent, media_type="application/json")


def request_id_of(request: Request) -> str:
    found = request.scope.get("uems_request_id")
    return found if isinstance(found, str) else ""


def install_errors(app: FastAPI) -> None:
    """Teach the application the one shape."""
    app.add_exception_handler(UemsError, _on_uems_error)
    app.add_exception_handler(RequestValidationError, _on_validation_error)
    app.add_exception_handler(HTTPException, _on_http_error)


async def _on_uems_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, UemsError)
    return error_response(error, request_id_of(request))


async def _on_validation_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return error_response(invalid_request(error.errors()), request_id_of(request))


def invalid_request(found: Sequence[Mapping[str, Any]]) -> UemsError:
    """One error that names every wrong field; the values are not repeated, they may be secrets."""
    fields = [{"field": _where(item.get("loc", ())), "problem": plain(item)[:300]} for item in found[:20]]
    more = f" And {len(found) - 20} more." if len(found) > 20 else ""
    message = "; ".join(f"{f['field']}: {f['problem']}" for f in fields)
    return UemsError("invalid", f"{message}.{more}", status=422, details={"fields": fields})


def _where(place: Sequence[object]) -> str:
    # A dictionary key may be anything; it is named by what can be read of it.
    return ".".join(str(p)[:80].encode("ascii", "replace").decode() for p in place)[:300] or "body"


async def _on_http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    status = error.status_code
    code = _CODES.get(status) or (HTTPStatus(status).name.lower() if status in HTTPStatus._value2member_map_ else "error")
    message = _NEXT.get(status) or str(error.detail)
    return error_response(UemsError(code, message, status=status), request_id_of(request), error.headers)
