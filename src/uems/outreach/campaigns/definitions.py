"""Which campaigns are there, and who writes them? What is done with one that is written says ``launching``."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, TypeAlias

from sqlalchemy import Connection, RowMapping, insert, select, update

from uems.access.api import Access, audit
from uems.kernel.errors import UemsError, invalid, not_found
from uems.kernel.ids import new_id
from uems.kernel.scope import Scope
from uems.kernel.store import Store, allocate, lock
from uems.outreach.campaigns.spec import CampaignDraft, CampaignSpec
from uems.outreach.campaigns.tables import campaigns

State: TypeAlias = Literal["draft", "waiting", "scheduled", "running", "paused", "stopped", "cancelled", "done", "archived"]
"""waiting: for approval. stopped: by itself, because something was wrong. cancelled: by somebody, for good."""
KEY_PATTERN: Final = r"[a-z0-9][a-z0-9_]{0,99}"
MAX_CAMPAIGNS: Final = 2_000
_C = campaigns.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """spec: as it was saved last, which is as it was launched while it is not a draft. revision: counts the edits; version: launches.

    reason: why it is in its state. held_at: since when it is paused or stopped. watched_since: from when on bounces are counted.
    """

    campaign_id: int
    key: str
    name: str
    description: str
    state: State
    reason: str
    spec: CampaignSpec
    revision: int
    version: int
    salt: str
    created_at: datetime
    changed_at: datetime
    changed_by: str
    launched_at: datetime | None
    launched_by_id: str
    launched_by: str
    approved_by: str
    held_at: datetime | None
    watched_since: datetime | None


def list_campaigns(store: Store, scope: Scope, *, state: str = "", search: str = "", archived: bool = False) -> list[Campaign]:
    """The latest change first; the archived ones only when asked for. search: part of the name or the key, whatever its case."""
    query = select(campaigns).where(_C.workspace_id == scope.workspace_id).order_by(_C.changed_at.desc(), _C.campaign_id.desc())
    if state:
        query = query.where(_C.state == state)
    elif not archived:
        query = query.where(_C.state != "archived")
    with store.read() as conn:
        found = [campaign_of(row) for row in conn.execute(query).mappings()]
    wanted = search.strip().casefold()
    return [one for one in found if wanted in one.name.casefold() or wanted in one.key]


def get_campaign(store: Store, scope: Scope, key: str) -> Campaign:
    """Raises ``not_found``."""
    with store.read() as conn:
        return read_campaign(conn, scope.workspace_id, key)


def read_campaign(conn: Connection, workspace_id: int, key: str) -> Campaign:
    """As ``get_campaign``, within a transaction."""
    row = conn.execute(select(campaigns).where(_C.workspace_id == workspace_id, _C.key == key)).mappings().one_or_none()
    if row is None:
        raise not_found("campaign", key)
    return campaign_of(row)


def save_campaign(store: Store, access: Access, key: str, draft: CampaignDraft, *, revision: int | None = None) -> Campaign:
    """Make a campaign, or change one that is a draft. The same again changes nothing. Audited.

    revision: what the caller edited, 0 for none; raises ``campaign_changed`` (409) when another one stands. None overwrites. Raises
    ``campaign_state`` (409) for one that was launched: it has to be withdrawn first.
    """
    if not re.fullmatch(KEY_PATTERN, key):
        raise invalid("key", key[:100], "must be 1 to 100 of a-z, 0-9 and _, and not begin with _.")
    with store.write() as conn:
        return write_campaign(conn, access, key, draft, revision=revision)


def write_campaign(conn: Connection, access: Access, key: str, draft: CampaignDraft, *, revision: int | None = None) -> Campaign:
    """As ``save_campaign``, within a transaction that changes more; the key is one that a campaign may have."""
    workspace_id = access.scope.workspace_id
    lock(conn, f"campaigns:{workspace_id}")
    row = conn.execute(select(campaigns).where(_C.workspace_id == workspace_id, _C.key == key)).mappings().one_or_none()
    old = campaign_of(row) if row is not None else None
    standing = old.revision if old else 0
    if revision is not None and revision != standing:
        message = f"{key} stands at revision {standing}, not {revision}. Load it again and repeat it."
        raise UemsError("campaign_changed", message, status=409)
    said: dict[str, Any] = {"name": draft.name, "description": draft.description, "spec": draft.spec.model_dump(mode="json")}
    if old is not None and old.state != "draft":
        raise refused(old, ("draft",), "Withdraw it first, or make a copy of it")
    if old is not None and _said(old) == said:
        return old
    by = {"changed_at": access.now, "changed_by": access.actor.label[:300], "revision": standing + 1}
    if old is None:
        _insert(conn, access, key, {**said, **by})
    else:
        change(conn, access, old, {**said, **by})
    before = _said(old) if old else None
    audit(conn, access, "campaign.changed" if old else "campaign.created", f"campaign:{key}", before, said)
    return read_campaign(conn, workspace_id, key)


def _insert(conn: Connection, access: Access, key: str, said: Mapping[str, object]) -> None:
    workspace_id = access.scope.workspace_id
    known = conn.execute(select(_C.campaign_id).where(_C.workspace_id == workspace_id, _C.state != "archived")).all()
    if len(known) >= MAX_CAMPAIGNS:
        raise UemsError("too_many_campaigns", f"There are {MAX_CAMPAIGNS} campaigns already; archive some first.", status=409)
    row = {
        "workspace_id": workspace_id,
        "campaign_id": allocate(conn, f"campaigns:{workspace_id}"),
        "key": key,
        "state": "draft",
        "reason": "",
        "version": 0,
        "salt": new_id("campaign"),
        "created_at": access.now,
        "launched_by_id": "",
        "launched_by": "",
        "approved_by": "",
        **said,
    }
    conn.execute(insert(campaigns).values(**row))


def change(conn: Connection, access: Access, one: Campaign, values: Mapping[str, object]) -> None:
    """Set these values of a campaign."""
    mine = (_C.workspace_id == access.scope.workspace_id, _C.campaign_id == one.campaign_id)
    conn.execute(update(campaigns).where(*mine).values(**values))


def refused(one: Campaign, wanted: tuple[str, ...], instead: str) -> UemsError:
    """The refusal of what cannot be done in this state."""
    message = f"{one.key} is {one.state}; this can be done to one that is {', '.join(wanted)}. {instead}."
    return UemsError("campaign_state", message, status=409, details={"state": one.state})


def _said(one: Campaign) -> dict[str, Any]:
    return {"name": one.name, "description": one.description, "spec": one.spec.model_dump(mode="json")}


def campaign_of(row: RowMapping) -> Campaign:
    """A row of ``campaigns``."""
    facts = {name: row[name] for name in Campaign.__dataclass_fields__ if name != "spec"}
    return Campaign(**facts, spec=CampaignSpec.model_validate(row["spec"]))
