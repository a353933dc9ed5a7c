"""What do tests of referrals live in? A workspace whose pipeline and loop of referrals are run by hand, on a clock that tests turn."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.segments.shop import Shop
from tests.support.feed import Happened
from uems.access.api import PERMISSIONS, Access, Workspaces
from uems.identity import api as identity
from uems.kernel.house import House
from uems.kernel.sql import Sql
from uems.profiles.api import set_role
from uems.superusers.referrals import codes, programmes, redeeming, reporting
from uems.superusers.referrals.judging import judge
from uems.superusers.referrals.marks import Facts, marks_of
from uems.superusers.referrals.model import Referral
from uems.superusers.referrals.news import tell
from uems.superusers.referrals.redeeming import take_up
from uems.superusers.referrals.spec import ReferralSpec

START = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)


class ReferralShop(Shop):
    """Everybody is named by their user id."""

    def __init__(self, house: House, workspace_id: int) -> None:
        super().__init__(house, workspace_id, START)
        set_role(house.store, self.access(), "purchase", events=["Order Completed"])
        set_role(house.store, self.access(), "refund", events=["Order Refunded"])
        set_role(house.store, self.access(), "signup", events=["Signed Up"])
        self.workspaces = Workspaces(house.store)

    def access(self) -> Access:
        given = super().access()
        return replace(given, actor=replace(given.actor, permissions=PERMISSIONS["owner"]))

    def programme(self, key: str = "friends", *, state: str = "on", **more: Any) -> ReferralSpec:
        said = {"name": key, "target": "https://shop.example/welcome?from=friend", "inviter": {"kind": "points", "amount": 100}} | more
        spec = ReferralSpec.model_validate(said)
        programmes.save_programme(self.house.store, self.access(), key, spec, None)
        if state != "draft":
            programmes.turn_programme(self.house.store, self.access(), key, state)  # type: ignore[arg-type]
        return spec

    def see(self, *users: str, **more: Any) -> None:
        self.take([Happened(user=user, event="Signed Up", ts=self.now, **more) for user in users], self.now)

    def buy(self, user: str, minor: int, event: str = "Order Completed") -> None:
        self.take([Happened(user=user, event=event, ts=self.now, revenue_minor=minor, currency="USD")], self.now)

    def person(self, user: str) -> int:
        found = identity.find_person(self.house.store, self.scope, "user_id", user)
        assert found is not None
        return found.person_id

    def code(self, user: str, key: str = "friends", facts: Facts | None = None) -> str:
        known = marks_of(self.house.settings, self.scope.workspace_id, facts or Facts(), ())
        return codes.issue_code(self.house.store, self.access(), key, self.person(user), known).code

    def redeem(self, user: str, code: str, *, click: str = "", facts: Facts | None = None) -> Referral | None:
        found = redeeming.redeem(self.house, self.scope, code, click, ("user_id", user), facts or Facts(), self.now)
        return found.referral

    def round(self, **later: float) -> None:
        """Let time pass, then everything that is due."""
        self.now += timedelta(**later)
        take_up(self.house, self.workspaces, self.now)
        judge(self.house, self.workspaces, self.now)
        tell(self.house, self.workspaces, self.now)
        self.pipe()

    def pipe(self) -> None:
        """What was told goes through the pipeline."""
        while self.consumer.hold(self.now) and self.consumer.step(self.now):
            continue

    def state(self, user: str) -> str:
        [one] = [r for r in reporting.referrals_of(self.house.store, self.scope) if r.person_id == self.person(user)]
        return one.state + (f": {one.reason}" if one.reason else "")

    def told(self) -> list[tuple[str, str]]:
        """(event, user) of what was told of referrals, in order."""
        query = Sql(
            f"SELECT event, user_id FROM events WHERE workspace_id = {self.scope.workspace_id} AND startsWith(event, 'Referral')"
            " ORDER BY ts, log_offset, log_index"
        )
        return [(row["event"], row["user_id"]) for row in self.house.warehouse.query(query).to_pylist()]
