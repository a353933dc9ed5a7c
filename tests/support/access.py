"""Who is there to test with? A workspace, and a key to write into it."""

from tests.support.events import NOW
from uems.access import api as access
from uems.access.api import Caller
from uems.kernel.clock import utc_now
from uems.kernel.store import Store


def a_workspace_with_a_write_key(store: Store, slug: str = "shop", zone: str = "Asia/Shanghai", currency: str = "CNY") -> str:
    """Makes the workspace (its number is 1 in an empty store) and returns the token of a new write key."""
    caller = Caller(actor=access.operator(), now=NOW)
    access.create_workspace(store, caller, slug=slug, name=slug.title(), zone=zone, currency=currency)
    entered = access.enter(store, Caller(actor=access.operator(), now=utc_now()), slug)
    return access.create_key(store, entered, kind="write", name="test").token
