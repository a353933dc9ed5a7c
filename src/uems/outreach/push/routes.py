"""Which route does a browser call that wants notes? One, which gives it our public key and takes its subscription."""

from typing import Annotated

from fastapi import Request
from pydantic import AfterValidator, Field

from uems.access.api import Visitor, house_of, public
from uems.kernel.edge import Body, Clean
from uems.kernel.errors import invalid
from uems.kernel.outbound import host_of
from uems.kernel.routing import Routes
from uems.outreach.inbox.bodies import InboxOpening
from uems.outreach.inbox.opening import Raw, opened, read
from uems.outreach.push.sealing import own_key, packed, point, read_point, unpacked
from uems.outreach.push.services import known_service
from uems.outreach.push.subscriptions import Subscription, subscribe

router = Routes()


def _is_a_key(value: str) -> str:
    read_point(unpacked(value))
    return value


def _is_a_secret(value: str) -> str:
    if len(unpacked(value)) != 16:
        raise ValueError("must be 16 bytes as base64url")
    return value


class PushSubscriptionBody(Body):
    """A subscription as the browser has it: ``endpoint``, ``keys.p256dh`` and ``keys.auth``."""

    endpoint: Annotated[str, Field(max_length=2_000), Clean]
    p256dh: Annotated[str, Field(max_length=100), Clean, AfterValidator(_is_a_key)]
    auth: Annotated[str, Field(max_length=40), Clean, AfterValidator(_is_a_secret)]


class PushOpening(InboxOpening):
    """Who asks, and their browser; without one only the key is given."""

    subscription: PushSubscriptionBody | None = None


class PushBody(Body):
    """public_key: for ``applicationServerKey``, base64url. address_kind: by what kind of id the browser is known now; "" for by none."""

    public_key: str
    address_kind: str


@router.post("/push")
def open_push(request: Request, visitor: Annotated[Visitor, public(anywhere=True)], raw: Raw) -> PushBody:
    """The key that a browser subscribes to; with a subscription, notes for whoever sits there reach it from now on."""
    house = house_of(request)
    asked = read(PushOpening, raw)
    scope, addresses = opened(house, asked, "web_push")
    if asked.subscription is not None and addresses:
        one = asked.subscription
        if not known_service(house.settings, one.endpoint):
            hint = "is at no push service that is known here; have the operator look at UEMS_PUSH_SERVICES."
            raise invalid("subscription.endpoint", one.endpoint[:100], hint)
        host_of(one.endpoint, private=house.settings.allow_private_outbound)
        # A proven user id is the last of them: notes for the user reach the browser until somebody else sits there.
        known = Subscription(endpoint=one.endpoint, p256dh=one.p256dh, auth=one.auth)
        subscribe(house.store, scope, addresses[-1], known, visitor.now)
    key = packed(point(own_key(house.settings, scope.workspace_id).public_key()))
    return PushBody(public_key=key, address_kind=addresses[-1].partition(":")[0] if addresses else "")
