"""How does a page of another site speak to us? Plain text that holds JSON, with a write key and who sits there."""

from typing import Annotated, Final, TypeVar

from fastapi import Depends, Request
from pydantic import ValidationError

from uems.access.api import write_key
from uems.kernel.edge import Body, check_json
from uems.kernel.errors import UemsError, invalid
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.outreach.consent.settings import Setup, setups
from uems.outreach.inbox.bodies import InboxOpening
from uems.outreach.inbox.proof import addresses_of

T = TypeVar("T", bound=Body)
_MOST: Final = 10_000


async def text_of(request: Request) -> bytes:
    """The body. Raises ``too_large`` (413) and ``invalid``."""
    raw = await request.body()
    if len(raw) > _MOST:
        raise UemsError("too_large", f"The body has {len(raw)} bytes; at most {_MOST}.", status=413)
    check_json(raw)
    return raw


Raw = Annotated[bytes, Depends(text_of)]


def read(kind: type[T], raw: bytes) -> T:
    """The body as what it should be. Raises ``invalid``."""
    try:
        return kind.model_validate_json(raw)
    except ValidationError as error:
        first = error.errors()[0]
        raise invalid(".".join(map(str, first["loc"])) or "body", "what was given", f"{first['msg']}.") from error


def opened(house: House, asked: InboxOpening, channel: str) -> tuple[Scope, list[str]]:
    """(the workspace of the write key, whose messages may be read there: a proven user id last).

    Raises ``unauthorized`` and ``not_proven`` (401), ``channel_off`` (409). The secret is that of the in-app channel for all of them.
    """
    scope = write_key(house.store, asked.write_key)
    if scope is None:
        raise UemsError("unauthorized", "The write key is missing, unknown or revoked. Keys are made under Settings.", status=401)
    usable(house, scope.workspace_id, channel)
    with house.store.read() as conn:
        secret = str(getattr(setups(conn, house.settings, scope.workspace_id)["in_app"].config, "identity_secret", ""))
    return scope, addresses_of(secret, asked.anonymous_id, asked.user_id, asked.proof)


def usable(house: House, workspace_id: int, channel: str) -> Setup:
    """The channel as it is set up. Raises ``channel_off`` (409)."""
    with house.store.read() as conn:
        setup = setups(conn, house.settings, workspace_id)[channel]
    if not setup.usable:
        message = f"{setup.channel.label_en} are switched off in this workspace, or not set up. See Consent and limits, Channels."
        raise UemsError("channel_off", message, status=409)
    return setup
