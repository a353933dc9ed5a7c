"""What do people reach from their letters? Where a link leads, the page on which they choose what they get, and the way out.

Looking at a page never changes anything: programs that check letters follow every link. Only a button does, or the one click of a mail
program, which is a POST (RFC 8058).
"""

import base64
from collections.abc import Mapping
from typing import Annotated, Any, Final, TypeAlias
from urllib.parse import parse_qs

from fastapi import Depends, Path, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from uems.access.api import Visitor, Workspaces, house_of, public
from uems.identity import api as identity
from uems.kernel.edge import Clean
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.routing import Routes
from uems.kernel.scope import Scope
from uems.outreach.consent import consents, page
from uems.outreach.consent.model import EVERYTHING, ConsentState
from uems.outreach.consent.settings import topics
from uems.outreach.consent.tokens import MOST_TOKEN, Pointed, Tokens, What
from uems.outreach.messages.touching import touch

router = Routes()
Answers: TypeAlias = dict[int | str, dict[str, Any]]
Token = Annotated[str, Path(min_length=1, max_length=MOST_TOKEN, description="The token of a link in a letter."), Clean]
_PIXEL: Final = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
_HTML: Final[Answers] = {200: {"content": {"text/html": {"schema": {"type": "string"}}}, "description": "The page."}}
_PICTURE: Final[Answers] = {200: {"content": {"image/gif": {}}, "description": "One pixel."}}
_AWAY: Final[Answers] = {302: {"description": "Where the link leads."}}
_MOST_FORM: Final = 20_000


async def form_of(request: Request) -> dict[str, list[str]]:
    """The fields of a form as browsers send it."""
    raw = await request.body()
    if len(raw) > _MOST_FORM:
        raise UemsError("too_large", "The form is too large. Open the page again.", status=413)
    return parse_qs(raw.decode("utf-8", "replace"), keep_blank_values=True)


Form = Annotated[dict[str, list[str]], Depends(form_of)]


@router.get("/letters/{token}/go", response_class=Response, responses=_AWAY)
def follow_link(request: Request, visitor: Annotated[Visitor, public()], token: Token) -> Response:
    """Where a link of a letter leads; that it was followed is counted, unless a machine did it."""
    house, pointed = house_of(request), _read(request, token, "c")
    touch(house.store, pointed.workspace_id, pointed.message_id, "click", pointed.more, _headers(request), visitor.now)
    return RedirectResponse(pointed.more, status_code=302)


@router.get("/letters/{token}/seen.gif", response_class=Response, responses=_PICTURE)
def see_letter(request: Request, visitor: Annotated[Visitor, public()], token: Token) -> Response:
    """The picture that tells of an opening."""
    house, pointed = house_of(request), _read(request, token, "o")
    touch(house.store, pointed.workspace_id, pointed.message_id, "open", "", _headers(request), visitor.now)
    return Response(_PIXEL, media_type="image/gif")


@router.get("/letters/{token}", response_class=Response, responses=_HTML)
def open_preferences(request: Request, visitor: Annotated[Visitor, public()], token: Token) -> Response:
    """The page on which somebody chooses what they get. Opening it changes nothing."""
    return _page(request, token, saved=False)


@router.post("/letters/{token}", response_class=Response, responses=_HTML)
def save_preferences(request: Request, visitor: Annotated[Visitor, public()], token: Token, form: Form) -> Response:
    """Save what somebody chose; or nothing at all any more, by the second button."""
    house, pointed = house_of(request), _read(request, token, "p")
    scope = _scope(house, pointed)
    evidence = {"address": visitor.address, "agent": request.headers.get("user-agent", "")[:200]}
    said: list[tuple[str, str, ConsentState]]
    if "nothing" in form:
        said = [(EVERYTHING, EVERYTHING, "unsubscribed")]
    else:
        chosen = set(form.get("topic", ()))
        said = [(EVERYTHING, EVERYTHING, "subscribed")]
        said += [(key, EVERYTHING, "subscribed" if key in chosen else "unsubscribed") for key in topics(house.store, scope)]
    _say(house, scope, pointed, said, "preference_page", evidence, visitor)
    return _page(request, token, saved=True)


@router.get("/letters/{token}/unsubscribe", response_class=Response, responses=_HTML)
def show_unsubscribe(request: Request, visitor: Annotated[Visitor, public()], token: Token) -> Response:
    """As the page of preferences; looking at it unsubscribes nobody."""
    return _page(request, token, saved=False)


@router.post("/letters/{token}/unsubscribe", response_class=Response, responses=_HTML)
def unsubscribe(request: Request, visitor: Annotated[Visitor, public()], token: Token, form: Form) -> Response:
    """The one click of a mail program: no more of the topic of this letter, on any channel."""
    if form.get("List-Unsubscribe") != ["One-Click"]:
        raise UemsError("invalid", "The body must be List-Unsubscribe=One-Click (RFC 8058).", status=422)
    house, pointed = house_of(request), _read(request, token, "p")
    scope = _scope(house, pointed)
    topic = page.topic_of(house, pointed)
    evidence = {"address": visitor.address, "agent": request.headers.get("user-agent", "")[:200]}
    said: list[tuple[str, str, ConsentState]] = [(topic or EVERYTHING, EVERYTHING, "unsubscribed")]
    _say(house, scope, pointed, said, "one_click", evidence, visitor)
    return _page(request, token, saved=True)


def _say(
    house: House,
    scope: Scope,
    pointed: Pointed,
    said: list[tuple[str, str, ConsentState]],
    source: str,
    evidence: Mapping[str, object],
    visitor: Visitor,
) -> None:
    person = identity.person(house.store, scope, pointed.person_id)
    with house.store.write() as conn:
        consents.say(
            conn,
            scope,
            person.person_id,
            said,
            source=source,
            evidence=evidence,
            now=visitor.now,
            numbers=person.node_ids,
            message_id=pointed.message_id,
        )


def _page(request: Request, token: str, *, saved: bool) -> Response:
    house, pointed = house_of(request), _read(request, token, "p")
    scope = _scope(house, pointed)
    name = Workspaces(house.store).name(scope.workspace_id)
    language = page.language_of(house, scope, pointed, request.headers.get("accept-language", ""))
    said = consents.consents_of(house, scope, pointed.person_id)
    return HTMLResponse(page.preferences(name, topics(house.store, scope), said, language, f"/api/letters/{token}", saved=saved))


def _read(request: Request, token: str, what: What) -> Pointed:
    return Tokens(house_of(request).settings).read(token, what)


def _scope(house: House, pointed: Pointed) -> Scope:
    scope = Workspaces(house.store).look(pointed.workspace_id)
    if scope is None:
        raise UemsError("unknown_link", "What this link belongs to is gone.", status=404)
    return scope


def _headers(request: Request) -> dict[str, str]:
    return {name.lower(): value for name, value in request.headers.items()}
