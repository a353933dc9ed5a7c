"""May this request pass? The one place where a route says who may call it, and where that is enforced.

    @router.get("/workspaces/{workspace}/people")
    def list_people(access: Annotated[Access, guard("people:read")]) -> Page[PersonBody]: ...

The guard proves the caller (cookie or ``Authorization: Bearer``), checks CSRF on unsafe methods, turns the workspace in the
path into a scope, and checks the permission. A route without one of these marks fails a test.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import Depends, Path, Request

from uems.access.keys import caller_of_key
from uems.access.logins import caller_of_session
from uems.access.model import Access, Caller, forbidden
from uems.access.operator import operator
from uems.access.permissions import known
from uems.access.workspaces import enter
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.waiting import current

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
CSRF_HEADER = "X-CSRF-Token"


def guard(permission: str) -> Any:
    """A dependency that gives ``Access`` to the workspace of the path; 401, 403 or 404 for everybody else."""
    return Depends(Guard(permission=known(permission)))


def account_guard() -> Any:
    """A dependency that gives the ``Caller``, for routes that belong to no workspace."""
    return Depends(AccountGuard())


def operator_guard() -> Any:
    """A dependency that gives the ``Caller`` when it is the operator of the installation; 401 or 403 for everybody else."""
    return Depends(OperatorGuard())


def public(*, anywhere: bool = False) -> Any:
    """Marks a route that anybody may call; gives the ``Visitor``. anywhere: also pages of other sites, where no cookie counts."""
    return Depends(PublicMark(anywhere=anywhere))


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Nobody in particular: where the request came from, and when."""

    address: str
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    permission: str

    def __call__(self, request: Request, workspace: Annotated[str, Path(description="Slug of the workspace.")]) -> Access:
        access = enter(house_of(request).store, authenticate(request), workspace)
        if self.permission not in access.actor.permissions:
            raise forbidden(self.permission, access.actor.role)
        if self.permission.endswith(":read"):
            _only_asks()
        return access


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountGuard:
    def __call__(self, request: Request) -> Caller:
        return authenticate(request)


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorGuard:
    def __call__(self, request: Request) -> Caller:
        caller = authenticate(request)
        if caller.actor.kind != "operator":
            raise UemsError("needs_operator", "Only the operator can do this. Run `uems` on the server itself.", status=403)
        return caller


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicMark:
    anywhere: bool = False

    def __call__(self, request: Request) -> Visitor:
        # A login is an unsafe request too: another site must not log its visitor into an account of its own.
        if not self.anywhere:
            _require_same_origin(request)
        if request.method in SAFE_METHODS:
            _only_asks()
        return Visitor(address=address_of(request), now=_now(request))


def _only_asks() -> None:
    """Nothing is changed for this request, so it ends when whoever asked goes away."""
    waiting = current.get()
    if waiting is not None:
        waiting.only_asks()


def authenticate(request: Request) -> Caller:
    """Who calls? Raises ``not_authenticated`` (401); ``csrf_failed`` or ``cross_origin`` (403) for a cookie used from elsewhere."""
    house, now, address = house_of(request), _now(request), address_of(request)
    header = request.headers.get("authorization")
    if header is not None:
        scheme, _, token = header.partition(" ")
        token = token.strip()
        if scheme.lower() != "bearer" or not token:
            raise _unknown("Send `Authorization: Bearer <API key>`.")
        if hmac.compare_digest(hashlib.sha256(token.encode()).digest(), request.app.state.operator_hash):
            return Caller(actor=operator(address), now=now)
        caller = caller_of_key(house.store, token, address=address, now=now)
        if caller is None:
            raise _unknown("This key is unknown, expired or revoked. Make another one under Settings, Keys.")
        return caller
    cookie = request.cookies.get(cookie_name(house))
    caller = caller_of_session(house.store, cookie, address=address, now=now) if cookie else None
    if caller is None:
        raise _unknown("Log in, or send `Authorization: Bearer <API key>`.")
    _require_own_page(request, caller)
    return caller


def _require_own_page(request: Request, caller: Caller) -> None:
    if request.method in SAFE_METHODS:
        return
    _require_same_origin(request)
    sent = request.headers.get(CSRF_HEADER, "")
    if not hmac.compare_digest(sent.encode("utf-8", "replace"), (caller.csrf_token or "").encode()):
        message = f"The header {CSRF_HEADER} is missing or belongs to another session. Send csrf_token of GET /api/session."
        raise UemsError("csrf_failed", message, status=403)


def _require_same_origin(request: Request) -> None:
    """A browser names the page that asks; it must be ours. Programs that are no browser send no Origin."""
    origin = request.headers.get("origin")
    if request.method in SAFE_METHODS or origin is None:
        return
    public_url = house_of(request).settings.public_url.rstrip("/")
    if public_url and origin == _origin_of(public_url):
        return
    if urlsplit(origin).netloc.lower() == request.headers.get("host", "").lower() != "":
        return
    raise UemsError(
        "cross_origin", "This request comes from a page of another site. Set UEMS_PUBLIC_URL if the address is ours.", status=403
    )


def _origin_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()


def cookie_name(house: House) -> str:
    """``__Host-``: a browser then insists on Secure, on Path=/ and on this very host."""
    return "__Host-uems_session" if house.settings.secure_cookies else "uems_session"


def address_of(request: Request) -> str:
    """Where the request came from; behind a proxy, what the server was told to trust; "local" over a socket file."""
    return request.client.host if request.client else "local"


def house_of(request: Request) -> House:
    """The house that serves the request."""
    house = request.app.state.house
    assert isinstance(house, House)
    return house


def _now(request: Request) -> datetime:
    now = request.app.state.clock()
    assert isinstance(now, datetime)
    return now


def _unknown(next_step: str) -> UemsError:
    return UemsError("not_authenticated", f"Who is calling is not known. {next_step}", status=401)
