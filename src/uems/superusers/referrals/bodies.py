"""What do referral programmes, codes, those who came by them, rewards and the tree look like over HTTP?"""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from uems.kernel.edge import Body, Clean, Count, Id, Key
from uems.profiles.api import PersonRow
from uems.superusers.referrals.codes import Code, Links
from uems.superusers.referrals.marks import Facts
from uems.superusers.referrals.model import LedgerReward, Referral, ReferralState, RewardState
from uems.superusers.referrals.programmes import Programme, ProgrammeVersion
from uems.superusers.referrals.reporting import ProgrammeCounts
from uems.superusers.referrals.rewards import RewardStep, Turn, Turned
from uems.superusers.referrals.settings import ReferralRules
from uems.superusers.referrals.spec import Check, ProgrammeState, Reason, ReferralSpec, RewardKind, Side
from uems.superusers.referrals.tree_making import TreeFacts
from uems.superusers.referrals.tree_reading import TreeNode, TreePlace

Known = Annotated[str, Field(max_length=500), Clean]
Shown = Mapping[int, PersonRow]
"""person → how they are shown."""


class ReferralSave(Body):
    """base_version: what the caller edited, 0 for a new programme; null overwrites whatever stands."""

    spec: ReferralSpec
    base_version: Annotated[int, Field(ge=0, le=2**31 - 1)] | None = None


class ReferralTurn(Body):
    """on: codes are taken. paused: they are not, for now. ended: never again. What began goes on to its end in each of them."""

    state: ProgrammeState


class ReferralCounts(Body):
    """From links opened to rewards given. states: people who came by a code. reasons: of those refused. order_minor: of orders that
    qualified, in minor units."""

    codes: Count = 0
    opened: Count = 0
    states: dict[ReferralState, Count] = Field(default_factory=dict)
    reasons: dict[str, Count] = Field(default_factory=dict)
    rewards: dict[RewardState, Count] = Field(default_factory=dict)
    order_minor: Count = 0

    @staticmethod
    def of(one: ProgrammeCounts | None) -> "ReferralCounts":
        if one is None:
            return ReferralCounts()
        return ReferralCounts(**{name: _plain(getattr(one, name)) for name in ReferralCounts.model_fields})


class ReferralProgramme(Body):
    """A programme with what it has brought so far. takes_codes: whether a code counts at this instant."""

    key: str
    state: ProgrammeState
    version: Count
    spec: ReferralSpec
    takes_codes: bool
    counts: ReferralCounts
    created_at: datetime
    changed_at: datetime
    changed_by: str

    @staticmethod
    def of(one: Programme, counts: ProgrammeCounts | None, *, takes_codes: bool) -> "ReferralProgramme":
        names = ("key", "state", "version", "spec", "created_at", "changed_at", "changed_by")
        return ReferralProgramme(**{name: getattr(one, name) for name in names}, takes_codes=takes_codes, counts=ReferralCounts.of(counts))


class ReferralProgrammes(Body):
    """waiting: people who redeemed a code and of whom no event has come in yet. roles_missing: event roles without which nothing
    qualifies (purchase), or nothing is seen to be paid back (refund)."""

    items: list[ReferralProgramme]
    waiting: Count
    roles_missing: list[str]


class ReferralVersion(Body):
    version: Count
    spec: ReferralSpec
    at: datetime
    by: str

    @staticmethod
    def of(one: ProgrammeVersion) -> "ReferralVersion":
        return ReferralVersion(version=one.version, spec=one.spec, at=one.at, by=one.by)


class ReferralWhole(ReferralProgramme):
    """versions: the latest first."""

    versions: list[ReferralVersion]


class ReferralFacts(Body):
    """What your program knows of somebody; "" for what it does not. Kept as keyed hashes only, by which two people are compared.

    device: an id of the device or browser. network: the IP address. address: of the post. email: in any writing.
    """

    device: Known = ""
    network: Known = ""
    address: Known = ""
    email: Known = ""

    def facts(self) -> Facts:
        return Facts(device=self.device, network=self.network, address=self.address, email=self.email)


