"""What does a provider tell of a message afterwards? The door for receipts: its address is a secret, and what can be signed is checked.

Told twice, or in another order, it changes nothing more (``report``). What names no message of ours is passed over: providers tell of
everything that an account sent, also by other programs.
"""

import re
from typing import Annotated, Final

from fastapi import Depends, Path, Request

from uems.access.api import Access, Actor, Visitor, Workspaces, house_of, public
from uems.kernel.edge import Body, Clean
from uems.kernel.errors import UemsError
from uems.kernel.routing import Routes
from uems.outreach.channel import Receipt, Told
from uems.outreach.consent.settings import setups
from uems.outreach.consent.tokens import Tokens
from uems.outreach.messages.reporting import Which, report

router = Routes()
_MOST: Final = 2_000_000
_BY: Final = Actor(kind="operator", actor_id="receipts", label="UEMS", account_id=None, address="", role="owner")
_OURS: Final = re.compile(r"m([0-9]{1,18})-([0-9]{1,18})")
ReceiptToken = Annotated[str, Path(min_length=1, max_length=500, description="The token of a door for receipts."), Clean]


class ReceiptsTaken(Body):
    """In the words that each provider waits for: 0 and OK for what was taken, also where it told nothing new."""

    code: int = 0
    msg: str = "OK"
    result: int = 0
    errmsg: str = "OK"


async def raw_of(request: Request) -> bytes:
    """The body as it came: what is signed is every letter of it."""
    raw = await request.body()
    if len(raw) > _MOST:
        raise UemsError("too_large", f"The receipts are {len(raw)} bytes; at most {_MOST} at once. Send fewer.", status=413)
    return raw


Raw = Annotated[bytes, Depends(raw_of)]


@router.post("/receipts/{token}")
def take_receipts(request: Request, visitor: Annotated[Visitor, public()], token: ReceiptToken, raw: Raw) -> ReceiptsTaken:
    """Delivery receipts of a provider of short messages, as it sends them: delivered or not, and whether the number is of no use."""
    house = house_of(request)
    pointed = Tokens(house.settings).read(token, "r")
    scope = Workspaces(house.store).look(pointed.workspace_id)
    with house.store.read() as conn:
        setup = setups(conn, house.settings, pointed.workspace_id).get(pointed.more)
    if scope is None or setup is None or setup.lacks:
        raise UemsError("unknown_link", "This door is closed: its channel is not set up. Set it up, or take the address away.", status=404)
    # What the provider signed is the address that it was given, whatever stands between it and us.
    url = f"{house.settings.public_url.rstrip('/')}/api/receipts/{token}"
    headers = {name.lower(): value for name, value in request.headers.items()}
    access = Access(actor=_BY, scope=scope, now=visitor.now)
    for one in setup.channel.read_receipts(setup.config, Told(url=url, headers=headers, body=raw)):
        which = _which(one, pointed.workspace_id, pointed.message_id)
        if which is None:
            continue
        try:
            report(
                house.store,
                access,
                which,
                "delivered" if one.delivered else "bounced",
                permanent=one.permanent and not one.delivered,
                detail=one.detail[:500],
            )
        except UemsError as error:
            if error.code not in ("not_found", "message_not_sent"):
                raise
    return ReceiptsTaken()


def _which(one: Receipt, workspace_id: int, message_id: int) -> Which | None:
    """The message that a receipt is of; None where it names none of ours."""
    if message_id:
        return Which(message_id=message_id)
    ours = _OURS.fullmatch(one.key)
    if ours is not None and int(ours[1]) == workspace_id:
        return Which(message_id=int(ours[2]))
    return Which(provider_id=one.provider_id) if one.provider_id else None
