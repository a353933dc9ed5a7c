"""What do tests of campaigns live in? A workspace with people, whose campaigns are run by hand on a clock that the test turns."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from tests.outreach.flows.world import FlowShop
from tests.support.feed import Happened
from uems.access.api import Workspaces
from uems.kernel.house import House
from uems.outreach.campaigns import launching
from uems.outreach.campaigns.definitions import Campaign, get_campaign, save_campaign
from uems.outreach.campaigns.engine import Campaigner
from uems.outreach.campaigns.reporting import CampaignReport, occurrences_of, report
from uems.outreach.campaigns.spec import CampaignDraft, CampaignSpec
from uems.outreach.campaigns.tables import campaign_people
from uems.outreach.tables import outreach_messages

EVERYBODY: dict[str, Any] = {"did": {"events": []}}
_M, _P = outreach_messages.c, campaign_people.c


class CampaignShop(FlowShop):
    """One workspace with campaigns; its templates are ``hello`` and ``again``."""

    def __init__(self, house: House, workspace_id: int, now: datetime) -> None:
        super().__init__(house, workspace_id, now)
        self.campaigner = self.worker()

    def worker(self, batch: int = 5_000) -> Campaigner:
        return Campaigner(self.house, Workspaces(self.house.store), "test", lambda: self.now, batch=batch)

    def people(self, names: Sequence[str], **traits: str) -> dict[str, int]:
        """Somebody with an event each; name → number."""
        ago = self.now - timedelta(days=1)
        self.take([Happened(user=name, event="Signed Up", ts=ago) for name in names], self.now)
        return {call.user: person for call, person in self.calls if call.user in names}

    def spec(self, **more: Any) -> CampaignSpec:
        body = {"audience": {"who": EVERYBODY}, "variants": [{"template": "hello"}], "holdout_percent": 0, **more}
        return CampaignSpec.model_validate(body)

    def launch(self, key: str = "c", **more: Any) -> Campaign:
        saved = save_campaign(self.house.store, self.access(), key, CampaignDraft(name=key, spec=self.spec(**more)))
        return launching.launch_campaign(self.house, self.access(), key, revision=saved.revision)

    def one(self, key: str = "c") -> Campaign:
        return get_campaign(self.house.store, self.scope, key)

    def go(self, **by: float) -> None:
        """Turn the clock and let everything happen whose time has come."""
        self.now += timedelta(**by)
        while self.campaigner.step():
            continue

    def lines(self, occurrence: int = 1) -> dict[int, tuple[int | None, str]]:
        """person → (place of the variant, state)."""
        query = select(_P.person_id, _P.variant, _P.state).where(_P.workspace_id == self.scope.workspace_id, _P.occurrence == occurrence)
        with self.house.store.read() as conn:
            return {row.person_id: (row.variant, row.state) for row in conn.execute(query)}

    def turns(self, occurrence: int = 1) -> dict[int, int]:
        """person → microseconds at which it is their turn."""
        query = select(_P.person_id, _P.planned_at).where(_P.workspace_id == self.scope.workspace_id, _P.occurrence == occurrence)
        with self.house.store.read() as conn:
            return {row.person_id: row.planned_at for row in conn.execute(query)}

    def messages(self) -> list[Mapping[str, Any]]:
        query = select(outreach_messages).where(_M.workspace_id == self.scope.workspace_id).order_by(_M.message_id)
        with self.house.store.read() as conn:
            return [dict(row) for row in conn.execute(query).mappings()]

    def settle(self, count: int | None = None, *, node: str | None = None, **values: object) -> int:
        """As if the provider had said this of so many messages that were never settled; how many there were."""
        mine = [_M.workspace_id == self.scope.workspace_id, _M.state == "queued", *([_M.origin_node == node] if node else [])]
        with self.house.store.write() as conn:
            found = conn.execute(select(_M.message_id).where(*mine).order_by(_M.message_id).limit(count)).scalars().all()
            said = {"state": "accepted", "sent_at": self.now, "changed_at": self.now, **values}
            conn.execute(update(outreach_messages).where(_M.message_id.in_(found)).values(**said))
        return len(found)

    def report(self, key: str = "c", occurrence: int = 1) -> CampaignReport:
        one = self.one(key)
        [took] = [each for each in occurrences_of(self.house.store, self.scope, one) if each.occurrence == occurrence]
        return report(self.house, self.scope, one, took)