class ReferralUser(Body):
    """A person by one of their ids."""

    kind: Annotated[str, Field(min_length=1, max_length=50), Clean] = "user_id"
    value: Key


class ReferralIssue(Body):
    """Whose code it is to be: an id of theirs, or the number of the person. facts: for the comparison with those who come by it."""

    user: ReferralUser | None = None
    person_id: Id | None = None
    facts: ReferralFacts = ReferralFacts()


class ReferralCode(Body):
    """link: where it leads is said by the programme. opened: how often the link was, machines that only look ahead left out."""

    code: str
    programme: str
    person_id: Id
    link: str
    active: bool
    opened: Count
    created_at: datetime
    created_by: str
    person: PersonRow | None

    @staticmethod
    def of(one: Code, links: Links, people: Shown) -> "ReferralCode":
        return ReferralCode(
            code=one.code,
            programme=one.key,
            person_id=one.person_id,
            link=links.address(one.code),
            active=one.active,
            opened=one.opened,
            created_at=one.created_at,
            created_by=one.created_by,
            person=people.get(one.person_id),
        )


class ReferralCodeTurn(Body):
    active: bool


class ReferralRedeem(Body):
    """Somebody came by a code, at their sign-up or with an order. code: as it was said. click: ``ref_click`` of the page that the link led
    to, which also says when it was opened; one of both is enough."""

    user: ReferralUser
    code: Annotated[str, Field(max_length=50), Clean] = ""
    click: Annotated[str, Field(max_length=50), Clean] = ""
    facts: ReferralFacts = ReferralFacts()


class ReferralBody(Body):
    """Somebody who came by a code. reason: why it brings nothing. flags: what both share, where the programme asks to be told.

    reasons: self_referral, ring (the one who comes had brought the inviter), same_device, same_network, same_address, same_mailbox,
    already_customer, no_order (in time), refunded, same_person (as another account that had come before).
    """

    referral_id: Id
    programme: str
    code: str
    inviter_id: Id
    person_id: Id
    state: ReferralState
    reason: Reason | Literal[""]
    flags: list[Check]
    exposed_at: datetime | None
    joined_at: datetime
    ordered_at: datetime | None
    order_minor: Count
    due_at: datetime | None
    settled_at: datetime | None
    inviter: PersonRow | None = None
    person: PersonRow | None = None

    @staticmethod
    def of(one: Referral, people: Shown | None = None) -> "ReferralBody":
        names = [name for name in Referral.__dataclass_fields__ if name not in ("key", "flags")]
        shown = people or {}
        return ReferralBody(
            **{name: getattr(one, name) for name in names},
            programme=one.key,
            flags=list(one.flags),
            inviter=shown.get(one.inviter_id),
            person=shown.get(one.person_id),
        )


class ReferralOutcome(Body):
    """referral: null while no event of the person has come in; it is decided when one has, within a week. again: they had come by a code
    before, and that one counts."""

    referral: ReferralBody | None
    again: bool


class ReferralReward(Body):
    """What one side gets. refunded_at: the order was paid back since, so that it should not be paid, or be taken back."""

    reward_id: Id
    referral_id: Id
    side: Side
    person_id: Id
    kind: RewardKind
    amount: Count
    text: str
    state: RewardState
    refunded_at: datetime | None
    due_at: datetime
    changed_at: datetime
    person: PersonRow | None = None

    @staticmethod
    def of(one: LedgerReward, people: Shown | None = None) -> "ReferralReward":
        shown = (people or {}).get(one.person_id)
        return ReferralReward(**{name: getattr(one, name) for name in LedgerReward.__dataclass_fields__}, person=shown)


