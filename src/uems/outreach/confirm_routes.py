"""What does the letter of a double opt-in lead to? A page with a button: looking at it confirms nothing, since programs follow links."""

from html import escape
from typing import Annotated, Any, Final

from fastapi import Request
from fastapi.responses import HTMLResponse, Response

from uems.access.api import Visitor, Workspaces, house_of, public
from uems.identity import api as identity
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.routing import Routes
from uems.kernel.scope import Scope
from uems.outreach.consent import confirming, page
from uems.outreach.consent.confirming import Standing
from uems.outreach.consent.settings import read_topics
from uems.outreach.consent.tokens import Pointed, Tokens
from uems.outreach.letter_routes import Token

router = Routes()
_HTML: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {"text/html": {"schema": {"type": "string"}}}, "description": "The page."}
}


@router.get("/letters/{token}/confirm", response_class=Response, responses=_HTML)
def show_confirmation(request: Request, visitor: Annotated[Visitor, public()], token: Token) -> Response:
    """The page that asks whether somebody wants what was asked for with their address. Opening it changes nothing."""
    house, pointed, scope = _read(request, token)
    person = identity.person(house.store, scope, pointed.person_id)
    with house.store.read() as conn:
        found, _, _ = confirming.standing(conn, pointed, person.node_ids, visitor.now)
    return _page(request, house, scope, pointed, token, found)


@router.post("/letters/{token}/confirm", response_class=Response, responses=_HTML)
def confirm_subscription(request: Request, visitor: Annotated[Visitor, public()], token: Token) -> Response:
    """Yes: it is sent from now on. The same again changes nothing."""
    house, pointed, scope = _read(request, token)
    evidence = {"address": visitor.address, "agent": request.headers.get("user-agent", "")[:200]}
    found = confirming.confirm(house, scope, pointed, evidence, visitor.now)
    return _page(request, house, scope, pointed, token, found)


def _read(request: Request, token: str) -> tuple[House, Pointed, Scope]:
    house = house_of(request)
    pointed = Tokens(house.settings).read(token, "d")
    scope = Workspaces(house.store).look(pointed.workspace_id)
    if scope is None:
        raise UemsError("unknown_link", "What this link belongs to is gone.", status=404)
    return house, pointed, scope


def _page(request: Request, house: House, scope: Scope, pointed: Pointed, token: str, found: Standing) -> Response:
    language = page.language_of(house, scope, pointed, request.headers.get("accept-language", ""))
    with house.store.read() as conn:
        topic = read_topics(conn, scope.workspace_id).get(pointed.more)
    name = "" if topic is None else (topic.name_zh if language == "zh" else topic.name_en)
    return HTMLResponse(page.confirmation(Workspaces(house.store).name(scope.workspace_id), name, language, found, escape(token)))