class ReferralRewardTurn(Body):
    """paid: they got it. cancelled: they will not. taken_back: they had it, and it was taken away again. Each of them once."""

    reward_ids: Annotated[list[Id], Field(min_length=1, max_length=500)]
    state: Turn
    note: Annotated[str, Field(max_length=500), Clean] = ""


class ReferralRewardTurned(Body):
    """done: those brought into the state. left: those that were in a state from which that cannot be, and stay there."""

    done: list[ReferralReward]
    left: list[ReferralReward]

    @staticmethod
    def of(one: Turned) -> "ReferralRewardTurned":
        done, left = ([ReferralReward.of(each) for each in some] for some in (one.done, one.left))
        return ReferralRewardTurned(done=done, left=left)


class ReferralRewardStep(Body):
    state: RewardState
    note: str
    at: datetime
    by: str

    @staticmethod
    def of(one: RewardStep) -> "ReferralRewardStep":
        return ReferralRewardStep(state=one.state, note=one.note, at=one.at, by=one.by)


class ReferralRulesBody(ReferralRules):
    """How the value of those who were brought is credited."""


class ReferralTreeFacts(Body):
    """people: in any tree. brought: by somebody. deepest: how many stand above the lowest. paying: of those brought.

    rings, selves, later: relations that do not count, as they closed a circle, were of one person, or came after another inviter.
    spent_minor: by those who were brought; credited_minor of it is credited to those who brought them, never more.
    """

    made_at: datetime
    people: Count
    brought: Count
    trees: Count
    deepest: Count
    paying: Count
    rings: Count
    selves: Count
    later: Count
    spent_minor: Count
    credited_minor: Count
    seconds: float
    rules: ReferralRules

    @staticmethod
    def of(one: TreeFacts) -> "ReferralTreeFacts":
        return ReferralTreeFacts(**{name: getattr(one, name) for name in ReferralTreeFacts.model_fields})


class ReferralNode(Body):
    """A person in the tree. via: by a code (programme), or by the workspace's own events of invitations or shares; "" for whom nobody
    brought. direct, below: how many they brought, and all below. exposed_at: the link was opened, else first seen. Money in minor units.
    """

    person_id: Id
    inviter: Id
    via: str
    brought_at: datetime | None
    depth: Count
    direct: Count
    below: Count
    paying_below: Count
    value_minor: int
    value_below_minor: int
    credit_minor: Count
    exposed_at: datetime | None
    signed_at: datetime | None
    paid_at: datetime | None
    person: PersonRow | None

    @staticmethod
    def of(one: TreeNode, people: Shown) -> "ReferralNode":
        names = [name for name in TreeNode.__dataclass_fields__ if name != "rank"]
        return ReferralNode(**{name: getattr(one, name) for name in names}, person=people.get(one.person_id))


class ReferralBranch(Body):
    """People of one level, those with most below first."""

    items: list[ReferralNode]
    next_cursor: str | None


class ReferralTree(Body):
    """facts: null before anything is known of who brought whom. roots: people whom nobody brought, those with most below first."""

    facts: ReferralTreeFacts | None
    roots: ReferralBranch
    currency: str


class ReferralPlace(Body):
    """node: null for whom nobody brought and who brought nobody. above: the way up, the root first; the nearest 100 of them.

    expected_minor: the lifetime value that the forecast expects, where it speaks.
    """

    node: ReferralNode | None
    above: list[ReferralNode]
    below: ReferralBranch
    expected_minor: float | None
    currency: str

    @staticmethod
    def of(found: TreePlace | None, below: ReferralBranch, people: Shown, expected: float | None, currency: str) -> "ReferralPlace":
        node = ReferralNode.of(found.node, people) if found else None
        above = [ReferralNode.of(one, people) for one in found.above] if found else []
        return ReferralPlace(node=node, above=above, below=below, expected_minor=expected, currency=currency)


def _plain(value: Any) -> Any:
    return dict(value) if isinstance(value, Mapping) else value
